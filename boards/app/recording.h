/* The source "recording": plays what a file has in its section `wasmote.recording`, once, at its rate. */
#ifndef WASMOTE_RECORDING_H
#define WASMOTE_RECORDING_H

#include "../drivers/source.h"

extern const source recording_source;

#endif

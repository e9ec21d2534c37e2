#ifndef WASMOTE_ACCELERATORS_DEPTHWISE_H
#define WASMOTE_ACCELERATORS_DEPTHWISE_H

#include "kernels.h"

/* A depthwise convolution of 3x3 taps, each channel to one. False where it is of another kind: nothing is done then. */
bool wasmote_depthwise_3x3(const window_operation *of);

#endif

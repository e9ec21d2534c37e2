/* A PDM microphone of an nRF52 as a source of samples. */
#ifndef WASMOTE_NRF52_PDM_H
#define WASMOTE_NRF52_PDM_H

#include "../../drivers/source.h"

extern const source nrf52_pdm;

#endif

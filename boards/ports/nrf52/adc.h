/* The converter of an nRF52 as a source of samples. */
#ifndef WASMOTE_NRF52_ADC_H
#define WASMOTE_NRF52_ADC_H

#include "../../drivers/source.h"

extern const source nrf52_adc;

#endif

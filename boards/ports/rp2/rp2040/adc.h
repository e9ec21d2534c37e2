/* The RP2040's converter as a source of samples. */
#ifndef WASMOTE_RP2040_ADC_H
#define WASMOTE_RP2040_ADC_H

#include "../../../drivers/source.h"

extern const source rp2040_adc;

#endif

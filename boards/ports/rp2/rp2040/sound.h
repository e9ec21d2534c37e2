/* Digital microphones as sources of samples: "pdm" and "i2s". */
#ifndef WASMOTE_RP2040_SOUND_H
#define WASMOTE_RP2040_SOUND_H

#include "../../../drivers/source.h"

extern const source rp2040_pdm, rp2040_i2s;

#endif

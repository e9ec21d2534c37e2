/* Samples that the RP2040 asks a chip on SPI for. */
#ifndef WASMOTE_RP2040_SPI_H
#define WASMOTE_RP2040_SPI_H

#include "../../../drivers/source.h"

extern const source rp2040_spi;

#endif

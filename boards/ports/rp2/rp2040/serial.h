/* Samples that come over a UART of the RP2040. */
#ifndef WASMOTE_RP2040_SERIAL_H
#define WASMOTE_RP2040_SERIAL_H

#include "../../../drivers/source.h"

extern const source rp2040_uart;

#endif

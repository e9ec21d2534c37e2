/* Pins of the nRF52 that are neither missing nor the line's. */
#ifndef WASMOTE_NRF52_FREE_PINS_H
#define WASMOTE_NRF52_FREE_PINS_H

#include <stdbool.h>
#include <stdint.h>

bool nrf52_is_free(uint32_t pin);

#endif

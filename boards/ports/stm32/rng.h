/* The random number generator of an STM32. */
#ifndef WASMOTE_STM32_RNG_H
#define WASMOTE_STM32_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* Fills `length` bytes by the generator at an address, whose clocks are on. False where it tells an error, or nothing at all. */
bool rng_fill(uint32_t rng, uint8_t *bytes, uint32_t length);

#endif

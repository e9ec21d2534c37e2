/* Random numbers, of a family whose chip has a source of them. */
#ifndef WASMOTE_RANDOM_H
#define WASMOTE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Fills `length` bytes with random numbers that are good enough for keys. False, and the bytes are of no use, where the chip has no
 * source, or its source seems to be broken. The one of no_random.c is for families without one.
 */
bool port_random(uint8_t *bytes, uint32_t length);

#endif

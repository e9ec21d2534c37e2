/* Cycles of the processor in 64 bits, where the core has the DWT's counter of 32 bits. */
#ifndef WASMOTE_CYCLES_H
#define WASMOTE_CYCLES_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the DWT's counter at 0. False if it stands still, as it does in an emulator. */
bool cycles_start(void);

/*
 * Cycles since then. The DWT's counter gives the lower half, a slower counter, started together with it, the upper one: it
 * stands at `ticks`, which are `cyclesPerTick` cycles each. Right as long as it is called once in 2^32 ticks.
 */
uint64_t cycles_now(uint32_t ticks, uint32_t cyclesPerTick);

/* After a sleep, in which the DWT's counter may have stood still and the slower one has not: brings it up, to a tick. */
void cycles_slept(uint32_t ticks, uint32_t cyclesPerTick);

#endif

/* The counter of an STM32: cycles of the processor, or instructions in an emulator. */
#ifndef WASMOTE_STM32_COUNTER_H
#define WASMOTE_STM32_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the DWT's counter. False in an emulator, which has none. */
bool counter_begin(void);

/* Starts TIM2 beside it, which has a clock: the processor's, divided by `timerDivisor`, a power of 2 up to 1024. */
void counter_start(uint32_t timerDivisor);

/*
 * Sleeps until the interrupt comes, or what port_wake_within has asked for, unless what is waited for is there already. Not in an
 * emulator, whose instructions are to be counted.
 */
void counter_sleep(uint8_t interrupt, bool (*isOver)(void));

#endif

/* Sleep of a Cortex-M core. */
#ifndef WASMOTE_CORTEX_M_SLEEP_H
#define WASMOTE_CORTEX_M_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

/* Waits until SysTick or one of these interrupts of the NVIC comes, unless what is waited for is there already. */
void cortex_m_sleep(const uint8_t *interrupts, uint32_t count, bool (*isOver)(void));

#endif

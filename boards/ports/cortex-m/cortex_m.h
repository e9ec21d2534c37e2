/* What a family with a Cortex-M core gives to ports/cortex-m. */
#ifndef WASMOTE_CORTEX_M_H
#define WASMOTE_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

/* Clock ticks of SysTick in which the counter goes up by `units`; at least 1. */
uint64_t cortex_m_limit_ticks(uint64_t units);

/*
 * Has an interrupt come within so many units of the counter, which ends a WFE or WFI, and again and again; none with UINT64_MAX. A guarded
 * call ends that.
 */
void cortex_m_wake_within(uint64_t units);

/* Waits until the last byte is sent. */
void cortex_m_before_reset(void);

/*
 * Whether a non-maskable interrupt was awaited, and is dealt with; else it counts as a fault. A family whose flash tells errors by
 * it gives its own; the one of ports/cortex-m awaits none.
 */
bool cortex_m_take_nmi(void);

/* Clears the fault status registers, where the core has them. */
static inline void cortex_m_clear_faults(void)
{
#if __ARM_ARCH >= 7
    *(volatile uint32_t *) 0xe000ed28 = 0xffffffff;     /* CFSR */
    *(volatile uint32_t *) 0xe000ed2c = 0xffffffff;     /* HFSR */
#endif
}

#endif

/*
 * The independent watchdog, at STM32_IWDG (port.cmake): 8 seconds by its own oscillator of nominally 32 kHz, which on an STM32F4 is
 * one of 17 to 47 kHz: 5 to 15 seconds. It stops at a reset only: a debugger that holds the processor for longer sees one.
 * Sources: ST RM0090, 21; RM0383, 16; RM0390, 20; RM0432, 41; RM0433, 45 (IWDG, whose registers are the same); DS8626, 5.3.11
 * (the oscillator).
 */
#include "../watchdog.h"

#include <stdint.h>

#define IWDG(offset) (*(volatile uint32_t *) (STM32_IWDG + (offset)))
#define IWDG_KR IWDG(0x0)
#define IWDG_PR IWDG(0x4)
#define IWDG_RLR IWDG(0x8)

enum { start = 0xcccc, unlock = 0x5555, reload = 0xaaaa, divideBy64 = 4, period = 8 * 32000 / 64 };

_Static_assert(period < 1 << 12, "the counter's bits");

void port_watchdog_feed(void)
{
    IWDG_KR = reload;
}

void port_watchdog_start(void)
{
    IWDG_KR = start;
    IWDG_KR = unlock;
    IWDG_PR = divideBy64;
    IWDG_RLR = period;
}

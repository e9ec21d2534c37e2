/*
 * The watchdog of the M55_HP, by its clock: 8 seconds. What it does then is a non-maskable interrupt, which nobody awaits, so that
 * the processor is reset; 8 seconds later it would reset it by itself.
 * Sources: alifsemi/zephyr_alif, dts/arm/alif/ensemble_rtss_hp.dtsi (address, clock, kind); Arm DDI 0479, "Cortex-M System Design
 * Kit", 4.5.
 */
#include "../watchdog.h"

#include "registers.h"

#define WATCHDOG_LOAD REG(0x40100000)
#define WATCHDOG_CONTROL REG(0x40100008)
#define WATCHDOG_CLEAR REG(0x4010000c)
#define WATCHDOG_LOCK REG(0x40100c00)

enum { interrupts = 1, resets = 2, unlock = 0x1acce551 };

#define PERIOD (8ull * BOARD_CLOCK_HZ)

_Static_assert(PERIOD <= UINT32_MAX, "the counter's bits");

/* Begins counting from LOAD again. */
void port_watchdog_feed(void)
{
    WATCHDOG_CLEAR = 1;
}

void port_watchdog_start(void)
{
    WATCHDOG_LOCK = unlock;
    WATCHDOG_LOAD = (uint32_t) PERIOD;
    WATCHDOG_CONTROL = interrupts | resets;
}

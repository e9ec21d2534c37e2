/*
 * The main watchdog of timer group 0: 8 seconds. An interrupt of a guarded call never returns to it (risc-v/traps.c), so none can feed
 * the watchdog: it waits for as much longer as the call may last. Built and inspected, not run.
 * Source: ESP32-C3 Technical Reference Manual, 11.4 (registers of timer groups), 12 (watchdogs).
 */
#include "watchdog.h"

#include "../watchdog.h"

#define WDT(offset) (*(volatile uint32_t *) (0x6001f000 + (offset)))
#define WDT_CONFIG0 WDT(0x48)
#define WDT_CONFIG1 WDT(0x4c)
#define WDT_CONFIG2 WDT(0x50)
#define WDT_FEED WDT(0x60)
#define WDT_PROTECT WDT(0x64)

enum { key = 0x50d83aa1, apbHz = 80000000, prescaler = 40000, ticksHz = apbHz / prescaler, period = 8 * ticksHz };
enum { resetsSystem = 3 << 29, longestReset = 7 << 18 | 7 << 15, update = 1 << 22 };
#define WDT_ENABLE (1u << 31)

static void configure(uint32_t ticks)
{
    WDT_PROTECT = key;
    WDT_FEED = 1;
    WDT_CONFIG1 = (uint32_t) prescaler << 16;
    WDT_CONFIG2 = ticks;
    WDT_CONFIG0 = WDT_ENABLE | resetsSystem | longestReset | update;
    WDT_PROTECT = 0;
}

void port_watchdog_start(void)
{
    configure(period);
}

void port_watchdog_feed(void)
{
    WDT_PROTECT = key;
    WDT_FEED = 1;
    WDT_PROTECT = 0;
}

void watchdog_wait_for(uint64_t cycles)
{
    const uint64_t ticks = cycles / (BOARD_CLOCK_HZ / ticksHz);
    configure(ticks < UINT32_MAX - period ? period + (uint32_t) ticks : UINT32_MAX);
}

/*
 * The watchdog: 8 seconds of the low-frequency clock, which it starts. It stands still while a debugger holds the processor.
 * No reset stops it but by the pin, by power or by itself, so that a boot loader that the firmware starts would have to feed it: boards with
 * one have none.
 * Sources: nRF52840 Product Specification, 5.3.6.8 (what resets what), 6.36 (WDT); nRF52833 Product Specification, the same chapters.
 */
#ifndef BOARD_BOOT_LOADER
#include "../watchdog.h"

#include <stdint.h>

#define WDT(offset) (*(volatile uint32_t *) (0x40010000 + (offset)))
#define WDT_START WDT(0x000)
#define WDT_CRV WDT(0x504)
#define WDT_CONFIG WDT(0x50c)
#define WDT_RR0 WDT(0x600)

enum { runsAsleep = 1, reload = 0x6e524635, period = 8 * 32768 };

void port_watchdog_feed(void)
{
    WDT_RR0 = reload;
}

void port_watchdog_start(void)
{
    WDT_CRV = period - 1;
    WDT_CONFIG = runsAsleep;
    WDT_START = 1;
}
#endif

/*
 * The watchdog of the RP2040 and the RP2350: 8 seconds. It stands still while a debugger holds a processor.
 * Sources: RP2040 data sheet, 2.13.5 (PSM_WDSEL: what it resets), 4.7 (watchdog), erratum RP2040-E1 (it counts twice each
 * microsecond); RP2350 data sheet, 7.4, 8.5 (its tick), 12.9.
 */
#include "../watchdog.h"

#include "clocks.h"
#include "registers.h"

enum { periodMicroseconds = 8000000, enable = 1 << 30, pausedByDebuggers = 7 << 24 };

_Static_assert(periodMicroseconds * chipWatchdogCountsPerMicrosecond < 1 << 24, "the counter's bits");

void port_watchdog_feed(void)
{
    REG(WATCHDOG_LOAD) = periodMicroseconds * chipWatchdogCountsPerMicrosecond;
}

void port_watchdog_start(void)
{
    chip_start_watchdog_tick(crystalMhz);
    REG(PSM_WDSEL) = psmAllButOscillators;
    port_watchdog_feed();
    REG(WATCHDOG_CTRL) = enable | pausedByDebuggers;
}

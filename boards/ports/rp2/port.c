/*
 * Raspberry Pi RP2040 and RP2350: what their silicon has in common; each chip's own is in its folder.
 * Sources: RP2040 data sheet, 2.13.5 (PSM), 4.6 (timer), 4.7 (watchdog); RP2350 data sheet, 7.4, 12.8, 12.9.
 *
 * The counter counts cycles of the system clock. The 64-bit timer, which runs from the same crystal at 1 MHz, tells them
 * to a few microseconds, and the chip's counter of cycles tells the rest.
 */
#include "../port.h"

#include "boot_rom.h"
#include "clocks.h"
#include "../cortex-m/cortex_m.h"
#include "flash.h"
#include "link.h"
#include "registers.h"

enum { cyclesPerMicrosecond = BOARD_CLOCK_HZ / 1000000 };

static bool bootLoaderRequested;
static uint32_t counterOffset;      /* of the chip's counter over the timer */

static uint64_t timer_microseconds(void)
{
    uint32_t high = REG(TIMER_RAWH), low;
    for (;;)
    {
        low = REG(TIMER_RAWL);
        const uint32_t again = REG(TIMER_RAWH);
        if (again == high) return (uint64_t) high << 32 | low;
        high = again;
    }
}

void port_init(void)
{
    clocks_init();
    chip_start_counter(crystalMhz);
    counterOffset = chip_cycles() - (uint32_t) timer_microseconds() * cyclesPerMicrosecond;
    flash_init();
    link_init();
}

bool port_serial_number(uint8_t id[portSerialBytes])
{
    boot_rom_serial_number(id);
    return true;
}

uint64_t port_counter(void)
{
    const uint64_t about = timer_microseconds() * cyclesPerMicrosecond;
    const chip_cycles_difference more = (chip_cycles_difference) (chip_cycles() - counterOffset - (uint32_t) about);
    return about + (uint64_t) (int64_t) more;
}

const char *port_counter_unit(void)
{
    return "cycles";
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units + 1;
}

bool port_request_boot_loader(void)
{
    return bootLoaderRequested = true;
}

/* The watchdog resets everything but the oscillators; SYSRESETREQ alone would leave the peripherals as they are. */
void cortex_m_before_reset(void)
{
    link_drain();
    REG(WATCHDOG_CTRL) = 0;                                 /* it is not to reset a boot loader */
    if (bootLoaderRequested) boot_rom_start_usb_loader();
    REG(PSM_WDSEL) = psmAllButOscillators;
    REG(WATCHDOG_CTRL) = 1u << 31;
}

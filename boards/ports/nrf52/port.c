/*
 * Nordic nRF52840 and nRF52833, 64 MHz. Built and inspected, not run.
 * Sources: nRF52840 Product Specification, 4.2 (memory), 4.3 (NVMC), 4.4 (FICR), 5.3 (power: GPREGRET), 5.4 (clock control),
 * 5.3 (sleep: WFI), 6.30 (timer); nRF52833 Product Specification, the same chapters.
 *
 * The counter counts cycles: DWT's cycle counter is the lower half, TIMER0 at 31.25 kHz tells the upper one.
 */
#include "../port.h"

#include <string.h>

#include "../cortex-m/cortex_m.h"
#include "../cortex-m/cycles.h"
#include "../cortex-m/sleep.h"
#include "../idle.h"
#include "link/link.h"
#include "../watchdog.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define CLOCK_HFCLKSTART REG(0x40000000)
#define CLOCK_HFCLKSTAT REG(0x4000040c)
#define FICR_DEVICEID(i) REG(0x10000060 + 4 * (i))
#define POWER_GPREGRET REG(0x4000051c)
#define TIMER_START REG(0x40008000)
#define TIMER_STOP REG(0x40008004)
#define TIMER_CLEAR REG(0x4000800c)
#define TIMER_CAPTURE REG(0x40008040)
#define TIMER_COMPARE1 REG(0x40008144)
#define TIMER_INTENSET REG(0x40008304)
#define TIMER_BITMODE REG(0x40008508)
#define TIMER_PRESCALER REG(0x40008510)
#define TIMER_CC REG(0x40008540)
#define TIMER_CC1 REG(0x40008544)
#define NVMC_READY REG(0x4001e400)
#define NVMC_CONFIG REG(0x4001e504)
#define NVMC_ERASEPAGE REG(0x4001e508)

enum { pageBytes = 4096, timerPrescaler = 9, cyclesPerTick = 4 << timerPrescaler };
enum { timerInterrupt = 8, tellsCompare1 = 1 << 17 };
enum { crystalRuns = 1 << 16 | 1 };

/* The longest sleep: the watchdog is to be fed. */
enum { sleepsPerSecond = 10 };
enum { nvmcRead = 0, nvmcWrite = 1, nvmcErase = 2 };

_Static_assert(BOARD_CLOCK_HZ == 64000000, "the only clock there is");

/*
 * What boot loaders look for in GPREGRET, which a reset does not change, to stay for an update. Sources: Arduino, core for
 * nRF52 boards; Adafruit, "Adafruit_nRF52_Bootloader" (UF2 and CDC).
 */
enum { bootLoader_arduino = 0xb0, bootLoader_adafruit = 0x57 };

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(pageBytes),
    PORT_EVENTS_BEFORE_RECORDS(pageBytes),
    .writeBytes = 4,
};

bool port_serial_number(uint8_t id[portSerialBytes])
{
    const uint32_t words[2] = { FICR_DEVICEID(1), FICR_DEVICEID(0) };
    for (uint32_t i = 0; i < portSerialBytes; i++) id[i] = (uint8_t) (words[i / 4] >> (24 - 8 * (i % 4)));
    return true;
}

/* A boot loader may have used the timer, as it may have the clock and the UART. */
static void start_counter(void)
{
    TIMER_STOP = 1;
    TIMER_CLEAR = 1;
    TIMER_BITMODE = 3;                                      /* 32 bits */
    TIMER_PRESCALER = timerPrescaler;                       /* 16 MHz / 2^9 */
    TIMER_INTENSET = tellsCompare1;
    cycles_start();
    TIMER_START = 1;
}

void port_init(void)
{
    CLOCK_HFCLKSTART = 1;                                   /* the crystal, for the line's sake */
    while ((CLOCK_HFCLKSTAT & crystalRuns) != crystalRuns) {}
    start_counter();
    link_init();
}

/* Right as long as it is called once in 2^43 cycles, which are 38 hours. */
uint64_t port_counter(void)
{
    TIMER_CAPTURE = 1;
    return cycles_now(TIMER_CC, cyclesPerTick);
}

/* By the timer, since SysTick stands still while the processor sleeps: two ticks from now at the earliest, or it might be missed. */
void port_wake_within(uint64_t units)
{
    const uint32_t most = BOARD_CLOCK_HZ / sleepsPerSecond, within = units < most ? (uint32_t) units : most;
    TIMER_CAPTURE = 1;
    TIMER_CC1 = TIMER_CC + within / cyclesPerTick + 2;
    TIMER_COMPARE1 = 0;
}

static bool (*isOverBySource)(void);

/* What is waited for, or the timer has been there meanwhile. */
static bool is_over(void)
{
    return TIMER_COMPARE1 || isOverBySource();
}

void counter_sleep(uint8_t interrupt, bool (*isOver)(void))
{
    const uint8_t interrupts[] = { interrupt, timerInterrupt };
    isOverBySource = isOver;
    cortex_m_sleep(interrupts, sizeof interrupts, is_over);
    TIMER_CAPTURE = 1;
    cycles_slept(TIMER_CC, cyclesPerTick);
}

const char *port_counter_unit(void)
{
    return "cycles";
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units + 1;
}

#ifdef BOARD_BOOT_LOADER
bool port_request_boot_loader(void)
{
    POWER_GPREGRET = BOARD_BOOT_LOADER;
    return true;
}
#endif

void cortex_m_before_reset(void)
{
    link_drain();
}

static void nvmc_mode(uint32_t mode)
{
    NVMC_CONFIG = mode;
    while (!NVMC_READY) {}
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    nvmc_mode(nvmcErase);
    for (uint32_t at = address; at < address + length; at += pageBytes)
    {
        port_watchdog_feed();
        NVMC_ERASEPAGE = at;
        while (!NVMC_READY) {}
    }
    nvmc_mode(nvmcRead);
    for (uint32_t at = address; at < address + length; at += 4) if (REG(at) != 0xffffffff) return false;
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    nvmc_mode(nvmcWrite);
    for (uint32_t i = 0; i < length; i += 4)
    {
        uint32_t word;
        memcpy(&word, data + i, sizeof word);
        /* A word may be written twice between erasures. */
        if (REG(address + i) == word) continue;
        REG(address + i) = word;
        while (!NVMC_READY) {}
    }
    nvmc_mode(nvmcRead);
    return memcmp((const void *) (uintptr_t) address, data, length) == 0;
}

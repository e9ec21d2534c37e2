/*
 * ESP32-C3, 160 MHz. Built and inspected, not run.
 * Sources: ESP32-C3 Technical Reference Manual, 1.4 (CSRs: vectored traps, performance counter), 6.2 (clocks),
 * 4 (eFuse: the MAC address), 8 (interrupt matrix: sources, priorities), 9.2 (software reset), 10 (SYSTIMER), 12 (watchdogs), 7.2 (boot modes).
 *
 * The counter counts cycles: the performance counter is the lower half, SYSTIMER at 16 MHz tells the upper one.
 */
#include "../port.h"

#include "link/link.h"
#include "../risc-v/risc_v.h"
#include "watchdog.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define RTC_OPTIONS0 REG(0x60008000)
#define RTC_OPTION1 REG(0x600080f4)
#define RTC_WDT_CONFIG0 REG(0x60008090)
#define RTC_WDT_WPROTECT REG(0x600080a8)
#define RTC_SWD_CONF REG(0x600080ac)
#define RTC_SWD_WPROTECT REG(0x600080b0)
#define TIMG_WDT_CONFIG0(group) REG(0x6001f048 + 0x1000 * (group))
#define TIMG_WDT_WPROTECT(group) REG(0x6001f064 + 0x1000 * (group))
#define EFUSE_MAC(i) REG(0x60008844 + 4 * (i))
#define SYSTIMER_CONF REG(0x60023000)
#define SYSTIMER_UNIT0_OP REG(0x60023004)
#define SYSTIMER_TARGET0_HI REG(0x6002301c)
#define SYSTIMER_TARGET0_LO REG(0x60023020)
#define SYSTIMER_TARGET0_CONF REG(0x60023034)
#define SYSTIMER_UNIT0_HI REG(0x60023040)
#define SYSTIMER_UNIT0_LO REG(0x60023044)
#define SYSTIMER_COMP0_LOAD REG(0x60023050)
#define SYSTIMER_INT_ENA REG(0x60023064)
#define SYSTIMER_INT_CLR REG(0x6002306c)
#define SYSTEM_CPU_PER_CONF REG(0x600c0008)
#define SYSTEM_SYSCLK_CONF REG(0x600c0058)
#define INTERRUPT_MAP(source) REG(0x600c2000 + 4 * (source))
#define INTERRUPT_ENABLE REG(0x600c2104)
#define INTERRUPT_PRIORITY(line) REG(0x600c2114 + 4 * (line))
#define INTERRUPT_THRESHOLD REG(0x600c2194)

enum { forceDownloadBoot = 1 };
enum { watchdogKey = 0x50d83aa1, superWatchdogKey = 0x8f1d312a };
enum { systimerHz = 16000000, cyclesPerTick = BOARD_CLOCK_HZ / systimerHz };
enum { sourceSystimer0 = 37, line = 1, target0Works = 1 << 24, update = 1 << 30, valid = 1 << 29 };

/* Exceptions come to the first entry, interrupt n to entry n: the core knows vectored traps only. */
__attribute__((naked, aligned(256))) static void vectors(void)
{
    __asm__(".option push\n"
            ".option norvc\n"
            ".rept 32\n"
            "j trap_entry\n"
            ".endr\n"
            ".option pop");
}

static void stop_watchdogs(void)
{
    RTC_WDT_WPROTECT = watchdogKey;
    RTC_WDT_CONFIG0 = 0;
    RTC_WDT_WPROTECT = 0;
    RTC_SWD_WPROTECT = superWatchdogKey;
    RTC_SWD_CONF |= 1u << 31;                               /* feeds itself */
    RTC_SWD_WPROTECT = 0;
    for (uint32_t group = 0; group < 2; group++)
    {
        TIMG_WDT_WPROTECT(group) = watchdogKey;
        TIMG_WDT_CONFIG0(group) = 0;
        TIMG_WDT_WPROTECT(group) = 0;
    }
}

void port_init(void)
{
    __asm__ volatile("csrw mtvec, %0" : : "r"((uintptr_t) vectors | 1));
    stop_watchdogs();
    SYSTEM_CPU_PER_CONF = (SYSTEM_CPU_PER_CONF & ~7u) | 1 << 2 | 1;             /* PLL of 480 MHz, by 3 */
    SYSTEM_SYSCLK_CONF = (SYSTEM_SYSCLK_CONF & ~0xfffu) | 1 << 10;              /* from the PLL */
    __asm__ volatile("csrw 0x7e0, %0\n"                     /* mpcer: count cycles */
                     "csrw 0x7e2, zero\n"                   /* mpccr */
                     "csrw 0x7e1, %0" : : "r"(1));          /* mpcmr: count */
    INTERRUPT_MAP(sourceSystimer0) = line;
    INTERRUPT_PRIORITY(line) = 15;
    INTERRUPT_THRESHOLD = 1;
    INTERRUPT_ENABLE |= 1 << line;
}

static uint64_t systimer(void)
{
    SYSTIMER_UNIT0_OP = update;
    while (!(SYSTIMER_UNIT0_OP & valid)) {}
    return (uint64_t) (SYSTIMER_UNIT0_HI & 0xfffff) << 32 | SYSTIMER_UNIT0_LO;
}

/* The MAC address, which no other chip has: 48 bits. */
bool port_serial_number(uint8_t id[portSerialBytes])
{
    const uint32_t words[2] = { EFUSE_MAC(0), EFUSE_MAC(1) & 0xffff };
    for (uint32_t i = 0; i < portSerialBytes; i++) id[i] = (uint8_t) (words[i / 4] >> (8 * (i % 4)));
    return true;
}

uint64_t port_counter(void)
{
    uint32_t cycles;
    const uint64_t about = systimer() * cyclesPerTick;
    __asm__ volatile("csrr %0, 0x7e2" : "=r"(cycles));
    return about + (uint64_t) (int64_t) (int32_t) (cycles - (uint32_t) about);
}

const char *port_counter_unit(void)
{
    return "cycles";
}

void risc_v_start_limit(uint64_t units)
{
    const uint64_t then = systimer() + units / cyclesPerTick + 1;
    SYSTIMER_TARGET0_HI = (uint32_t) (then >> 32) & 0xfffff;
    SYSTIMER_TARGET0_LO = (uint32_t) then;
    SYSTIMER_TARGET0_CONF = 0;                              /* once, unit 0 */
    SYSTIMER_COMP0_LOAD = 1;
    SYSTIMER_INT_CLR = 1;
    SYSTIMER_INT_ENA |= 1;
    SYSTIMER_CONF |= target0Works;
    watchdog_wait_for(units);
}

void risc_v_end_limit(void)
{
    watchdog_wait_for(0);
    SYSTIMER_CONF &= ~(uint32_t) target0Works;
    SYSTIMER_INT_ENA &= ~1u;
    SYSTIMER_INT_CLR = 1;
}

/*
 * The boot ROM looks at the bit after the reset, which does not change it. Its address: Espressif, ESP-IDF,
 * components/soc/esp32c3/include/soc/rtc_cntl_reg.h.
 */
bool port_request_boot_loader(void)
{
    RTC_OPTION1 = forceDownloadBoot;
    return true;
}

_Noreturn void port_reset(void)
{
    link_drain();
    RTC_OPTIONS0 |= 1u << 31;
    for (;;) {}
}

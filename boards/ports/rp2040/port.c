/*
 * Raspberry Pi RP2040: UART 0 on GPIO 0 (transmit) and 1 (receive), 125 MHz from the 12 MHz crystal.
 * Sources: RP2040 data sheet, 2.1.2 (atomic register access), 2.13.5 (PSM), 2.14 (resets), 2.15 (clocks),
 * 2.16 (XOSC), 2.18 (PLL), 2.19.2 (GPIO functions), 4.2 (UART), 4.5 (PWM), 4.6 (timer), 4.7 (watchdog).
 *
 * The counter counts cycles of the system clock. SysTick has only 24 bits, and guarded calls use it; so a PWM slice
 * counts the cycles modulo 2^16, and the 64-bit timer, which runs from the same crystal at 1 MHz, tells the rest.
 */
#include "port.h"

#include "cortex_m.h"
#include "flash.h"

#define REG(address) (*(volatile uint32_t *) (address))
#define SET(address) REG((address) + 0x2000)
#define CLEAR(address) REG((address) + 0x3000)

#define PSM_WDSEL 0x40010008
#define CLK_REF_CTRL 0x40008030
#define CLK_REF_SELECTED 0x40008038
#define CLK_SYS_CTRL 0x4000803c
#define CLK_SYS_SELECTED 0x40008044
#define CLK_PERI_CTRL 0x40008048
#define RESETS_RESET 0x4000c000
#define RESETS_DONE 0x4000c008
#define GPIO0_CTRL 0x40014004
#define GPIO1_CTRL 0x4001400c
#define XOSC_CTRL 0x40024000
#define XOSC_STATUS 0x40024004
#define XOSC_STARTUP 0x4002400c
#define PLL_CS 0x40028000
#define PLL_PWR 0x40028004
#define PLL_FBDIV 0x40028008
#define PLL_PRIM 0x4002800c
#define UART_DR 0x40034000
#define UART_FR 0x40034018
#define UART_IBRD 0x40034024
#define UART_FBRD 0x40034028
#define UART_LCR_H 0x4003402c
#define UART_CR 0x40034030
#define PWM7_CSR 0x4005008c
#define PWM7_CTR 0x40050094
#define TIMER_RAWH 0x40054024
#define TIMER_RAWL 0x40054028
#define WATCHDOG_CTRL 0x40058000
#define WATCHDOG_TICK 0x4005802c

enum { resetIoBank0 = 1 << 5, resetPadsBank0 = 1 << 8, resetPllSys = 1 << 12, resetPwm = 1 << 14, resetTimer = 1 << 21,
       resetUart0 = 1 << 22 };
enum { resetsUsed = resetIoBank0 | resetPadsBank0 | resetPllSys | resetPwm | resetTimer | resetUart0 };
enum { uartBusy = 1 << 3, uartRxEmpty = 1 << 4, uartTxFull = 1 << 5 };
enum { crystalHz = BOARD_OSCILLATOR_HZ, cyclesPerMicrosecond = BOARD_CLOCK_HZ / 1000000 };
enum { crystalStartup = (crystalHz / 1000 / 256 + 1) * BOARD_OSCILLATOR_STARTUP_MULTIPLIER };

_Static_assert(crystalHz == 12000000 && BOARD_CLOCK_HZ == 125000000, "what the PLL is set up for");
_Static_assert(crystalStartup < 1 << 14, "the bits of XOSC_STARTUP");

static uint32_t counterOffset;      /* of the PWM counter over the timer, modulo 2^16 */

static void wait_for(uint32_t address, uint32_t bits)
{
    while ((REG(address) & bits) != bits) {}
}

/* The system clock runs from the crystal while the PLL is set up: 12 MHz * 125 / (6 * 2). */
static void start_clocks(void)
{
    REG(XOSC_STARTUP) = crystalStartup;                     /* 1 ms, or that many times as long, by 256 crystal cycles */
    REG(XOSC_CTRL) = 0xfab << 12 | 0xaa0;                   /* enable, 1-15 MHz */
    wait_for(XOSC_STATUS, 1u << 31);

    CLEAR(CLK_SYS_CTRL) = 1;
    wait_for(CLK_SYS_SELECTED, 1 << 0);
    REG(CLK_REF_CTRL) = 2;
    wait_for(CLK_REF_SELECTED, 1 << 2);

    SET(RESETS_RESET) = resetsUsed;
    CLEAR(RESETS_RESET) = resetsUsed;
    wait_for(RESETS_DONE, resetsUsed);

    REG(PLL_CS) = 1;                                        /* reference divided by 1 */
    REG(PLL_FBDIV) = 125;                                   /* 1500 MHz */
    CLEAR(PLL_PWR) = 1 << 0 | 1 << 5;
    wait_for(PLL_CS, 1u << 31);
    REG(PLL_PRIM) = 6 << 16 | 2 << 12;
    CLEAR(PLL_PWR) = 1 << 3;

    REG(CLK_SYS_CTRL) = 0 << 5;                             /* auxiliary source: PLL_SYS */
    SET(CLK_SYS_CTRL) = 1;
    wait_for(CLK_SYS_SELECTED, 1 << 1);
    REG(CLK_PERI_CTRL) = 1 << 11 | 0 << 5;                  /* clk_sys */
    REG(WATCHDOG_TICK) = 1 << 9 | crystalHz / 1000000;      /* the timer's 1 MHz */
}

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

static void start_counter(void)
{
    REG(PWM7_CSR) = 1;
    counterOffset = REG(PWM7_CTR) - (uint32_t) timer_microseconds() * cyclesPerMicrosecond;
}

void port_init(void)
{
    start_clocks();
    const uint32_t divisor = (uint32_t) (((uint64_t) BOARD_CLOCK_HZ * 4 + BOARD_BAUD / 2) / BOARD_BAUD);
    REG(UART_IBRD) = divisor >> 6;
    REG(UART_FBRD) = divisor & 63;
    REG(UART_LCR_H) = 3 << 5 | 1 << 4;                      /* 8 bits, FIFOs */
    REG(UART_CR) = 1 << 9 | 1 << 8 | 1;
    REG(GPIO0_CTRL) = 2;
    REG(GPIO1_CTRL) = 2;
    start_counter();
    flash_init();
}

int port_getc(void)
{
    return REG(UART_FR) & uartRxEmpty ? -1 : (int) (REG(UART_DR) & 0xff);
}

void port_putc(uint8_t byte)
{
    while (REG(UART_FR) & uartTxFull) {}
    REG(UART_DR) = byte;
}

/* The timer is at most a few microseconds away from the PWM counter: the difference tells its upper bits. */
uint64_t port_counter(void)
{
    const uint64_t about = timer_microseconds() * cyclesPerMicrosecond;
    const int16_t more = (int16_t) (REG(PWM7_CTR) - counterOffset - (uint32_t) about);
    return about + (uint64_t) (int64_t) more;
}

const char *port_counter_unit(void)
{
    return "cycles";
}

uint32_t port_counter_hz(void)
{
    return BOARD_CLOCK_HZ;
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units + 1;
}

/* The watchdog resets everything but the oscillators; SYSRESETREQ alone would leave the peripherals as they are. */
void cortex_m_before_reset(void)
{
    while (REG(UART_FR) & uartBusy) {}
    REG(PSM_WDSEL) = 0x1fffc;
    REG(WATCHDOG_CTRL) = 1u << 31;
}

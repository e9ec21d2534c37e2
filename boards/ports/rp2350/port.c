/*
 * Raspberry Pi RP2350, Cortex-M33 in secure state: UART 0 on GPIO 0 (transmit) and 1 (receive), 150 MHz from the
 * 12 MHz crystal. Built and inspected, not run.
 * Sources: RP2350 data sheet, 2.1.3 (atomic register access), 2.2 (address map), 7.4 (PSM), 7.5 (resets), 8.1 (clocks),
 * 8.2 (XOSC), 8.5 (tick generators), 8.6 (PLL), 9.4 (GPIO functions), 9.11 (pads), 12.1 (UART), 12.8 (timer),
 * 12.9 (watchdog); Armv8-M Architecture Reference Manual, B13 (DWT).
 *
 * The counter counts cycles: DWT's cycle counter is the lower half, the 64-bit timer of 1 MHz tells the upper one.
 */
#include "../port.h"

#include "../cortex-m/cortex_m.h"
#include "flash.h"

#define REG(address) (*(volatile uint32_t *) (address))
#define SET(address) REG((address) + 0x2000)
#define CLEAR(address) REG((address) + 0x3000)

#define CLK_REF_CTRL 0x40010030
#define CLK_REF_SELECTED 0x40010038
#define CLK_SYS_CTRL 0x4001003c
#define CLK_SYS_SELECTED 0x40010044
#define CLK_PERI_CTRL 0x40010048
#define PSM_WDSEL 0x40018008
#define RESETS_RESET 0x40020000
#define RESETS_DONE 0x40020008
#define GPIO0_CTRL 0x40028004
#define GPIO1_CTRL 0x4002800c
#define PADS_GPIO0 0x40038004
#define PADS_GPIO1 0x40038008
#define XOSC_CTRL 0x40048000
#define XOSC_STATUS 0x40048004
#define XOSC_STARTUP 0x4004800c
#define PLL_CS 0x40050000
#define PLL_PWR 0x40050004
#define PLL_FBDIV 0x40050008
#define PLL_PRIM 0x4005000c
#define UART_DR 0x40070000
#define UART_FR 0x40070018
#define UART_IBRD 0x40070024
#define UART_FBRD 0x40070028
#define UART_LCR_H 0x4007002c
#define UART_CR 0x40070030
#define TIMER_RAWH 0x400b0024
#define TIMER_RAWL 0x400b0028
#define WATCHDOG_CTRL 0x400d8000
#define TICKS_TIMER0_CTRL 0x40108018
#define TICKS_TIMER0_CYCLES 0x4010801c
#define DEMCR 0xe000edfc
#define DWT_CTRL 0xe0001000
#define DWT_CYCCNT 0xe0001004

enum { resetIoBank0 = 1 << 6, resetPadsBank0 = 1 << 9, resetPllSys = 1 << 14, resetTimer0 = 1 << 23,
       resetUart0 = 1 << 26 };
enum { resetsUsed = resetIoBank0 | resetPadsBank0 | resetPllSys | resetTimer0 | resetUart0 };
enum { uartBusy = 1 << 3, uartRxEmpty = 1 << 4, uartTxFull = 1 << 5, padIsolated = 1 << 8, padInput = 1 << 6 };
enum { crystalHz = 12000000, cyclesPerMicrosecond = BOARD_CLOCK_HZ / 1000000 };

static void wait_for(uint32_t address, uint32_t bits)
{
    while ((REG(address) & bits) != bits) {}
}

/* The system clock runs from the crystal while the PLL is set up: 12 MHz * 125 / (5 * 2). */
static void start_clocks(void)
{
    REG(XOSC_STARTUP) = crystalHz / 1000 / 256 + 1;         /* 1 ms, in units of 256 crystal cycles */
    REG(XOSC_CTRL) = 0xfab << 12 | 0xaa0;                   /* enable, 1-15 MHz */
    wait_for(XOSC_STATUS, 1u << 31);

    CLEAR(CLK_SYS_CTRL) = 1;
    wait_for(CLK_SYS_SELECTED, 1 << 0);
    REG(CLK_REF_CTRL) = 2;
    wait_for(CLK_REF_SELECTED, 1 << 2);

    SET(RESETS_RESET) = resetsUsed;
    CLEAR(RESETS_RESET) = resetsUsed;
    wait_for(RESETS_DONE, resetsUsed & ~resetUart0);        /* that of the UART waits for clk_peri */

    REG(PLL_CS) = 1;                                        /* reference divided by 1 */
    REG(PLL_FBDIV) = 125;                                   /* 1500 MHz */
    CLEAR(PLL_PWR) = 1 << 0 | 1 << 5;
    wait_for(PLL_CS, 1u << 31);
    REG(PLL_PRIM) = 5 << 16 | 2 << 12;
    CLEAR(PLL_PWR) = 1 << 3;

    REG(CLK_SYS_CTRL) = 0 << 5;                             /* auxiliary source: PLL_SYS */
    SET(CLK_SYS_CTRL) = 1;
    wait_for(CLK_SYS_SELECTED, 1 << 1);
    REG(CLK_PERI_CTRL) = 1 << 11 | 0 << 5;                  /* clk_sys */
    wait_for(RESETS_DONE, resetUart0);
}

static void start_counter(void)
{
    REG(TICKS_TIMER0_CYCLES) = crystalHz / 1000000;
    REG(TICKS_TIMER0_CTRL) = 1;
    REG(DEMCR) |= 1 << 24;
    REG(DWT_CYCCNT) = 0;
    REG(DWT_CTRL) |= 1;
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
    SET(PADS_GPIO1) = padInput;
    CLEAR(PADS_GPIO0) = padIsolated;
    CLEAR(PADS_GPIO1) = padIsolated;
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

uint64_t port_counter(void)
{
    const uint64_t about = timer_microseconds() * cyclesPerMicrosecond;
    return about + (uint64_t) (int64_t) (int32_t) (REG(DWT_CYCCNT) - (uint32_t) about);
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

/* The watchdog resets everything but the oscillators. */
void cortex_m_before_reset(void)
{
    while (REG(UART_FR) & uartBusy) {}
    REG(PSM_WDSEL) = 0x1fffff3;
    REG(WATCHDOG_CTRL) = 1u << 31;
}

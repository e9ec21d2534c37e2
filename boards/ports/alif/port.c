/*
 * Alif Ensemble E7, its faster Cortex-M55 (M55_HP): the link, UART 2 or 4, of which the DevKit's jumpers J26 choose one for its
 * USB; caches and the counter. Built and inspected, not run.
 *
 * The chip's secure enclave starts the processor: its clocks are there (400 MHz), and its vectors are at the start of MRAM, which
 * the application's table of contents (ATOC) names. RAM is the memory that is coupled to it, which no cache is in front of; the
 * 4 MB and 2.5 MB of SRAM 0 and 1 are not used.
 *
 * The counter is that of the chip's reference clock, of 100 MHz from the same PLL: in steps of four cycles, and right in time
 * wherever the processor's clock is another.
 * Sources: alifsemi/zephyr_alif, dts/arm/alif/ensemble_rtss_hp.dtsi and ensemble_rtss_common.dtsi (memories, UARTs, clocks);
 * alifsemi/alif_ensemble-cmsis-dfp, drivers/include/uart.h (registers), sys_ctrl_uart.h and Device/system/include/
 * sys_clocks.h (clock gates), drivers/source/pinconf.c (pins), Device/common/source/system_utils.c (reference counter); micropython/micropython, ports/alif/mcu/ensemble_pin_alt.csv;
 * alifsemi/sdk-alif, documentation of the kit (J26).
 */
#include "../port.h"

#include "../cortex-m/caches.h"
#include "../cortex-m/cortex_m.h"
#include "protection.h"
#include "registers.h"

#if BOARD_LINK_USART == 2
enum { uart = 0x4901a000, receivePort = 1, receivePin = 0, transmitPort = 1, transmitPin = 1, alternateUart = 1 };
#elif BOARD_LINK_USART == 4
enum { uart = 0x4901c000, receivePort = 12, receivePin = 1, transmitPort = 12, transmitPin = 2, alternateUart = 2 };
#else
#error "link.usart: 2 or 4"
#endif

#define PAD(port, pin) REG(0x1a603000 + 32 * (port) + 4 * (pin))
#define BUS_CLOCKS REG(0x4902f000)
#define UART_CLOCKS REG(0x4902f008)
#define COUNTER_CONTROL REG(0x1a200000)
#define COUNTER_LOW REG(0x1a210000)
#define COUNTER_HIGH REG(0x1a210004)
#define CCR REG(0xe000ed14)

/* A 16550 by Synopsys; where the divisor can be set, its low byte is in DATA, and its high byte in INTERRUPTS. */
#define UART(offset) REG(uart + (offset))
#define UART_DATA UART(0x00)
#define UART_INTERRUPTS UART(0x04)
#define UART_FIFOS UART(0x08)
#define UART_LINE UART(0x0c)
#define UART_LINE_STATE UART(0x14)
#define UART_STATE UART(0x7c)
#define UART_RESET UART(0x88)
#define UART_DIVISOR_16THS UART(0xc0)

enum { busHz = 100000000, counterHz = 100000000, cyclesPerTick = BOARD_CLOCK_HZ / counterHz };
#define FORCED_CLOCKS (3u << 30)
enum { padReads = 1 << 16, loopCache = 1 << 19, counterRuns = 1 };
enum { divisorAccess = 1 << 7, eightBits = 3, fifos = 7, transmitterEmpty = 1 << 6 };
enum { transmitNotFull = 1 << 1, receiveNotEmpty = 1 << 3, resetAll = 7 };

_Static_assert(BOARD_CLOCK_HZ % counterHz == 0, "the counter's ticks are whole cycles");

static void uart_start(void)
{
    const uint32_t divisor = (busHz + BOARD_BAUD / 2) / BOARD_BAUD;     /* in 16ths, of 16 times the rate */
    BUS_CLOCKS |= FORCED_CLOCKS;                                        /* of what hangs at the UARTs' bus */
    UART_CLOCKS |= 1 << BOARD_LINK_USART | 1 << (8 + BOARD_LINK_USART); /* on, by the bus's clock */
    PAD(receivePort, receivePin) = padReads | alternateUart;
    PAD(transmitPort, transmitPin) = alternateUart;
    UART_RESET = resetAll;
    UART_INTERRUPTS = 0;
    UART_LINE = divisorAccess;
    UART_DATA = divisor >> 4 & 0xff;
    UART_INTERRUPTS = divisor >> 12;
    UART_DIVISOR_16THS = divisor & 15;
    UART_LINE = eightBits;
    UART_FIFOS = fifos;                                                 /* on, and empty */
}

void port_init(void)
{
    protection_start();
    caches_start();
    CCR |= loopCache;
    COUNTER_CONTROL |= counterRuns;
    uart_start();
}

int port_getc(void)
{
    return UART_STATE & receiveNotEmpty ? (int) (UART_DATA & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    while (!(UART_STATE & transmitNotFull)) {}
    UART_DATA = byte;
}

void cortex_m_before_reset(void)
{
    while (!(UART_LINE_STATE & transmitterEmpty)) {}
}

uint64_t port_counter(void)
{
    for (;;)
    {
        const uint32_t high = COUNTER_HIGH, low = COUNTER_LOW;
        if (COUNTER_HIGH == high) return ((uint64_t) high << 32 | low) * cyclesPerTick;
    }
}

const char *port_counter_unit(void)
{
    return "cycles";
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units + 1;
}

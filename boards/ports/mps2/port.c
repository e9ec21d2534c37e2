/*
 * Arm MPS2+ FPGA images AN385, AN386 and AN500. Sources: Arm DAI 0385, DAI 0386, DAI 0500 (memory maps: UART 0 at
 * 0x40004000, timer 0 at 0x40000000, all at 25 MHz); Arm DDI 0479, "Cortex-M System Design Kit" (their registers).
 *
 * The FPGA has no flash: a part of the static RAM that holds the program plays its role.
 *
 * QEMU is to be run with `-icount shift=7`: an instruction then takes 128 ns, 3.2 ticks of a timer, so that the
 * number of instructions follows from the number of ticks exactly.
 */
#include "../port.h"

#include <string.h>

#include "../cortex-m/cortex_m.h"

#define UART_DATA (*(volatile uint32_t *) 0x40004000)
#define UART_STATE (*(volatile uint32_t *) 0x40004004)
#define UART_CTRL (*(volatile uint32_t *) 0x40004008)
#define UART_BAUDDIV (*(volatile uint32_t *) 0x40004010)
#define TIMER_CTRL (*(volatile uint32_t *) 0x40000000)
#define TIMER_VALUE (*(volatile uint32_t *) 0x40000004)
#define TIMER_RELOAD (*(volatile uint32_t *) 0x40000008)

enum { uartTxFull = 1, uartRxFull = 2, uartTxEnable = 1, uartRxEnable = 2 };
enum { sectorBytes = 4096, ticksPer5Instructions = 16 };

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(sectorBytes),
    .writeBytes = 4,
};

static uint32_t lastTicks;
static uint64_t ticks;

void port_init(void)
{
    UART_BAUDDIV = BOARD_CLOCK_HZ / BOARD_BAUD;
    UART_CTRL = uartTxEnable | uartRxEnable;
    TIMER_RELOAD = 0xffffffff;
    TIMER_VALUE = 0xffffffff;
    TIMER_CTRL = 1;
}

int port_getc(void)
{
    return UART_STATE & uartRxFull ? (int) (UART_DATA & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    while (UART_STATE & uartTxFull) {}
    UART_DATA = byte;
}

/* Right as long as it is called once in 2^32 ticks, which are 1.3e9 instructions. */
uint64_t port_counter(void)
{
    const uint32_t now = ~TIMER_VALUE;
    ticks += (uint32_t) (now - lastTicks);
    lastTicks = now;
    return (ticks * 5 + ticksPer5Instructions - 1) / ticksPer5Instructions;
}

const char *port_counter_unit(void)
{
    return "instructions";
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units * ticksPer5Instructions / 5 + 1;
}

void cortex_m_before_reset(void)
{
    while (UART_STATE & uartTxFull) {}
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    memset((void *) (uintptr_t) address, 0xff, length);
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    uint8_t *to = (uint8_t *) (uintptr_t) address;
    for (uint32_t i = 0; i < length; i++) to[i] &= data[i];
    return memcmp(to, data, length) == 0;
}

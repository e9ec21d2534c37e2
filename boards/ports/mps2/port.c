/*
 * Arm MPS2+ FPGA images AN385, AN386 and AN500. Sources: Arm DAI 0385, DAI 0386, DAI 0500 (memory maps: UART 0 at
 * 0x40004000, timer 0 at 0x40000000, all at 25 MHz); Arm DDI 0479, "Cortex-M System Design Kit" (their registers).
 *
 * QEMU is to be run with `-icount shift=7`: an instruction then takes 128 ns, 3.2 ticks of a timer, so that the
 * number of instructions follows from the number of ticks exactly.
 */
#include "../cortex-m/cortex_m.h"
#include "../mps/mps.h"
#include "../port.h"

#define TIMER_CTRL (*(volatile uint32_t *) 0x40000000)
#define TIMER_VALUE (*(volatile uint32_t *) 0x40000004)
#define TIMER_RELOAD (*(volatile uint32_t *) 0x40000008)

enum { ticksPer5Instructions = 16 };

static uint32_t lastTicks;
static uint64_t ticks;

void port_init(void)
{
    mps_uart_start();
    TIMER_RELOAD = 0xffffffff;
    TIMER_VALUE = 0xffffffff;
    TIMER_CTRL = 1;
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

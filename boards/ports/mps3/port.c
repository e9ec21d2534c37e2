/*
 * Arm MPS3 FPGA image AN547: Cortex-M55 in an SSE-300 subsystem. Sources: Arm DAI 0547 (memory map: UART 0 at 0x49303000; bit 28
 * of an address makes an access secure; processor at 32 MHz, UART at 25 MHz); Arm 101773, "SSE-300" (system counter).
 *
 * The processor starts in secure state. The 512 KB of memory coupled to it, where its vectors are looked for, are too small for
 * two models: DDR memory plays the role of flash, and what loads the program there starts it at boot_vector.
 *
 * QEMU is to be run with `-icount shift=7`: an instruction then takes 128 ns, 4.096 ticks of the system counter, so that the
 * number of instructions follows from the number of ticks exactly.
 */
#include "../cortex-m/cortex_m.h"
#include "../mps/mps.h"
#include "../port.h"

#define COUNTER_CONTROL (*(volatile uint32_t *) 0x58100000)
#define COUNTER_LOW (*(volatile uint32_t *) 0x58100008)
#define COUNTER_HIGH (*(volatile uint32_t *) 0x5810000c)

enum { ticksPer125Instructions = 512 };

extern const void *const vectors[];

/* Behind the vectors: does as the processor would, had it found them. */
__attribute__((naked, noreturn, used, section(".interrupt_vectors"))) static void boot_vector(void)
{
    __asm__("ldr r0, =vectors\n"
            "ldrd r1, r2, [r0]\n"
            "msr msp, r1\n"
            "bx r2\n"
            ".ltorg");
}

void port_init(void)
{
    mps_uart_start();
    COUNTER_CONTROL = 1;
}

static uint64_t ticks(void)
{
    for (;;)
    {
        const uint32_t high = COUNTER_HIGH, low = COUNTER_LOW;
        if (COUNTER_HIGH == high) return (uint64_t) high << 32 | low;
    }
}

uint64_t port_counter(void)
{
    return (ticks() * 125 + ticksPer125Instructions - 1) / ticksPer125Instructions;
}

const char *port_counter_unit(void)
{
    return "instructions";
}

uint64_t cortex_m_limit_ticks(uint64_t units)
{
    return units * ticksPer125Instructions / 125 + 1;
}

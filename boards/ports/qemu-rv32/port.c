/*
 * QEMU's RISC-V machine `virt` (qemu.org, "virt Generic Virtual Platform"): NS16550 UART at 0x10000000, CLINT at
 * 0x02000000 with a time of 10 MHz, test device at 0x00100000. To be run with `-icount shift=0`: an instruction then
 * takes one nanosecond.
 */
#include "../port.h"
#include "../risc-v/risc_v.h"

#define UART(offset) (*(volatile uint8_t *) (0x10000000 + (offset)))
#define MTIMECMP(word) (*(volatile uint32_t *) (0x02004000 + 4 * (word)))
#define MTIME(word) (*(volatile uint32_t *) (0x0200bff8 + 4 * (word)))
#define TEST_DEVICE (*(volatile uint32_t *) 0x00100000)

enum { uartData = 0, uartFifo = 2, uartLine = 3, uartStatus = 5 };
enum { statusReceived = 1, statusRoomToSend = 0x20, eightBits = 3, fifoOn = 1 };
enum { instructionsPerTick = 100, mieTimer = 1 << 7, testReset = 0x7777 };

void port_init(void)
{
    UART(uartLine) = eightBits;
    UART(uartFifo) = fifoOn;
}

int port_getc(void)
{
    return UART(uartStatus) & statusReceived ? UART(uartData) : -1;
}

void port_putc(uint8_t byte)
{
    while (!(UART(uartStatus) & statusRoomToSend)) {}
    UART(uartData) = byte;
}

uint64_t port_counter(void)
{
    uint32_t high, low, again;
    do
    {
        __asm__ volatile("csrr %0, minstreth\n"
                         "csrr %1, minstret\n"
                         "csrr %2, minstreth" : "=r"(high), "=r"(low), "=r"(again));
    }
    while (high != again);
    return (uint64_t) high << 32 | low;
}

const char *port_counter_unit(void)
{
    return "instructions";
}

void risc_v_start_limit(uint64_t units)
{
    const uint64_t now = (uint64_t) MTIME(1) << 32 | MTIME(0);
    const uint64_t then = now + units / instructionsPerTick + 1;
    MTIMECMP(1) = 0xffffffff;
    MTIMECMP(0) = (uint32_t) then;
    MTIMECMP(1) = (uint32_t) (then >> 32);
    __asm__ volatile("csrs mie, %0" : : "r"(mieTimer));
}

void risc_v_end_limit(void)
{
    __asm__ volatile("csrc mie, %0" : : "r"(mieTimer));
    MTIMECMP(1) = 0xffffffff;
}

_Noreturn void port_reset(void)
{
    TEST_DEVICE = testReset;
    for (;;) {}
}

/*
 * USARTs with FIFOs and a register for each of status, clearing, receiving and transmitting; the low-power ones as well.
 * Sources: ST RM0432, 52; RM0433, 48.
 */
#include "usart.h"

#include "../cortex-m/cortex_m.h"
#include "../port.h"
#include "counter.h"

enum { overrun = 1 << 3, rxNotEmpty = 1 << 5, complete = 1 << 6, txNotFull = 1 << 7 };
enum { enable = 1, receive = 1 << 2, transmit = 1 << 3, tellInput = 1 << 5, fifos = 1 << 29 };

static volatile struct
{
    uint32_t control, control2, control3, divisor, guardTime, timeout, request, status, clear, received, transmitted;
} *usart;

static uint8_t interrupt;

void usart_start(uint32_t address, uint32_t divisor, uint8_t number)
{
    interrupt = number;
    usart = (void *) (uintptr_t) address;
    usart->control = 0;
    usart->divisor = divisor;
    usart->control = fifos | tellInput | transmit | receive | enable;
}

static bool has_input(void)
{
    return usart->status & (rxNotEmpty | overrun);
}

int port_getc(void)
{
    if (!has_input()) counter_sleep(interrupt, has_input);
    const uint32_t status = usart->status;
    if (status & overrun) usart->clear = overrun;
    return status & rxNotEmpty ? (int) (usart->received & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    while (!(usart->status & txNotFull)) {}
    usart->transmitted = byte;
}

void cortex_m_before_reset(void)
{
    while (!(usart->status & complete)) {}
}

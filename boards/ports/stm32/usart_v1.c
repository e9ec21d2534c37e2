/* USARTs with one status and one data register. Sources: ST RM0090, 30; RM0383, 19; RM0390, 25. */
#include "usart.h"

#include "../cortex-m/cortex_m.h"
#include "../port.h"
#include "counter.h"

enum { patience = 2000000 };
enum { rxNotEmpty = 1 << 5, complete = 1 << 6, txEmpty = 1 << 7 };
enum { receive = 1 << 2, transmit = 1 << 3, tellInput = 1 << 5, enable = 1 << 13 };

static volatile struct
{
    uint32_t status, data, divisor, control;
} *usart;

static uint8_t interrupt;

void usart_start(uint32_t address, uint32_t divisor, uint8_t number)
{
    interrupt = number;
    usart = (void *) (uintptr_t) address;
    usart->divisor = divisor;
    usart->control = enable | tellInput | transmit | receive;
}

static bool has_input(void)
{
    return usart->status & rxNotEmpty;
}

int port_getc(void)
{
    if (!has_input()) counter_sleep(interrupt, has_input);
    return usart->status & rxNotEmpty ? (int) (usart->data & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    while (!(usart->status & txEmpty)) {}
    usart->data = byte;
}

/* An emulator may never say that the last byte is sent. */
void cortex_m_before_reset(void)
{
    for (uint32_t i = 0; i < patience && !(usart->status & complete); i++) {}
}

/*
 * The line over UART 0 on GPIO 21 (transmit) and 20 (receive), as the boot ROM sets it up.
 * Source: ESP32-C3 Technical Reference Manual, 26 (UART).
 */
#include "link.h"

#include "../../port.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define UART_FIFO REG(0x60000000)
#define UART_STATUS REG(0x6000001c)

enum { fifoBytes = 128 };

_Static_assert(BOARD_BAUD == 115200, "the boot ROM's");

int port_getc(void)
{
    return UART_STATUS & 0x3ff ? (int) (UART_FIFO & 0xff) : -1;
}

void port_putc(uint8_t byte)
{
    while ((UART_STATUS >> 16 & 0x3ff) >= fifoBytes - 1) {}
    UART_FIFO = byte;
}

void link_drain(void)
{
    while (UART_STATUS >> 16 & 0x3ff) {}
}

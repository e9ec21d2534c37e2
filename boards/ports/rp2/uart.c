/*
 * The line over UART 0 on GPIO 0 (transmit) and 1 (receive).
 * Sources: RP2040 data sheet, 2.19.2 (GPIO functions), 4.2 (UART); RP2350 data sheet, 9.4, 12.1.
 */
#include "link.h"
#include "../port.h"
#include "registers.h"

enum { transmitPin = 0, receivePin = 1, functionUart = 2 };
enum { uartBusy = 1 << 3, uartRxEmpty = 1 << 4, uartTxFull = 1 << 5 };

void link_init(void)
{
    const uint32_t divisor = (uint32_t) (((uint64_t) BOARD_CLOCK_HZ * 4 + BOARD_BAUD / 2) / BOARD_BAUD);
    REG(UART_IBRD) = divisor >> 6;
    REG(UART_FBRD) = divisor & 63;
    REG(UART_LCR_H) = 3 << 5 | 1 << 4;                      /* 8 bits, FIFOs */
    REG(UART_CR) = 1 << 9 | 1 << 8 | 1;
    REG(GPIO_CTRL(transmitPin)) = functionUart;
    REG(GPIO_CTRL(receivePin)) = functionUart;
    chip_connect_pad(transmitPin);
    chip_connect_pad(receivePin);
}

void link_drain(void)
{
    while (REG(UART_FR) & uartBusy) {}
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

bool link_has_pin(uint32_t pin)
{
    return pin == transmitPin || pin == receivePin;
}

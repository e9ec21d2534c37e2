/*
 * The line over the UART, on the pins that the board's file names (32 * port + pin).
 * Source: nRF52840 Product Specification, 6.33 (UART).
 */
#include "link.h"

#include "../../port.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define UART_STARTRX REG(0x40002000)
#define UART_STARTTX REG(0x40002008)
#define UART_RXDRDY REG(0x40002108)
#define UART_TXDRDY REG(0x4000211c)
#define UART_INTENSET REG(0x40002304)
#define UART_ENABLE REG(0x40002500)
#define UART_PSELTXD REG(0x4000250c)
#define UART_PSELRXD REG(0x40002514)
#define UART_RXD REG(0x40002518)
#define UART_TXD REG(0x4000251c)
#define UART_BAUDRATE REG(0x40002524)
#define GPIO_PIN_CNF(pin) REG(((pin) < 32 ? 0x50000700 : 0x50000a00) + 4 * ((pin) % 32))
#define GPIO_OUTSET(pin) REG((pin) < 32 ? 0x50000508 : 0x50000808)

_Static_assert(BOARD_BAUD == 115200, "the value written to UART_BAUDRATE");

enum { uartInterrupt = 2, tellsInput = 1 << 2 };

static bool sending;

void link_init(void)
{
    GPIO_OUTSET(BOARD_LINK_TRANSMIT_PIN) = 1u << BOARD_LINK_TRANSMIT_PIN % 32;
    GPIO_PIN_CNF(BOARD_LINK_TRANSMIT_PIN) = 3;              /* output */
    GPIO_PIN_CNF(BOARD_LINK_RECEIVE_PIN) = 3 << 2;          /* input, pull-up */
    UART_PSELTXD = BOARD_LINK_TRANSMIT_PIN;
    UART_PSELRXD = BOARD_LINK_RECEIVE_PIN;
    UART_BAUDRATE = 0x01d7e000;
    UART_INTENSET = tellsInput;
    UART_ENABLE = 4;
    UART_STARTTX = 1;
    UART_STARTRX = 1;
}

static bool has_input(void)
{
    return UART_RXDRDY;
}

int port_getc(void)
{
    if (!has_input()) counter_sleep(uartInterrupt, has_input);
    if (!UART_RXDRDY) return -1;
    UART_RXDRDY = 0;
    return (int) (UART_RXD & 0xff);
}

void link_drain(void)
{
    while (sending && !UART_TXDRDY) {}
    UART_TXDRDY = 0;
    sending = false;
}

void port_putc(uint8_t byte)
{
    link_drain();
    UART_TXD = byte;
    sending = true;
}

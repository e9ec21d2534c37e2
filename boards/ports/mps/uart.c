/*
 * The UART at MPS_UART, clocked with MPS_UART_HZ (port.cmake). Source: Arm DDI 0479, "Cortex-M System Design Kit", 4.3.
 */
#include "../cortex-m/cortex_m.h"
#include "../port.h"
#include "mps.h"

#define UART_DATA (*(volatile uint32_t *) (MPS_UART + 0x00))
#define UART_STATE (*(volatile uint32_t *) (MPS_UART + 0x04))
#define UART_CTRL (*(volatile uint32_t *) (MPS_UART + 0x08))
#define UART_BAUDDIV (*(volatile uint32_t *) (MPS_UART + 0x10))

enum { uartTxFull = 1, uartRxFull = 2, uartTxEnable = 1, uartRxEnable = 2 };

void mps_uart_start(void)
{
    UART_BAUDDIV = MPS_UART_HZ / BOARD_BAUD;
    UART_CTRL = uartTxEnable | uartRxEnable;
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

void cortex_m_before_reset(void)
{
    while (UART_STATE & uartTxFull) {}
}

/* The link of an STM32: one of its USARTs, 8 data bits, no parity. One of usart_v1.c and usart_v2.c. */
#ifndef WASMOTE_STM32_USART_H
#define WASMOTE_STM32_USART_H

#include <stdint.h>

/* What the clock of a USART is divided by for the board's baud rate. */
static inline uint32_t usart_divisor(uint32_t clockHz)
{
    return (clockHz + BOARD_BAUD / 2) / BOARD_BAUD;
}

/* Starts the USART at that address, which has a clock, and that interrupt of the NVIC. */
void usart_start(uint32_t address, uint32_t divisor, uint8_t interrupt);

#endif

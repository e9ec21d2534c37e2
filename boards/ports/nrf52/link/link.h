/* The line of the nRF52, besides port_getc and port_putc: the UART (uart.c) or USB (usb.c). */
#ifndef WASMOTE_NRF52_LINK_H
#define WASMOTE_NRF52_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Sets the line up, with the crystal's clock running. Runs once. */
void link_init(void);

/* Waits until the last byte is sent. */
void link_drain(void);

/*
 * Of port.c: sleeps until that interrupt of the NVIC comes, or within what port_wake_within has asked for, unless what is waited for is
 * there already.
 */
void counter_sleep(uint8_t interrupt, bool (*isOver)(void));

#endif

/* The line of the nRF52, besides port_getc and port_putc: the UART (uart.c) or USB (usb.c). */
#ifndef WASMOTE_NRF52_LINK_H
#define WASMOTE_NRF52_LINK_H

/* Sets the line up, with the crystal's clock running. Runs once. */
void link_init(void);

/* Waits until the last byte is sent. */
void link_drain(void);

#endif

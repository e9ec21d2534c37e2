/* The line of the RP2040 and the RP2350, besides port_getc and port_putc: the UART (uart.c) or USB (usb.c). */
#ifndef WASMOTE_RP2_LINK_H
#define WASMOTE_RP2_LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Sets the line up. Runs once, after flash_init. */
void link_init(void);

/* Waits until the last byte is sent. */
void link_drain(void);

/* Whether the line has that pin. */
bool link_has_pin(uint32_t pin);

#endif

/* The line of the ESP32-C3, besides port_getc and port_putc: UART 0 (uart.c) or its own USB (usb-serial-jtag.c). */
#ifndef WASMOTE_ESP32_C3_LINK_H
#define WASMOTE_ESP32_C3_LINK_H

/* Waits until the last byte is sent, where somebody takes it. */
void link_drain(void);

#endif

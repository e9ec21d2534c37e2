/* The line over USB, besides port_getc and port_putc. */
#ifndef WASMOTE_USB_LINE_H
#define WASMOTE_USB_LINE_H

/* Waits until the host has all that was put, but not for ever. */
void usb_line_drain(void);

/* Called when there is no input: may wait for the controller's next interrupt. Given by the port. */
void usb_line_idle(void);

#endif

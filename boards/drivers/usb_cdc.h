/*
 * A serial line over USB: a device of the communications class, abstract control model. The same for all controllers
 * (usb_controller.h). There is one line, so its state is static.
 * Sources: Universal Serial Bus Specification 2.0, 9 (device framework); USB CDC 1.2; USB PSTN 1.2; "Interface Association
 * Descriptor" ECN.
 */
#ifndef WASMOTE_USB_CDC_H
#define WASMOTE_USB_CDC_H

#include <stdbool.h>
#include <stdint.h>

enum { usbSerialCharacters = 16 };

/*
 * Shows the device to the host. `serialNumber` are 8 bytes that no other device of this kind has, which stay the same;
 * the host sees them as hexadecimal digits.
 */
void usb_cdc_start(const uint8_t *serialNumber);

/* The next byte from the host, or -1. What was put and not sent is sent. */
int usb_cdc_get(void);

/*
 * Keeps a byte, which is sent with others. False if there is no room for it until the host has taken what is sent. Where
 * there is no host, the device being unconfigured or the bus suspended, bytes are dropped.
 */
bool usb_cdc_put(uint8_t byte);

/* Sends what was put and not sent. */
void usb_cdc_flush(void);

/* Whether all that was put is with the host, or there is none. */
bool usb_cdc_sent(void);

/*
 * Called when the host asks for the boot loader: it has closed the line after it had set it to 1200 baud. Comes in the
 * controller's interrupt. Given by whoever uses the line.
 */
void usb_cdc_touched(void);

#endif

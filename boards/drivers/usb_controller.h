/*
 * What a chip's USB device controller gives to the USB stack (usb_cdc.c), and what it tells it. One file for each kind
 * of controller, in boards/ports. Full speed; packets have at most 64 bytes on every endpoint.
 * Source: Universal Serial Bus Specification 2.0, 5 (transfers), 8.5 (transactions), 9.1 (states).
 */
#ifndef WASMOTE_USB_CONTROLLER_H
#define WASMOTE_USB_CONTROLLER_H

#include <stdbool.h>
#include <stdint.h>

enum { usbPacketBytes = 64 };

/* Numbers of the endpoints besides the control endpoint: notifications are sent, data goes both ways. */
enum { usbNotificationEndpoint = 1, usbDataEndpoint = 2 };

/* The bit of an endpoint's address that says that it sends to the host. */
enum { usbToHost = 0x80 };

/* ------------------------------------------------------------------------------------------ given by the controller */

/* Starts the controller and shows the device to the host. */
void usb_controller_connect(void);

/*
 * Does the status stage of SET_ADDRESS, and takes the address after it. A controller that answers that request by itself
 * does nothing.
 */
void usb_controller_set_address(uint8_t address);

/* One packet of a control transfer's data stage, to the host. `data` may be changed when the function returns. */
void usb_controller_send_control(const uint8_t *data, uint32_t length);

/* Takes one packet of a control transfer's data stage, from the host. */
void usb_controller_receive_control(void);

/* The status stage of a control transfer: a packet without data, to the host if `toHost`, else from it. */
void usb_controller_send_status(bool toHost);

/* Stalls the control endpoint until the next request. */
void usb_controller_stall_control(void);

/* The endpoints besides the control endpoint: open with their first data toggle, not armed, not stalled; or closed. */
void usb_controller_open(bool opened);

/* Sends a packet on the data endpoint, which is not sending. `data` may be changed when the function returns. */
void usb_controller_send(const uint8_t *data, uint32_t length);

/* Has the data endpoint take one packet. */
void usb_controller_receive(void);

/*
 * Stalls an endpoint by its address, or ends that and has it begin with its first data toggle again; it is not armed
 * afterwards.
 */
void usb_controller_stall(uint8_t address, bool stalled);

/* Holds the events back, which come in an interrupt, and lets them through again. Not to be nested. */
void usb_controller_hold(void);
void usb_controller_release(void);

/* ------------------------------------------------------------------------------------------- told by the controller */

/* The bus was reset: the address is 0, the endpoints are closed. */
void usb_event_reset(void);

/* A request of 8 bytes, which ends any that was under way. */
void usb_event_setup(const uint8_t *packet);

/* The packet of the control endpoint was sent. */
void usb_event_control_sent(void);

/* A packet of the control transfer's data stage. */
void usb_event_control_received(const uint8_t *data, uint32_t length);

/* The status stage is over, or on its way where the controller does not tell. */
void usb_event_status_done(void);

/* The data endpoint has sent its packet. */
void usb_event_sent(void);

/* The data endpoint has taken a packet. */
void usb_event_received(const uint8_t *data, uint32_t length);

/* The bus is suspended, or not any more. */
void usb_event_suspend(bool suspended);

#endif

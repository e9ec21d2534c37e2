/*
 * SMP packets in lines of text, docs/link.md: base64 of length, packet and CRC16, cut into lines with markers.
 * Source: Zephyr, "SMP Transport Specification", section on UART/serial.
 */
#ifndef WASMOTE_FRAME_H
#define WASMOTE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* The largest packet, SMP header included, in either direction. */
#ifndef LINK_MTU
#define LINK_MTU 1024
#endif

/* The packet that was received; an answer is put together in the same place. */
extern uint8_t frame_packet[];

/*
 * Takes a byte from the line. Returns the length of the packet in frame_packet if the byte completed one whose
 * CRC is right, else 0.
 */
uint32_t frame_take(uint8_t byte);

/* Sends `length` bytes of frame_packet; at most LINK_MTU. */
void frame_send(uint32_t length);

/* Sends a packet that lies elsewhere: frame_packet stays as it is. */
void frame_send_packet(const uint8_t *packet, uint32_t length);

#endif

/* Requests as clients make them, and as the line gives them to a board once they are damaged. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdint.h>

#include "bytes.h"
#include "formats/cbor.h"
#include "link/frame.h"
#include "link/smp.h"

enum { smpHeader = 8, mostPayload = LINK_MTU - smpHeader, pieceBytes = 300 };

/* A payload that is empty yet, in the only memory that there is for one. */
cbor_writer payload_of(void);

/* A request as a packet; its length. */
uint32_t put_packet(uint8_t *packet, const smp_command *to, uint8_t sequence, const cbor_writer *payload);

/* The piece of an upload, of pieceBytes or what is left, from an offset on; the first one says what comes. */
cbor_writer piece_of(bytes file, uint32_t offset, const uint8_t *hash);

/* Numbers under names that requests have, into a map that has room for so many more. */
void put_pairs(cbor_writer *to, uint32_t pairs);

/* Any command that boards know. */
smp_command any_command(void);

/* Packets of the line that came to be answered, and requests of which none did. */
extern uint32_t answered, dropped;

/* Has the board answer what comes over the line; how many packets there were. */
uint32_t take_line(const uint8_t *from, uint32_t length);

/* Damages the request that is the case's input in one of so many ways, or not at all, and sends it over the line. */
enum { damageKinds = 6, undamaged = damageKinds - 1 };
void send_request(uint32_t damage);

#endif

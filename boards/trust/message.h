/*
 * Signed messages to a board: COSE_Sign1 (RFC 9052, 4.2) with EdDSA, by a trusted key, over a map in CBOR (docs/security.md). They
 * change the trusted keys, or open a session.
 */
#ifndef WASMOTE_MESSAGE_H
#define WASMOTE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/cbor.h"

/*
 * Checks a message and stores what it says: the map that was signed, which lies within it. False where it is malformed, longer
 * than messages are, or not signed by a trusted key. Takes ed25519StackBytes of stack and some more.
 */
bool message_check(const uint8_t *message, uint32_t length, cbor_reader *map);

#endif

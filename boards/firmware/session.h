/*
 * Sessions: after a message that a trusted key signed for this board and for the challenge that the board gave last, what changes the
 * board is allowed until it restarts, or for ten minutes. A challenge is good once and never comes again.
 */
#ifndef WASMOTE_SESSION_H
#define WASMOTE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"

enum { challengeBytes = 16, deviceIdBytes = 8 };

/* The board's own number, by which messages name it. */
void session_device_id(uint8_t id[deviceIdBytes]);

/* Gives a new challenge; the one before is void. modelFlash where that it was given could not be written. */
model_error session_challenge(uint8_t challenge[challengeBytes]);

/* Whether what changes the board is allowed now. */
bool session_is_open(void);

/*
 * Does what a signed message says, which is whole and signed by a trusted key: opens a session, adds or retires a key, which ends the
 * trial of a model that needs it. modelUntrusted where it is not, or is for another board or challenge; modelOlder where its number was
 * used; modelBusy where no key would be left that the confirmed model is signed by, or there is no room; modelFlash.
 */
model_error session_take(const uint8_t *message, uint32_t length);

#endif

/*
 * The pair of keys to which files are sealed for this board: one that the firmware was built with, or one that the board has made for
 * itself, which only its log holds. The secret half is told to nobody.
 */
#ifndef WASMOTE_DEVICE_KEY_H
#define WASMOTE_DEVICE_KEY_H

#include "hpke.h"

/* Reads the pair, which takes the time and the stack of an X25519. False where there is none. */
bool device_key_read(x25519_pair *pair);

/* Forgets a pair that was read. */
void device_key_wipe(x25519_pair *pair);

/* Stores the public half of the pair that there is in 32 bytes: what engine_call_on_memory() takes, since it needs as much stack. */
void device_key_public(void *bytes);

/* Has the board keep a pair, which it has none of yet, made of 32 random bytes; they are wiped. False where flash could not be written. */
bool device_key_make(uint8_t random[x25519Bytes]);

/* Whether the board has a pair. */
bool device_key_exists(void);

#endif

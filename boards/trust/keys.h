/*
 * The keys that are trusted: those that the firmware was built with (WASMOTE_TRUST), without those that were retired, and those
 * that were added, by messages that a trusted key had signed.
 */
#ifndef WASMOTE_KEYS_H
#define WASMOTE_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum { keyIdBytes = 12 };

/* The trusted keys, one after the other from index 0 on, of 32 bytes each; NULL after the last. */
const uint8_t *keys_at(uint32_t index);

/* The first bytes of a key's SHA-256, by which signatures name it. */
void keys_id(const uint8_t *key, uint8_t id[keyIdBytes]);

/* Whether a signature is that of a message by a trusted key; `id` names it, where it has keyIdBytes. As ed25519_verify. */
bool keys_verify(const uint8_t *id, uint32_t idLength, const uint8_t *signature, const uint8_t *message, uint32_t length);

#endif

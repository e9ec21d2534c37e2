/* HMAC with SHA-256, RFC 2104, and the key derivation that is made of it, HKDF, RFC 5869. */
#ifndef WASMOTE_HKDF_H
#define WASMOTE_HKDF_H

#include <stdint.h>

#include "../formats/sha256.h"

/* An HMAC on its way. It holds what follows from the key: hmac_finish wipes it. */
typedef struct hmac_state
{
    sha256_state inner;
    uint32_t outer[8];      /* SHA-256's state after the outer key */
} hmac_state;

/* Begins. The key has at most 64 bytes, as many as a block of SHA-256. */
void hmac_begin(hmac_state *state, const uint8_t *key, uint32_t keyBytes);

/* Adds `length` bytes. */
void hmac_update(hmac_state *state, const void *bytes, uint32_t length);

/* Writes the code of all that was added. */
void hmac_finish(hmac_state *state, uint8_t code[sha256Bytes]);

/*
 * RFC 5869, 2.3, of at most 32 bytes, which are the first block: `length` bytes that follow from a pseudo-random key and `info`.
 * RFC 5869, 2.2, is the HMAC of the key material with the salt as key.
 */
void hkdf_expand(const uint8_t key[sha256Bytes], const void *info, uint32_t infoBytes, uint8_t *bytes, uint32_t length);

#endif

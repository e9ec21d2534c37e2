/* SHA-256, FIPS 180-4. */
#ifndef WASMOTE_SHA256_H
#define WASMOTE_SHA256_H

#include <stdint.h>

enum { sha256Bytes = 32, sha256BlockBytes = 64 };

/* A digest on its way. It is plain data: a copy goes on by itself. */
typedef struct sha256_state
{
    uint32_t hash[8];
    uint32_t length;                    /* bytes so far, fewer than 2^32 */
    uint8_t block[sha256BlockBytes];    /* the bytes of the block that is not full yet */
} sha256_state;

/* Begins anew. */
void sha256_begin(sha256_state *state);

/* Adds `length` bytes. */
void sha256_update(sha256_state *state, const uint8_t *bytes, uint32_t length);

/* Writes the digest of all that was added; to go on, begin anew. */
void sha256_finish(sha256_state *state, uint8_t digest[sha256Bytes]);

/* Writes the digest of `length` bytes. */
void sha256(const uint8_t *bytes, uint32_t length, uint8_t digest[sha256Bytes]);

#endif

/* SHA-256, FIPS 180-4. */
#ifndef WASMOTE_SHA256_H
#define WASMOTE_SHA256_H

#include <stdint.h>

enum { sha256Bytes = 32 };

/* Writes the digest of `length` bytes. */
void sha256(const uint8_t *bytes, uint32_t length, uint8_t digest[sha256Bytes]);

#endif

/* Ed25519 signatures (RFC 8032): Monocypher's curve with OpenBSD's SHA-512; neither is ours (docs/security.md). */
#ifndef WASMOTE_ED25519_H
#define WASMOTE_ED25519_H

#include <stdbool.h>
#include <stdint.h>

enum { ed25519KeyBytes = 32, ed25519SignatureBytes = 64, ed25519StackBytes = 3072 };

/* Whether the signature is that of the message by the key. Takes at most ed25519StackBytes of stack, and some 20 million cycles on Armv6-M. */
bool ed25519_verify(const uint8_t signature[ed25519SignatureBytes], const uint8_t key[ed25519KeyBytes],
                    const uint8_t *message, uint32_t length);

#endif

/*
 * The receiver's side of HPKE, RFC 9180, in base mode, with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305.
 * X25519 and the cipher are Monocypher's, which take the same time whatever the secrets are.
 */
#ifndef WASMOTE_HPKE_H
#define WASMOTE_HPKE_H

#include <stdbool.h>
#include <stdint.h>

enum { x25519Bytes = 32, aeadKeyBytes = 32, aeadNonceBytes = 12, aeadTagBytes = 16 };

/* An X25519 pair of keys. */
typedef struct x25519_pair
{
    uint8_t secret[x25519Bytes];
    uint8_t public[x25519Bytes];
} x25519_pair;

/* What both sides hold after the exchange of keys. To be wiped after use. */
typedef struct hpke_context
{
    uint8_t key[aeadKeyBytes];
    uint8_t baseNonce[aeadNonceBytes];      /* of the first message */
} hpke_context;

/*
 * RFC 9180, SetupBaseR: the context that the sender had who encapsulated its key. False where that is of low order, so that
 * everybody knew the secret (RFC 9180, 7.1.4); the context is then useless.
 */
bool hpke_receive(const x25519_pair *own, const uint8_t encapsulated[x25519Bytes], const void *info, uint32_t infoBytes,
                  hpke_context *context);

/*
 * RFC 8439, 2.8: decrypts `length` bytes, which may be done in place, if the tag is that of them and of the additional data.
 * False, and nothing written, if it is not.
 */
bool aead_open(const uint8_t key[aeadKeyBytes], const uint8_t nonce[aeadNonceBytes], const uint8_t *aad, uint32_t aadBytes,
               const uint8_t *sealed, uint32_t length, const uint8_t tag[aeadTagBytes], uint8_t *plain);

#endif

#include "ed25519.h"

#include <sys/types.h>

#include "monocypher.h"
#include "sha2.h"

/* The challenge: SHA-512 of R, the key and the message, modulo the order of the curve's group. RFC 8032, 5.1.7. */
static __attribute__((noinline)) void challenge(const uint8_t *signature, const uint8_t *key, const uint8_t *message,
                                                uint32_t length, uint8_t reduced[32])
{
    uint8_t hash[64];
    SHA2_CTX context;
    SHA512Init(&context);
    SHA512Update(&context, signature, 32);
    SHA512Update(&context, key, ed25519KeyBytes);
    SHA512Update(&context, message, length);
    SHA512Final(hash, &context);
    crypto_eddsa_reduce(reduced, hash);
}

bool ed25519_verify(const uint8_t signature[ed25519SignatureBytes], const uint8_t key[ed25519KeyBytes],
                    const uint8_t *message, uint32_t length)
{
    uint8_t reduced[32];
    challenge(signature, key, message, length, reduced);
    return crypto_eddsa_check_equation(signature, key, reduced) == 0;
}

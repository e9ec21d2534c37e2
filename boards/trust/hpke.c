#include "hpke.h"

#include <string.h>

#include "hkdf.h"
#include "monocypher.h"

/* RFC 9180, 4.1 and 5.1: names of the algorithms, with the numbers of 7.1 to 7.3. */
static const uint8_t kemSuite[] = { 'K', 'E', 'M', 0x00, 0x20 };
static const uint8_t hpkeSuite[] = { 'H', 'P', 'K', 'E', 0x00, 0x20, 0x00, 0x01, 0x00, 0x03 };
static const char version[] = "HPKE-v1";

/* A suite and a label of RFC 9180, 4, and what they are put before; in this order they are hashed. */
typedef struct labeled
{
    const uint8_t *suite;
    uint32_t suiteBytes;
    const char *label;
    const void *bytes;
    uint32_t length;
} labeled;

static void add_labeled(hmac_state *state, const labeled *what)
{
    hmac_update(state, version, sizeof version - 1);
    hmac_update(state, what->suite, what->suiteBytes);
    hmac_update(state, what->label, (uint32_t) strlen(what->label));
    hmac_update(state, what->bytes, what->length);
}

/* LabeledExtract; a salt of 0 bytes is none. */
static void extract(const uint8_t *salt, uint32_t saltBytes, const labeled *what, uint8_t key[sha256Bytes])
{
    hmac_state state;
    hmac_begin(&state, salt, saltBytes);
    add_labeled(&state, what);
    hmac_finish(&state, key);
}

/* LabeledExpand, of at most 32 bytes: RFC 5869's first block. */
static void expand(const uint8_t key[sha256Bytes], const labeled *what, uint8_t *bytes, uint32_t length)
{
    const uint8_t lengthBytes[2] = { 0, (uint8_t) length }, number = 1;
    uint8_t block[sha256Bytes];
    hmac_state state;
    hmac_begin(&state, key, sha256Bytes);
    hmac_update(&state, lengthBytes, sizeof lengthBytes);
    add_labeled(&state, what);
    hmac_update(&state, &number, 1);
    hmac_finish(&state, block);
    memcpy(bytes, block, length);
    crypto_wipe(block, sizeof block);
}

/* Decap of RFC 9180, 4.1: `secret` is what X25519 gave, then the shared secret. */
static void decapsulate(const uint8_t encapsulated[x25519Bytes], const uint8_t public[x25519Bytes], uint8_t secret[32])
{
    uint8_t context[2 * x25519Bytes];
    memcpy(context, encapsulated, x25519Bytes);
    memcpy(context + x25519Bytes, public, x25519Bytes);
    extract(NULL, 0, &(labeled) { kemSuite, sizeof kemSuite, "eae_prk", secret, 32 }, secret);
    expand(secret, &(labeled) { kemSuite, sizeof kemSuite, "shared_secret", context, sizeof context }, secret, 32);
}

/* KeySchedule of RFC 9180, 5.1, in mode_base, which is 0. */
static void schedule(uint8_t secret[32], const void *info, uint32_t infoBytes, hpke_context *context)
{
    uint8_t bytes[1 + 2 * sha256Bytes] = { 0 };
    extract(NULL, 0, &(labeled) { hpkeSuite, sizeof hpkeSuite, "psk_id_hash", "", 0 }, bytes + 1);
    extract(NULL, 0, &(labeled) { hpkeSuite, sizeof hpkeSuite, "info_hash", info, infoBytes }, bytes + 1 + sha256Bytes);
    extract(secret, 32, &(labeled) { hpkeSuite, sizeof hpkeSuite, "secret", "", 0 }, secret);
    expand(secret, &(labeled) { hpkeSuite, sizeof hpkeSuite, "key", bytes, sizeof bytes }, context->key, aeadKeyBytes);
    expand(secret, &(labeled) { hpkeSuite, sizeof hpkeSuite, "base_nonce", bytes, sizeof bytes }, context->baseNonce,
           aeadNonceBytes);
}

bool hpke_receive(const x25519_pair *own, const uint8_t encapsulated[x25519Bytes], const void *info, uint32_t infoBytes,
                  hpke_context *context)
{
    static const uint8_t zero[32];
    uint8_t secret[32];
    crypto_x25519(secret, own->secret, encapsulated);
    const bool good = crypto_verify32(secret, zero) != 0;
    decapsulate(encapsulated, own->public, secret);
    schedule(secret, info, infoBytes, context);
    crypto_wipe(secret, sizeof secret);
    return good;
}

bool aead_open(const uint8_t key[aeadKeyBytes], const uint8_t nonce[aeadNonceBytes], const uint8_t *aad, uint32_t aadBytes,
               const uint8_t *sealed, uint32_t length, const uint8_t tag[aeadTagBytes], uint8_t *plain)
{
    crypto_aead_ctx context;
    crypto_aead_init_ietf(&context, key, nonce);
    const bool good = crypto_aead_read(&context, plain, tag, aad, aadBytes, sealed, length) == 0;
    crypto_wipe(&context, sizeof context);
    return good;
}

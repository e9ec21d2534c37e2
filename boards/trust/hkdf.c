#include "hkdf.h"

#include <string.h>

#include "monocypher.h"

enum { innerPad = 0x36, outerPad = 0x5c };

static void add_key(sha256_state *state, const uint8_t *key, uint32_t keyBytes, uint8_t pad)
{
    uint8_t block[sha256BlockBytes];
    memset(block, pad, sizeof block);
    for (uint32_t i = 0; i < keyBytes; i++) block[i] ^= key[i];
    sha256_begin(state);
    sha256_update(state, block, sizeof block);
    crypto_wipe(block, sizeof block);
}

void hmac_begin(hmac_state *state, const uint8_t *key, uint32_t keyBytes)
{
    add_key(&state->inner, key, keyBytes, outerPad);
    memcpy(state->outer, state->inner.hash, sizeof state->outer);
    add_key(&state->inner, key, keyBytes, innerPad);
}

void hmac_update(hmac_state *state, const void *bytes, uint32_t length)
{
    sha256_update(&state->inner, bytes, length);
}

void hmac_finish(hmac_state *state, uint8_t code[sha256Bytes])
{
    sha256_finish(&state->inner, code);
    memcpy(state->inner.hash, state->outer, sizeof state->outer);
    state->inner.length = sha256BlockBytes;
    sha256_update(&state->inner, code, sha256Bytes);
    sha256_finish(&state->inner, code);
    crypto_wipe(state, sizeof *state);
}

void hkdf_expand(const uint8_t key[sha256Bytes], const void *info, uint32_t infoBytes, uint8_t *bytes, uint32_t length)
{
    const uint8_t number = 1;
    uint8_t block[sha256Bytes];
    hmac_state state;
    hmac_begin(&state, key, sha256Bytes);
    hmac_update(&state, info, infoBytes);
    hmac_update(&state, &number, 1);
    hmac_finish(&state, block);
    memcpy(bytes, block, length);
    crypto_wipe(block, sizeof block);
}

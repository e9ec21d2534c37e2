/*
 * Sources: RFC 9180 (HPKE), RFC 5869 (HKDF), RFC 8439 (ChaCha20Poly1305); Hoang, Reyhanitabar, Rogaway, Vizár, "Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015 (STREAM), with the nonces of C2SP, age v1, "Payload".
 */
#include "seal.h"

#include <string.h>

#include "hkdf.h"
#include "monocypher.h"

enum { version = 1, keyIdBytes = 8, encapsulatedAt = keyIdBytes, sealedKeyAt = encapsulatedAt + x25519Bytes,
       contentKeyBytes = 32 };

_Static_assert(sealRecipientBytes == sealedKeyAt + contentKeyBytes + aeadTagBytes, "what an entry holds");
_Static_assert(sizeof(seal_state) <= 400, "little RAM");

static const char info[] = "wasmote model 1", chunkInfo[] = "wasmote chunks 1";

void seal_make_pair(x25519_pair *pair, const uint8_t secret[x25519Bytes])
{
    memmove(pair->secret, secret, x25519Bytes);
    crypto_x25519_public_key(pair->public, pair->secret);
}

static uint32_t plain_length(const uint8_t prelude[sealPreludeBytes])
{
    return (uint32_t) prelude[8] | (uint32_t) prelude[9] << 8 | (uint32_t) prelude[10] << 16 | (uint32_t) prelude[11] << 24;
}

uint32_t seal_head_bytes(const uint8_t prelude[sealPreludeBytes])
{
    const uint8_t recipients = prelude[5];
    if (memcmp(prelude, "WMSE", 4) != 0 || prelude[4] != version || prelude[6] != 0 || prelude[7] != 0) return 0;
    if (recipients < 1 || recipients > sealMostRecipients || plain_length(prelude) == 0) return 0;
    return sealPreludeBytes + recipients * sealRecipientBytes;
}

void seal_open(seal_state *state, const x25519_pair *own,
               bool (*write)(void *context, const uint8_t *bytes, uint32_t length), void *context)
{
    memset(state, 0, sizeof *state);
    state->own = own;
    state->write = write;
    state->context = context;
    sha256_begin(&state->buffer.head.hash);
}

void seal_seek(seal_state *state, uint32_t chunk)
{
    if (!state->opened || (state->result != sealGood && state->result != sealWriteFailed)) return;
    state->chunk = chunk;
    state->taken = 0;
    state->result = (uint64_t) chunk * sealChunkBytes < state->length ? sealGood : sealTooLong;
}

/* Copies what is missing of a part of `size` bytes, of which `filled` are there; the number of bytes copied. */
static uint32_t fill(uint8_t *part, uint32_t filled, uint32_t size, const uint8_t *bytes, uint32_t length)
{
    const uint32_t missing = size - filled, copied = length < missing ? length : missing;
    memcpy(part + filled, bytes, copied);
    return copied;
}

static void keep_own_entry(seal_state *state)
{
    uint8_t digest[sha256Bytes];
    sha256(state->own->public, x25519Bytes, digest);
    if (state->found || memcmp(state->buffer.head.entry, digest, keyIdBytes) != 0) return;
    state->found = true;
    memcpy(state->buffer.head.own, state->buffer.head.entry, sealRecipientBytes);
}

/* The key of the chunks from the content key, which fits the head that was sealed only. */
static void derive_chunk_key(seal_state *state, const uint8_t contentKey[contentKeyBytes])
{
    uint8_t salt[sha256Bytes];
    hmac_state extract;
    sha256_finish(&state->buffer.head.hash, salt);
    hmac_begin(&extract, salt, sizeof salt);
    hmac_update(&extract, contentKey, contentKeyBytes);
    hmac_finish(&extract, state->key);
    hkdf_expand(state->key, chunkInfo, sizeof chunkInfo - 1, state->key, sizeof state->key);
}

static seal_result end_head(seal_state *state)
{
    if (!state->found) return sealForOthers;
    const uint8_t *const own = state->buffer.head.own, *const sealedKey = own + sealedKeyAt;
    uint8_t contentKey[contentKeyBytes];
    hpke_context context;
    const bool good = hpke_receive(state->own, own + encapsulatedAt, info, sizeof info - 1, &context)
                   && aead_open(context.key, context.baseNonce, state->buffer.head.prelude, sealPreludeBytes, sealedKey,
                                contentKeyBytes, sealedKey + contentKeyBytes, contentKey);
    if (good)
    {
        state->length = plain_length(state->buffer.head.prelude);
        derive_chunk_key(state, contentKey);
        state->opened = true;
        state->taken = 0;
    }
    crypto_wipe(contentKey, sizeof contentKey);
    crypto_wipe(&context, sizeof context);
    return good ? sealGood : sealChanged;
}

/* Takes bytes of the head, at most to the end of the part that they belong to. */
static uint32_t take_head(seal_state *state, const uint8_t *bytes, uint32_t length)
{
    uint32_t copied;
    if (state->headBytes == 0)
    {
        copied = fill(state->buffer.head.prelude, state->taken, sealPreludeBytes, bytes, length);
        state->taken += copied;
        if (state->taken == sealPreludeBytes)
        {
            state->headBytes = seal_head_bytes(state->buffer.head.prelude);
            if (state->headBytes == 0) state->result = sealMalformed;
        }
    }
    else
    {
        const uint32_t filled = (state->taken - sealPreludeBytes) % sealRecipientBytes;
        copied = fill(state->buffer.head.entry, filled, sealRecipientBytes, bytes, length);
        state->taken += copied;
        if (filled + copied == sealRecipientBytes) keep_own_entry(state);
    }
    sha256_update(&state->buffer.head.hash, bytes, copied);
    if (state->headBytes > 0 && state->taken == state->headBytes) state->result = end_head(state);
    return copied;
}

static seal_result end_chunk(seal_state *state, uint32_t bytes, bool last)
{
    const uint32_t n = state->chunk;
    const uint8_t nonce[aeadNonceBytes] = { [7] = (uint8_t) (n >> 24), (uint8_t) (n >> 16), (uint8_t) (n >> 8), (uint8_t) n, last };
    uint8_t *const text = state->buffer.chunk;
    if (!aead_open(state->key, nonce, NULL, 0, text, bytes, text + bytes, text)) return sealChanged;
    state->chunk++;
    state->taken = 0;
    return state->write(state->context, text, bytes) ? sealGood : sealWriteFailed;
}

/* Takes bytes of a chunk, at most to its end. */
static uint32_t take_chunk(seal_state *state, const uint8_t *bytes, uint32_t length)
{
    const uint32_t rest = state->length - state->chunk * sealChunkBytes;
    const bool last = rest <= sealChunkBytes;
    const uint32_t plain = last ? rest : sealChunkBytes;
    const uint32_t copied = fill(state->buffer.chunk, state->taken, plain + aeadTagBytes, bytes, length);
    state->taken += copied;
    if (state->taken == plain + aeadTagBytes) state->result = end_chunk(state, plain, last);
    return copied;
}

seal_result seal_take(seal_state *state, const uint8_t *bytes, uint32_t length)
{
    while (length > 0 && state->result == sealGood)
    {
        if (seal_is_complete(state)) state->result = sealTooLong;
        else
        {
            const uint32_t copied = state->opened ? take_chunk(state, bytes, length) : take_head(state, bytes, length);
            bytes += copied;
            length -= copied;
        }
    }
    return state->result;
}

bool seal_is_complete(const seal_state *state)
{
    return state->opened && state->result == sealGood && (uint64_t) state->chunk * sealChunkBytes >= state->length;
}

void seal_close(seal_state *state)
{
    crypto_wipe(state, sizeof *state);
    state->result = sealChanged;
}

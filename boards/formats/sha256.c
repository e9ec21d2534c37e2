#include "sha256.h"

#include <string.h>

static const uint32_t roundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, uint32_t by)
{
    return value >> by | value << (32 - by);
}

static void add_block(uint32_t state[8], const uint8_t block[sha256BlockBytes])
{
    uint32_t w[16], v[8];

    for (uint32_t i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t) block[0] << 24 | (uint32_t) block[1] << 16 | (uint32_t) block[2] << 8 | block[3];
    memcpy(v, state, sizeof v);

    for (uint32_t i = 0; i < 64; i++)
    {
        if (i >= 16)
        {
            const uint32_t w15 = w[(i + 1) & 15], w2 = w[(i + 14) & 15];
            w[i & 15] += w[(i + 9) & 15] + (rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3)
                       + (rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10);
        }
        const uint32_t e = v[4], a = v[0];
        const uint32_t t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & v[5]) ^ (~e & v[6]))
                          + roundConstants[i] + w[i & 15];
        const uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (uint32_t i = 0; i < 8; i++) state[i] += v[i];
}

void sha256_begin(sha256_state *state)
{
    static const uint32_t first[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    memcpy(state->hash, first, sizeof first);
    state->length = 0;
}

void sha256_update(sha256_state *state, const uint8_t *bytes, uint32_t length)
{
    while (length > 0)
    {
        const uint32_t filled = state->length % sha256BlockBytes, room = sha256BlockBytes - filled;
        const uint32_t taken = length < room ? length : room;
        if (taken == sha256BlockBytes) add_block(state->hash, bytes);
        else
        {
            memcpy(state->block + filled, bytes, taken);
            if (taken == room) add_block(state->hash, state->block);
        }
        state->length += taken;
        bytes += taken;
        length -= taken;
    }
}

void sha256_finish(sha256_state *state, uint8_t digest[sha256Bytes])
{
    const uint64_t bits = (uint64_t) state->length * 8;
    uint8_t *const block = state->block;
    uint32_t filled = state->length % sha256BlockBytes;
    block[filled++] = 0x80;
    if (filled > sha256BlockBytes - 8)
    {
        memset(block + filled, 0, sha256BlockBytes - filled);
        add_block(state->hash, block);
        filled = 0;
    }
    memset(block + filled, 0, sha256BlockBytes - filled);
    for (uint32_t i = 0; i < 8; i++) block[63 - i] = (uint8_t) (bits >> 8 * i);
    add_block(state->hash, block);

    for (uint32_t i = 0; i < sha256Bytes; i++) digest[i] = (uint8_t) (state->hash[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256(const uint8_t *bytes, uint32_t length, uint8_t digest[sha256Bytes])
{
    sha256_state state;
    sha256_begin(&state);
    sha256_update(&state, bytes, length);
    sha256_finish(&state, digest);
}

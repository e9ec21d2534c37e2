#include "stored_weights.h"

typedef uint32_t __attribute__((may_alias)) word;
typedef uint16_t __attribute__((may_alias)) half;

/* Four int4, one in a byte each and 8 greater, times a multiplier: a byte stays within 0..255 while it is 128 greater. */
static inline word times(word codes, uint32_t multiplier, uint32_t offset)
{
    return ((codes & 0x0f0f0f0f) * multiplier + offset) ^ 0x80808080;
}

/* A group of 16: a byte holds weight i in its lower half and weight i + 8 in the upper one. */
static inline void unpack_group(const word *from, uint32_t multiplier, word *to)
{
    const uint32_t offset = 0x80808080 - multiplier * 0x08080808;
    const word a = from[0], b = from[1];
    to[0] = times(a, multiplier, offset);
    to[1] = times(b, multiplier, offset);
    to[2] = times(a >> 4, multiplier, offset);
    to[3] = times(b >> 4, multiplier, offset);
}

void wasmote_unpack(int32_t storage, const uint8_t *table, const uint8_t *weights, uint32_t all, uint32_t first, uint32_t rounds, int8_t *to)
{
    const uint32_t bytes = storage == storedTable4 ? roundWeights / 4 : roundWeights / 2;
    const uint8_t *const multipliers = weights + all / roundWeights * bytes + first;
    const uint8_t *from = weights + first * bytes;
    if (storage <= storedInt4Groups)
    {
        for (uint32_t i = 0; i < rounds; i++, from += bytes, to += roundWeights)
        {
            const uint32_t both = storage == storedInt4 ? 0x11 : multipliers[i];
            unpack_group((const word *) from, both & 15, (word *) to);
            unpack_group((const word *) from + 2, both >> 4, (word *) to + 4);
        }
        return;
    }
    const half *const pairs = (const half *) table;
    half *at = (half *) to;
    for (const uint8_t *const end = from + rounds * bytes; from < end; from++)
    {
        const uint32_t both = *from;
        if (storage == storedTable16) *at++ = (half) (table[both & 15] | table[both >> 4] << 8);
        else
        {
            *at++ = pairs[both & 15];
            *at++ = pairs[both >> 4];
        }
    }
}

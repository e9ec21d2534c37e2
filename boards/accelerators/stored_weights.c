#include "stored_weights.h"
#include "target.h"

#if TARGET_HELIUM
#include <arm_mve.h>
#endif

uint64_t wasmote_stored_bytes(int32_t storage, uint64_t count, uint32_t whole)
{
    count = filled_weights(storage, count);
    switch (storage)
    {
    case storedAsComputed: return count * whole;
    case storedFloat16: return count * 2;
    case storedInt8: return count;
    case storedTable4: return count / 4;
    case storedInt4Groups: return count / 2 + (count / roundWeights + 3) / 4 * 4;
    default: return count / 2;
    }
}

typedef uint32_t __attribute__((may_alias)) word;
typedef uint16_t __attribute__((may_alias)) half;

#if TARGET_HELIUM
enum { upperHalf = 0xff00 };    /* of a vector's bytes */

/* As below; 16 weights are a vector. */
static inline void unpack_group(const word *from, uint32_t multiplier, word *to)
{
    const uint32x4_t both = vcreateq_u32((uint64_t) from[1] << 32 | from[0], (uint64_t) from[1] << 32 | from[0]);
    const uint8x16_t bytes = vreinterpretq_u8_u32(both), codes = vandq_u8(vshrq_m_n_u8(bytes, bytes, 4, upperHalf), vdupq_n_u8(15));
    vstrbq_u8((uint8_t *) to, vsubq_n_u8(vmulq_n_u8(codes, (uint8_t) multiplier), (uint8_t) (8 * multiplier)));
}

/* The values of 16 codes of 4 bits in a table of 16. */
static inline void look_up_16(const word *codes, const uint8_t *table, word *to)
{
    const uint16x8_t bytes = vldrbq_u16((const uint8_t *) codes);
    const uint16x8_t apart = vandq_u16(vorrq_u16(bytes, vshlq_n_u16(bytes, 4)), vdupq_n_u16(0x0f0f));
    vstrbq_u8((uint8_t *) to, vldrbq_gather_offset_u8(table, vreinterpretq_u8_u16(apart)));
}

/* The same of 8 codes in a table of 16 pairs. */
static inline void look_up_pairs(const word *from, const half *pairs, word *to)
{
    const uint32x4_t bytes = vldrbq_u32((const uint8_t *) from);
    const uint32x4_t apart = vandq_u32(vorrq_u32(bytes, vshlq_n_u32(bytes, 12)), vdupq_n_u32(0x000f000f));
    vstrhq_u16((uint16_t *) to, vldrhq_gather_shifted_offset_u16(pairs, vreinterpretq_u16_u32(apart)));
}
#else
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

/* The values of 8 codes of 4 bits in a table of 16, as two words. */
static inline void look_up(word codes, const uint8_t *table, word *to)
{
    for (int i = 0; i < 2; i++, codes >>= 16)
    {
        const uint32_t a = table[codes & 15], b = table[codes >> 4 & 15], c = table[codes >> 8 & 15], d = table[codes >> 12 & 15];
        to[i] = a | b << 8 | c << 16 | d << 24;
    }
}

/* The same of a table of 16 pairs, as four words. */
static inline void look_up_pairs(const word *from, const half *pairs, word *to)
{
    word codes = *from;
    for (int i = 0; i < 4; i++, codes >>= 8) to[i] = pairs[codes & 15] | (uint32_t) pairs[codes >> 4 & 15] << 16;
}

static inline void look_up_16(const word *codes, const uint8_t *table, word *to)
{
    look_up(codes[0], table, to);
    look_up(codes[1], table, to + 2);
}
#endif

void wasmote_unpack(int32_t storage, const uint8_t *table, const uint8_t *weights, uint32_t all, uint32_t first, uint32_t rounds, int8_t *to)
{
    const uint32_t bytes = storage == storedTable4 ? roundWeights / 4 : roundWeights / 2;
    const uint8_t *multipliers = weights + all / roundWeights * bytes + first;
    const word *from = (const word *) (weights + first * bytes), *const end = from + rounds * (bytes / 4);
    word *at = (word *) to;
    if (storage == storedTable16)
    {
        for (; from < end; from += 2, at += 4) look_up_16(from, table, at);
        return;
    }
    if (storage == storedTable4)
    {
        for (; from < end; from++, at += 4) look_up_pairs(from, (const half *) table, at);
        return;
    }
    for (; from < end; from += 4, at += 8)
    {
        const uint32_t both = storage == storedInt4 ? 0x11 : *multipliers++;
        unpack_group(from, both & 15, at);
        unpack_group(from + 2, both >> 4, at + 4);
    }
}

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
/*
 * Rounds of int4: a group's 8 bytes hold weight i in the lower half of byte i and weight i + 8 in its upper one, 8 greater. `SCALE`
 * has what multiplies both groups by their multipliers and leaves 8 times these in r2 and r3.
 */
#define UNPACK_ROUNDS(SCALE, MULTIPLIERS)                     \
    __asm__ volatile("mov r2, #0xff00\n"                      \
                     "vmsr p0, r2\n"                          \
                     "movs r2, #8\n"                          \
                     "movs r3, #8\n"                          \
                     "vmov.i8 q2, #15\n"                      \
                     "wls lr, %[rounds], 2f\n"                \
                     "1:\n"                                   \
                     "  vldrd.u64 q0, [%[from], %q[first]]\n" \
                     "  vldrd.u64 q1, [%[from], %q[second]]\n"\
                     "  adds %[from], %[from], #16\n"         \
                     "  vpstt\n"                              \
                     "  vshrt.u8 q0, q0, #4\n"                \
                     "  vshrt.u8 q1, q1, #4\n"                \
                     "  vand q0, q0, q2\n"                    \
                     "  vand q1, q1, q2\n"                    \
                     SCALE                                    \
                     "  vsub.i8 q0, q0, r2\n"                 \
                     "  vsub.i8 q1, q1, r3\n"                 \
                     "  vstrb.8 q0, [%[to]], #16\n"           \
                     "  vstrb.8 q1, [%[to]], #16\n"           \
                     "  le lr, 1b\n"                          \
                     "2:"                                     \
                     : [from] "+&r"(from), [to] "+&r"(to), [multipliers] "+&r"(MULTIPLIERS)          \
                     : [rounds] "r"(rounds), [first] "w"(zeros), [second] "w"(eights)       \
                     : "r2", "r3", "lr", "q0", "q1", "q2", "p0", "cc", "memory")

static void unpack_int4(const uint8_t *from, const uint8_t *multipliers, uint32_t rounds, int8_t *to)
{
    const uint64x2_t zeros = { 0, 0 }, eights = { 8, 8 };
    UNPACK_ROUNDS("", multipliers);
}

static void unpack_int4_groups(const uint8_t *from, const uint8_t *multipliers, uint32_t rounds, int8_t *to)
{
    const uint64x2_t zeros = { 0, 0 }, eights = { 8, 8 };
    UNPACK_ROUNDS("  ldrb r3, [%[multipliers]], #1\n"
                  "  and r2, r3, #15\n"
                  "  lsrs r3, r3, #4\n"
                  "  vmul.i8 q0, q0, r2\n"
                  "  vmul.i8 q1, q1, r3\n"
                  "  lsls r2, r2, #3\n"
                  "  lsls r3, r3, #3\n", multipliers);
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
#if TARGET_HELIUM
    (storage == storedInt4 ? unpack_int4 : unpack_int4_groups)((const uint8_t *) from, multipliers, rounds, to);
#else
    for (; from < end; from += 4, at += 8)
    {
        const uint32_t both = storage == storedInt4 ? 0x11 : *multipliers++;
        unpack_group(from, both & 15, at);
        unpack_group(from + 2, both >> 4, at + 4);
    }
#endif
}

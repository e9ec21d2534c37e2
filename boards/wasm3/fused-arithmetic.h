/*
 * Arithmetic of the superinstructions: portable C, and what a processor does better.
 */
#ifndef WASMOTE_FUSED_ARITHMETIC_H
#define WASMOTE_FUSED_ARITHMETIC_H

#include <string.h>

static inline i64 load_i64(const u8 *from)
{
    i64 value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void store_i64(u8 *to, i64 value)
{
    memcpy(to, &value, sizeof value);
}

static inline i32 load_i32(const u8 *from)
{
    i32 value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void store_i32(u8 *to, i32 value)
{
    memcpy(to, &value, sizeof value);
}

/* a + b, modulo 2^64. */
static inline i64 add_i64(i64 a, i64 b)
{
    return (i64) ((u64) a + (u64) b);
}

/*
 * MULTIPLY_ADD(sum, x, weight): sum += x * weight, modulo 2^64, where x is a SPLIT of an i64. A 64-bit factor is split
 * once into its low word, taken as signed, and a high word that makes up for that: two instructions a product on
 * Armv7-M, three multiplications on RV32.
 */
#if defined(__thumb2__)
typedef struct
{
    u32 low, high;
} split_i64;

static inline split_i64 split(const u8 *from)
{
    split_i64 x;
    memcpy(&x.low, from, 4);
    memcpy(&x.high, from + 4, 4);
    x.high += x.low >> 31;
    return x;
}

#define MULTIPLY_ADD(sum, x, weight)                                                            \
    __asm__("smlal %Q0, %R0, %1, %3\n\tmla %R0, %2, %3, %R0"                                    \
            : "+&r"(sum)                                                                        \
            : "r"((x).low), "r"((x).high), "r"((i32) (weight)))
#elif defined(__riscv) && __riscv_xlen == 32
typedef struct
{
    u32 low, high;
} split_i64;

static inline split_i64 split(const u8 *from)
{
    split_i64 x;
    memcpy(&x, from, sizeof x);
    x.high += x.low >> 31;
    return x;
}

#define MULTIPLY_ADD(sum, x, weight)                                                            \
    ((sum) = (i64) ((u64) (sum) + (u64) ((i64) (i32) (x).low * (i32) (weight))                  \
                    + ((u64) ((x).high * (u32) (i32) (weight)) << 32)))
#elif defined(__ARM_ARCH_6M__)
#include "fused-arithmetic-armv6m.h"
#else
typedef i64 split_i64;
#define split(from) load_i64(from)
#define MULTIPLY_ADD(sum, x, weight) ((sum) = add_i64(sum, TIMES_INT8(x, weight)))
#endif

/* TIMES_INT8(x, weight): x * weight, modulo 2^64, where weight is an int8. */
#ifndef TIMES_INT8
#define TIMES_INT8(x, weight) ((i64) ((u64) (x) * (u64) (i64) (i8) (weight)))
#endif

/* Three products that are added to the same sum. */
#ifndef MULTIPLY_ADD_THREE
#define MULTIPLY_ADD_THREE(sum, x0, x1, x2, w0, w1, w2)                                         \
    do {                                                                                        \
        MULTIPLY_ADD(sum, x0, w0);                                                              \
        MULTIPLY_ADD(sum, x1, w1);                                                              \
        MULTIPLY_ADD(sum, x2, w2);                                                              \
    } while (0)
#endif

/* Three of the four products of a row of weights. */
#define MAC_ROW(sum, x0, x1, x2, weights)                                                       \
    MULTIPLY_ADD_THREE(sum, x0, x1, x2, (weights)[0], (weights)[1], (weights)[2])

/* Three x in a row by weights four bytes apart. */
#define MAC_TAPS(sum, from, weights)                                                            \
    do {                                                                                        \
        const split_i64 x0 = split(from), x1 = split((from) + 8), x2 = split((from) + 16);      \
        MULTIPLY_ADD_THREE(sum, x0, x1, x2, (weights)[0], (weights)[4], (weights)[8]);          \
    } while (0)

/* DOT4(sum, x, weights): sum += the four products of x, an int8x4, by the int8 at `weights`, modulo 2^32. */
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED)
typedef struct
{
    u32 even, odd;
} int8x4;

static inline int8x4 load_int8x4(const i8 *from)
{
    int8x4 x;
    u32 word;
    memcpy(&word, from, sizeof word);
    __asm__("sxtb16 %0, %1" : "=r"(x.even) : "r"(word));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(x.odd) : "r"(word));
    return x;
}

#define DOT4(sum, x, weights)                                                                   \
    do {                                                                                        \
        const int8x4 row = load_int8x4(weights);                                                \
        __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"((x).even), "r"(row.even));             \
        __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"((x).odd), "r"(row.odd));               \
    } while (0)
#else
typedef struct
{
    i32 x0, x1, x2, x3;
} int8x4;

static inline int8x4 load_int8x4(const i8 *from)
{
    return (int8x4){ from[0], from[1], from[2], from[3] };
}

#define DOT4(sum, x, weights)                                                                   \
    ((sum) += (u32) ((x).x0 * (weights)[0] + (x).x1 * (weights)[1] + (x).x2 * (weights)[2] + (x).x3 * (weights)[3]))
#endif

#endif

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

/*
 * MULTIPLY_ADD(sum, x, weight): sum += x * weight, modulo 2^64, where x is a SPLIT of an i64. A 64-bit factor is split
 * once into its low word, taken as signed, and a high word that makes up for that: two instructions a product.
 */
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__) || defined(__ARM_ARCH_8M_MAIN__)
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
#else
typedef i64 split_i64;
#define split(from) load_i64(from)
#define MULTIPLY_ADD(sum, x, weight) ((sum) += TIMES_INT8(x, weight))
#endif

/*
 * TIMES_INT8(x, weight): x * weight, modulo 2^64, where weight is an int8. Armv6-M multiplies 32 bits by 32 to 32 only:
 * x is cut into 16, 16 and 32 bits, whose products with an int8 fit.
 */
#if defined(__ARM_ARCH_6M__)
static inline i64 times_int8(i64 x, i32 weight)
{
    const i32 low = (i32) ((u32) x & 0xffff) * weight;
    const i32 middle = (i32) ((u32) x >> 16) * weight;
    const u32 high = (u32) ((u64) x >> 32) * (u32) weight;
    return (i64) ((u64) (i64) low + ((u64) (i64) middle << 16) + ((u64) high << 32));
}
#define TIMES_INT8(x, weight) times_int8(x, (i8) (weight))
#else
#define TIMES_INT8(x, weight) ((x) * (i64) (i8) (weight))
#endif

/* One x and the weights of four outputs, four bytes apart. */
#define MAC_COLUMN(from, weights, s0, s1, s2, s3)                                               \
    do {                                                                                        \
        const split_i64 column = split(from);                                                   \
        MULTIPLY_ADD(s0, column, (weights)[0]);                                                 \
        MULTIPLY_ADD(s1, column, (weights)[4]);                                                 \
        MULTIPLY_ADD(s2, column, (weights)[8]);                                                 \
        MULTIPLY_ADD(s3, column, (weights)[12]);                                                \
    } while (0)

#endif

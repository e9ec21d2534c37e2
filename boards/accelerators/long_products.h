/* Sums of products of 32 bits, modulo 2^64, of halves where the processor has no longer product than one of 32 bits. */
#ifndef WASMOTE_ACCELERATORS_LONG_PRODUCTS_H
#define WASMOTE_ACCELERATORS_LONG_PRODUCTS_H

#include <stdbool.h>
#include <stdint.h>

#include "target.h"

#if TARGET_PAIRED
typedef struct long_sum
{
    uint32_t low, high;
} long_sum;

static const long_sum zeroAtFirst = { 0, 0 }, halfAtFirst = { 1u << 30, 0 };

/* Adds low and 2^32 * high, or takes them away. */
static inline void add_long(long_sum *to, uint32_t low, int32_t high, bool taken)
{
    if (taken)
        __asm__(".syntax unified\n subs %0, %0, %2\n sbcs %1, %3" : "+&l"(to->low), "+l"(to->high) : "l"(low), "l"(high) : "cc");
    else
        __asm__(".syntax unified\n adds %0, %0, %2\n adcs %1, %3" : "+&l"(to->low), "+l"(to->high) : "l"(low), "l"(high) : "cc");
}

static inline void add_halves(long_sum *to, int32_t a, int32_t b, bool taken)
{
    const int32_t aHigh = a >> 16, bHigh = b >> 16, aLow = a & 0xffff, bLow = b & 0xffff;
    const int32_t middle = aHigh * bLow, other = aLow * bHigh;
    add_long(to, (uint32_t) aLow * (uint32_t) bLow, aHigh * bHigh, taken);
    add_long(to, (uint32_t) middle << 16, middle >> 16, taken);
    add_long(to, (uint32_t) other << 16, other >> 16, taken);
}

static inline void add_product(long_sum *to, int32_t a, int32_t b)
{
    add_halves(to, a, b, false);
}

static inline void take_product(long_sum *to, int32_t a, int32_t b)
{
    add_halves(to, a, b, true);
}

static inline uint64_t bits_of(long_sum sum)
{
    return (uint64_t) sum.high << 32 | sum.low;
}

/* The sum without 31 fractional bits. */
static inline int32_t whole_of(long_sum sum)
{
    return (int32_t) (sum.high << 1 | sum.low >> 31);
}
#else
typedef uint64_t long_sum;

static const long_sum zeroAtFirst = 0, halfAtFirst = 1u << 30;

static inline void add_product(long_sum *to, int32_t a, int32_t b)
{
    *to += (uint64_t) ((int64_t) a * b);
}

static inline void take_product(long_sum *to, int32_t a, int32_t b)
{
    *to -= (uint64_t) ((int64_t) a * b);
}

static inline uint64_t bits_of(long_sum sum)
{
    return sum;
}

/* The sum without 31 fractional bits. */
static inline int32_t whole_of(long_sum sum)
{
    return (int32_t) (sum >> 31);
}
#endif

/* A product of 31 fractional bits more than a result has, rounded to the nearest, halves up. */
static inline int32_t product_of(int32_t a, int32_t b)
{
    long_sum sum = halfAtFirst;
    add_product(&sum, a, b);
    return whole_of(sum);
}

#endif

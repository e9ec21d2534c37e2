/* What the processor offers, and loads of 4 bytes at any address. */
#ifndef WASMOTE_ACCELERATORS_TARGET_H
#define WASMOTE_ACCELERATORS_TARGET_H

#include <stdint.h>

#if defined(__thumb2__) && !defined(WASMOTE_PORTABLE_KERNELS)
#define TARGET_THUMB2 1
#else
#define TARGET_THUMB2 0
#endif

/* Arm's DSP extension (Armv7E-M, Armv8-M): two 16-bit products a multiplication. */
#if TARGET_THUMB2 && defined(__ARM_FEATURE_DSP)
#define TARGET_DSP 1
#else
#define TARGET_DSP 0
#endif

/* Armv8.1-M's vectors of 16 bytes. */
#if TARGET_DSP && defined(__ARM_FEATURE_MVE)
#define TARGET_HELIUM 1
#else
#define TARGET_HELIUM 0
#endif

/* A multiplication that accumulates 64 bits (Armv7-M's SMLAL), and no better one. */
#define TARGET_LONG_MULTIPLY (TARGET_THUMB2 && !TARGET_DSP)

/* A 32-bit multiplication in one or two cycles, and no longer one (Armv6-M). */
#if defined(__ARM_ARCH_6M__) && !defined(WASMOTE_PORTABLE_KERNELS)
#define TARGET_PAIRED 1
#else
#define TARGET_PAIRED 0
#endif

static inline uint32_t load_word(const void *at)
{
    uint32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

#if TARGET_DSP
/* Bytes 0 and 2, and bytes 1 and 3, as pairs of int16. */
static inline uint32_t even_pair(uint32_t word)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(word));
    return pair;
}

static inline uint32_t odd_pair(uint32_t word)
{
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(word));
    return pair;
}

/* sum + both products of two pairs. */
static inline int32_t add_products(uint32_t a, uint32_t b, int32_t sum)
{
    int32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
    return result;
}
#endif

#endif

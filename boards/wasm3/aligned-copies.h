/*
 * Copies of 2, 4 or 8 bytes, which is how wasm3's operations load from and store to linear memory, for processors that
 * ask for aligned addresses: whole words where the address is aligned. GCC would call memcpy, or copy byte for byte by
 * way of the stack. To be included before what uses memcpy.
 */
#ifndef WASMOTE_ALIGNED_COPIES_H
#define WASMOTE_ALIGNED_COPIES_H

#include <stdint.h>
#include <string.h>

typedef uint16_t __attribute__((may_alias)) aligned_u16;
typedef uint32_t __attribute__((may_alias)) aligned_u32;

/* Hides a pointer from GCC, which would find that both ways give the same and take the one byte for byte alone. */
#define ALIGNED_HIDE(pointer) __asm__("" : "+r"(pointer))

#define IS_ALIGNED(pointer, bytes) __builtin_expect(!((uintptr_t) (pointer) & ((bytes) - 1)), 1)

static inline __attribute__((always_inline)) uint32_t load_bytes(const uint8_t *from, uint32_t bytes)
{
    const uint32_t low = from[0] | (uint32_t) from[1] << 8;
    return bytes == 2 ? low : low | (uint32_t) from[2] << 16 | (uint32_t) from[3] << 24;
}

static inline __attribute__((always_inline)) uint64_t aligned_load(const uint8_t *from, uint32_t bytes)
{
    if (IS_ALIGNED(from, bytes == 2 ? 2 : 4))
    {
        if (bytes == 2) return *(const aligned_u16 *) from;
        const aligned_u32 *words = (const aligned_u32 *) from;
        return bytes == 4 ? words[0] : words[0] | (uint64_t) words[1] << 32;
    }
    ALIGNED_HIDE(from);
    const uint32_t low = load_bytes(from, bytes);
    return bytes < 8 ? low : low | (uint64_t) load_bytes(from + 4, 4) << 32;
}

static inline __attribute__((always_inline)) void aligned_store(uint8_t *to, uint64_t value, uint32_t bytes)
{
    if (IS_ALIGNED(to, bytes == 2 ? 2 : 4))
    {
        if (bytes == 2) *(aligned_u16 *) to = (uint16_t) value;
        else
        {
            aligned_u32 *words = (aligned_u32 *) to;
            words[0] = (uint32_t) value;
            if (bytes == 8) words[1] = (uint32_t) (value >> 32);
        }
        return;
    }
    ALIGNED_HIDE(to);
    for (uint32_t i = 0; i < bytes; i++) to[i] = (uint8_t) (value >> 8 * i);
}

static inline __attribute__((always_inline)) void aligned_copy(void *to, const void *from, uint32_t bytes)
{
    aligned_store(to, aligned_load(from, bytes), bytes);
}

#define memcpy(TO, FROM, BYTES)                                                                 \
    (__builtin_constant_p(BYTES) && ((BYTES) == 2 || (BYTES) == 4 || (BYTES) == 8)              \
         ? aligned_copy(TO, FROM, BYTES) : (void) __builtin_memcpy(TO, FROM, BYTES))

#endif

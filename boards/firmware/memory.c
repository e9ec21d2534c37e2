/*
 * memcpy, memmove and memset by words, in place of the C library's, which go byte by byte: weights and activations
 * pass through them. Processors that take words at any address (Armv7-M, Armv8-M Mainline) copy words at any
 * alignment, others where source and destination are equally aligned.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma GCC optimize("O2", "no-tree-loop-distribute-patterns")

typedef uint32_t __attribute__((may_alias, aligned(1))) any_word;
typedef uint32_t __attribute__((may_alias)) word;

#if defined(__ARM_FEATURE_UNALIGNED)
typedef any_word copied_word;
#define EQUALLY_ALIGNED(a, b) 1
#else
typedef word copied_word;
#define EQUALLY_ALIGNED(a, b) ((((uintptr_t) (a) ^ (uintptr_t) (b)) & 3) == 0)
#endif

static void copy_forward(uint8_t *to, const uint8_t *from, size_t length)
{
    if (length >= 8 && EQUALLY_ALIGNED(to, from))
    {
        for (; (uintptr_t) to & 3; length--) *to++ = *from++;
        for (; length >= 16; length -= 16, to += 16, from += 16)
        {
            const copied_word *source = (const copied_word *) from;
            copied_word *destination = (copied_word *) to;
            const uint32_t a = source[0], b = source[1], c = source[2], d = source[3];
            destination[0] = a, destination[1] = b, destination[2] = c, destination[3] = d;
        }
        for (; length >= 4; length -= 4, to += 4, from += 4) *(copied_word *) to = *(const copied_word *) from;
    }
    while (length--) *to++ = *from++;
}

static void copy_backward(uint8_t *to, const uint8_t *from, size_t length)
{
    to += length;
    from += length;
    if (length >= 8 && EQUALLY_ALIGNED(to, from))
    {
        for (; (uintptr_t) to & 3; length--) *--to = *--from;
        for (; length >= 4; length -= 4)
        {
            to -= 4, from -= 4;
            *(copied_word *) to = *(const copied_word *) from;
        }
    }
    while (length--) *--to = *--from;
}

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    copy_forward(to, from, length);
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    if ((uintptr_t) to - (uintptr_t) from < length) copy_backward(to, from, length);
    else copy_forward(to, from, length);
    return to;
}

void *memset(void *to, int value, size_t length)
{
    uint8_t *byte = to;
    const uint32_t filled = (uint8_t) value * 0x01010101u;
    if (length >= 8)
    {
        for (; (uintptr_t) byte & 3; length--) *byte++ = (uint8_t) value;
        for (; length >= 16; length -= 16, byte += 16)
        {
            word *destination = (word *) byte;
            destination[0] = filled, destination[1] = filled, destination[2] = filled, destination[3] = filled;
        }
        for (; length >= 4; length -= 4, byte += 4) *(word *) byte = filled;
    }
    while (length--) *byte++ = (uint8_t) value;
    return to;
}

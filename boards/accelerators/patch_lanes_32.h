/*
 * Patches for multiplications with a product of 32 bits: [pair of inputs][pair of positions][input of 2], a position in
 * the lower half, the next one above, added up.
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_LANES_32_H
#define WASMOTE_ACCELERATORS_PATCH_LANES_32_H

#include "patch_writer.h"
#include "target.h"

enum
{
    minPositions = 2,
    patchBytesPerInput = 2,
    laneBits = 16,
};

static inline patch_writer patch_start(const patch *to, uint32_t position)
{
    return (patch_writer) { .at = (uint32_t *) to->words + (position & ~1u), .positions = (to->positions + 1) & ~1u, .isUpper = position & 1 };
}

static inline void patch_word(patch_writer *to, uint32_t word)
{
    const uint32_t step = to->positions;
    uint32_t *at = to->at;
    const uint32_t a = (uint32_t) (int8_t) word, b = (uint32_t) (int8_t) (word >> 8);
    const uint32_t c = (uint32_t) (int8_t) (word >> 16), d = (uint32_t) (int8_t) (word >> 24);
    if (to->isUpper)
    {
        at[0] += a << laneBits;
        at[1] += b << laneBits;
        at += step;
        at[0] += c << laneBits;
        at[1] += d << laneBits;
    }
    else
    {
        at[0] = a;
        at[1] = b;
        at += step;
        at[0] = c;
        at[1] = d;
    }
    to->at = at + step;
}

#endif

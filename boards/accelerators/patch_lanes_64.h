/*
 * Patches for multiplications with a product of 64 bits: [input][pair of positions], a position in the lower 23 bits,
 * the next one above, added up.
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_LANES_64_H
#define WASMOTE_ACCELERATORS_PATCH_LANES_64_H

#include "patch_writer.h"
#include "target.h"

enum
{
    minPositions = 2,
    patchBytesPerInput = 2,
    laneBits = 23,
    laneGroups = 63,            /* 252 products of at most 2^14 stay below 2^22 */
};

static inline patch_writer patch_start(const patch *to, uint32_t position)
{
    return (patch_writer) { .at = (uint32_t *) to->words + (position >> 1), .positions = (to->positions + 1) >> 1, .isUpper = position & 1 };
}

static inline void patch_word(patch_writer *to, uint32_t word)
{
    const uint32_t step = to->positions;
    uint32_t *at = to->at;
    if (to->isUpper)
    {
        at[0] += (uint32_t) (int8_t) word << laneBits;
        at += step;
        at[0] += (uint32_t) (int8_t) (word >> 8) << laneBits;
        at += step;
        at[0] += (uint32_t) (int8_t) (word >> 16) << laneBits;
        at += step;
        at[0] += (uint32_t) (int8_t) (word >> 24) << laneBits;
        at += step;
    }
    else
    {
        at[0] = (uint32_t) (int8_t) word;
        at += step;
        at[0] = (uint32_t) (int8_t) (word >> 8);
        at += step;
        at[0] = (uint32_t) (int8_t) (word >> 16);
        at += step;
        at[0] = (uint32_t) (int8_t) (word >> 24);
        at += step;
    }
    to->at = at;
}

#endif

/*
 * Patches: the inputs of several output positions of a convolution, gathered once and used for all output channels.
 * A patch is written position by position, in words of 4 inputs; how they lie suits the processor's multiplications.
 *
 * TARGET_DSP            [group][position]: inputs 0 and 2, then 1 and 3, as pairs of int16
 * TARGET_LONG_MULTIPLY  [input][pair of positions]: a position in the lower 23 bits, the next one above, added up
 * else                  [position][input]: int8
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_H
#define WASMOTE_ACCELERATORS_PATCH_H

#include "kernels.h"
#include "target.h"

enum
{
    maxPositions = 6,
#if TARGET_DSP
    minPositions = 3,
    patchBytesPerInput = 2,
#elif TARGET_LONG_MULTIPLY
    minPositions = 2,
    patchBytesPerInput = 2,
    laneBits = 23,
    laneGroups = 63,            /* 252 products of at most 2^14 stay below 2^22 */
#else
    minPositions = 1,
    patchBytesPerInput = 1,
#endif
};

typedef struct patch
{
    void *words;
    uint32_t positions, groups;
} patch;

/* Where the next word of one position goes, and the bytes that do not fill a word yet. */
typedef struct patch_writer
{
    uint32_t *at;
    uint32_t positions;
    uint32_t pending, pendingBits;
    uint32_t isUpper;
} patch_writer;

static inline patch_writer patch_start(const patch *to, uint32_t position)
{
#if TARGET_DSP
    return (patch_writer) { .at = (uint32_t *) to->words + 2 * position, .positions = to->positions };
#elif TARGET_LONG_MULTIPLY
    return (patch_writer) { .at = (uint32_t *) to->words + (position >> 1), .positions = (to->positions + 1) >> 1, .isUpper = position & 1 };
#else
    return (patch_writer) { .at = (uint32_t *) to->words + position * to->groups };
#endif
}

static inline void patch_word(patch_writer *to, uint32_t word)
{
#if TARGET_DSP
    to->at[0] = even_pair(word);
    to->at[1] = odd_pair(word);
    to->at += 2 * to->positions;
#elif TARGET_LONG_MULTIPLY
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
#else
    *to->at++ = word;
#endif
}

/* `words` words from any address, or all of them `word`. Nothing may be pending. */
static inline void patch_words(patch_writer *to, const int8_t *from, uint32_t words)
{
    for (const int8_t *const end = from + 4 * words; from < end; from += 4) patch_word(to, load_word(from));
}

static inline void patch_fill(patch_writer *to, uint32_t word, uint32_t words)
{
    for (; words > 0; words--) patch_word(to, word);
}

/* 1 to 4 bytes, the lower ones of `word`, whose other bytes are 0. */
static inline void patch_bytes(patch_writer *to, uint32_t word, uint32_t bytes)
{
    const uint32_t before = to->pendingBits, bits = before + 8 * bytes;
    to->pending |= word << before;
    to->pendingBits = bits;
    if (bits < 32) return;
    patch_word(to, to->pending);
    to->pending = before ? word >> (32 - before) : 0;
    to->pendingBits = bits - 32;
}

/* Writes what is pending, filled up with zeros. */
static inline void patch_end(patch_writer *to)
{
    if (to->pendingBits) patch_word(to, to->pending);
}

/* Gathers the patch of the output position at `row` and `column` of an image. */
void wasmote_gather(const window_operation *of, const int8_t *image, int32_t row, int32_t column, patch_writer *to);

/* What is needed besides a patch to compute outputs of it. */
typedef struct patch_product
{
    patch patch;
    int32_t outputs;            /* bytes from one position's outputs to the next's */
    int32_t zeroPoint, low, high;
    bool quick;                 /* every channel is_quick */
} patch_product;

/* The outputs of `count` channels, 1 to 4, of one tile, at all positions of the patch. */
void wasmote_multiply_tile(const patch_product *of, const int8_t *tile, int count, int8_t *output);

#endif

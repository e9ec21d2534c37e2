/*
 * Patches: the inputs of several output positions of a convolution, gathered once and used for all output channels.
 * A patch is written position by position, in words of 4 inputs; how they lie suits the processor's multiplications.
 *
 * TARGET_DSP            [group][position]: inputs 0 and 2, then 1 and 3, as pairs of int16
 * TARGET_LONG_MULTIPLY  [input][pair of positions]: a position in the lower 23 bits, the next one above, added up
 * TARGET_PAIRED         [pair of inputs][pair of positions][input of 2]: a position in the lower half, the next one
 *                       above, added up
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
#elif TARGET_PAIRED
    minPositions = 2,
    patchBytesPerInput = 2,
    laneBits = 16,
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
#elif TARGET_PAIRED
    return (patch_writer) { .at = (uint32_t *) to->words + (position & ~1u), .positions = (to->positions + 1) & ~1u, .isUpper = position & 1 };
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
#elif TARGET_PAIRED
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

/* Half of a word of a patch. */
typedef int16_t __attribute__((may_alias)) patch_half;

/* The next 4 inputs. Nothing may be pending. */
static inline void patch_four(patch_writer *to, int32_t a, int32_t b, int32_t c, int32_t d)
{
#if TARGET_DSP
    patch_half *const at = (patch_half *) to->at;
    at[0] = (patch_half) a;
    at[1] = (patch_half) c;
    at[2] = (patch_half) b;
    at[3] = (patch_half) d;
    to->at += 2 * to->positions;
#else
    patch_word(to, (uint32_t) (uint8_t) a | (uint32_t) (uint8_t) b << 8 | (uint32_t) (uint8_t) c << 16 | (uint32_t) d << 24);
#endif
}

/* `words` words from any address, or all of them `word`. Nothing may be pending. */
static inline void patch_words(patch_writer *to, const int8_t *from, uint32_t words)
{
    patch_writer writer = *to;
#if TARGET_DSP
    for (; words >= 4; words -= 4, from += 16)
    {
        patch_word(&writer, load_word(from));
        patch_word(&writer, load_word(from + 4));
        patch_word(&writer, load_word(from + 8));
        patch_word(&writer, load_word(from + 12));
    }
#endif
    for (; words > 0; words--, from += 4) patch_word(&writer, load_word(from));
    *to = writer;
}

static inline void patch_fill(patch_writer *to, uint32_t word, uint32_t words)
{
    patch_writer writer = *to;
    for (; words > 0; words--) patch_word(&writer, word);
    *to = writer;
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

/* Bytes at `count` offsets, filled up with zeros to words. Nothing may be pending. */
static inline void patch_bytes_at(patch_writer *to, const int8_t *from, const int32_t *offsets, uint32_t count)
{
    patch_writer writer = *to;
    for (; count >= 4; count -= 4, offsets += 4)
        patch_four(&writer, from[offsets[0]], from[offsets[1]], from[offsets[2]], from[offsets[3]]);
    if (count > 0)
        patch_four(&writer, from[offsets[0]], count > 1 ? from[offsets[1]] : 0, count > 2 ? from[offsets[2]] : 0, 0);
    *to = writer;
}

enum { maxPlannedDepth = 64 };

/* What is the same for all windows of an operation. */
typedef struct gather_plan
{
    int32_t lineBytes, rowStep, rows;
    int32_t lastY, lastX;       /* the last window that lies inside starts there */
    uint32_t rowWords;          /* of a filter row that is next to each other in memory; 0 where there is a rest */
    uint32_t depth;             /* of a short patch of other rows, whose bytes' offsets follow; else 0 */
    int32_t offsets[maxPlannedDepth];
} gather_plan;

void wasmote_gather_plan(const window_operation *of, gather_plan *to);

/* Gathers the patch of the window whose first pixel is y, x of an image. */
void wasmote_gather(const window_operation *of, const gather_plan *plan, const int8_t *image, int32_t y, int32_t x, patch_writer *to);

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

/*
 * Patches: the inputs of several output positions of a convolution, gathered once and used for all output channels.
 * A patch is written position by position, in words of 4 inputs; how they lie suits the processor's multiplications
 * (target.h), and each layout has a file. It gives minPositions, patchBytesPerInput, patch_start and patch_word.
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_H
#define WASMOTE_ACCELERATORS_PATCH_H

#include "kernels.h"
#include "target.h"

#if TARGET_HELIUM
#include "patch_bytes_helium.h"
#elif TARGET_DSP
#include "patch_pairs.h"
#elif TARGET_PAIRED
#include "patch_lanes_32.h"
#elif TARGET_LONG_MULTIPLY
#include "patch_lanes_64.h"
#else
#include "patch_bytes.h"
#endif

#if !TARGET_HELIUM
enum { maxPositions = 6 };

typedef int32_t patch_offset;

#if !TARGET_DSP
/* The next 4 inputs. Nothing may be pending. */
static inline void patch_four(patch_writer *to, int32_t a, int32_t b, int32_t c, int32_t d)
{
    patch_word(to, (uint32_t) (uint8_t) a | (uint32_t) (uint8_t) b << 8 | (uint32_t) (uint8_t) c << 16 | (uint32_t) d << 24);
}
#endif

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
static inline void patch_bytes_at(patch_writer *to, const int8_t *from, const patch_offset *offsets, uint32_t count)
{
    patch_writer writer = *to;
    for (; count >= 4; count -= 4, offsets += 4)
        patch_four(&writer, from[offsets[0]], from[offsets[1]], from[offsets[2]], from[offsets[3]]);
    if (count > 0)
        patch_four(&writer, from[offsets[0]], count > 1 ? from[offsets[1]] : 0, count > 2 ? from[offsets[2]] : 0, 0);
    *to = writer;
}
#endif

enum { maxPlannedDepth = 64 };

/* What is the same for all windows of an operation. */
typedef struct gather_plan
{
    int32_t lineBytes, rowStep, rows;
    int32_t lastY, lastX;       /* the last window that lies inside starts there */
    uint32_t row;               /* what planned_row told of a filter row that is next to each other in memory; else 0 */
    uint32_t depth;             /* of a short patch of other rows, whose bytes' offsets follow; else 0 */
    patch_offset offsets[maxPlannedDepth];
} gather_plan;

void wasmote_gather_plan(const window_operation *of, gather_plan *to);

/* Gathers the patch of the window whose first pixel is y, x of an image. */
void wasmote_gather(const window_operation *of, const gather_plan *plan, const int8_t *image, int32_t y, int32_t x, patch_writer *to);

#if TARGET_HELIUM
/*
 * The same of windows from that one on in a row, those of them that lie inside, at most `most`, as positions of a patch from number
 * `index` on. Their count: 0 where the first one does not lie inside, or has no plan.
 */
uint32_t wasmote_gather_inside(const window_operation *of, const gather_plan *plan, const int8_t *image, int32_t y, int32_t x, uint32_t most, const patch *to, uint32_t index);
#endif

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

#if TARGET_HELIUM
/* Outputs of all positions, saturated to int8, to the range that they are to lie in. */
void wasmote_clamp_patch(const patch_product *of, int8_t *output);
#endif

#endif

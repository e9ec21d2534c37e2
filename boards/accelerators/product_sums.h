/*
 * Patches of int16: the inputs of several output positions, less their zero point, gathered once and used for all outputs.
 *
 * TARGET_HELIUM         [position][input]: what fills up the last group is not written; or the inputs themselves, where they lie so
 * else TARGET_DSP       [group of 4 inputs][position]: inputs 0 and 2, then 1 and 3
 * else                  [position][input]
 */
#ifndef WASMOTE_ACCELERATORS_PRODUCT_SUMS_H
#define WASMOTE_ACCELERATORS_PRODUCT_SUMS_H

#include "product.h"

/* Sums are made by pairs of int16, of groups that lie apart. */
#define WIDE_PAIRS (TARGET_DSP && !TARGET_HELIUM)

enum
{
#if WIDE_PAIRS
    widePositionsAtLeast = 3    /* that the assembly takes; fewer take longer */
#else
    widePositionsAtLeast = 1
#endif
};

typedef struct wide_patch
{
    int16_t *halves;
    uint32_t positions, groups;
} wide_patch;

/* The first group of a position, and halves from one to the next. */
static inline int16_t *wide_group(const wide_patch *patch, uint32_t position)
{
    return patch->halves + 4 * position * (WIDE_PAIRS ? 1 : patch->groups);
}

static inline uint32_t wide_step(const wide_patch *patch)
{
    return WIDE_PAIRS ? 4 * patch->positions : 4;
}

/* Writes inputs of position number `position` of the output as those of position `index` of the patch. */
void wasmote_gather_wide(const product_operation *of, const wide_patch *patch, uint32_t index, uint32_t position);

/* Bytes of a tile's weights that are unpacked. */
static inline uint32_t unpacked_product_bytes(int32_t storage, uint32_t groups)
{
    return is_narrow(storage) ? (uint32_t) filled_weights(storage, groups * productGroup) : 0;
}

/* Weights of a tile: where they lie, or where they were unpacked to. */
static inline const int8_t *unpack_product_tile(const product_operation *of, const uint8_t *stored, uint32_t groups, int8_t *room)
{
    const uint32_t bytes = unpacked_product_bytes(of->storage, groups);
    if (bytes == 0) return (const int8_t *) stored;
    wasmote_unpack(of->storage, of->table, stored, bytes, 0, bytes / roundWeights, room);
    return room;
}

static inline uint32_t tile_bytes_of(const product_operation *of, uint32_t groups)
{
    return product_header_bytes(of) + (uint32_t) wasmote_stored_bytes(of->storage, groups * productGroup, 1);
}

/*
 * The sums of 4 outputs at all positions, [output][position], over `groups` groups of inputs from number `first` on, of which
 * `weights` points to the first one's. There are at most productRun inputs.
 */
void wasmote_sum_groups(const int8_t *weights, const wide_patch *patch, uint32_t first, uint32_t groups, int32_t *sums);

#endif

/*
 * Patches of int16: the inputs of several output positions, less their zero point, gathered once and used for all outputs.
 *
 * TARGET_DSP            [group of 4 inputs][position]: inputs 0 and 2, then 1 and 3
 * else                  [position][input]
 */
#ifndef WASMOTE_ACCELERATORS_PRODUCT_SUMS_H
#define WASMOTE_ACCELERATORS_PRODUCT_SUMS_H

#include "product.h"

enum
{
#if TARGET_DSP
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

/*
 * The sums of 4 outputs at all positions, [output][position], over `groups` groups of inputs from number `first` on, of which
 * `weights` points to the first one's. There are at most productRun inputs.
 */
void wasmote_sum_groups(const int8_t *weights, const wide_patch *patch, uint32_t first, uint32_t groups, int32_t *sums);

#endif

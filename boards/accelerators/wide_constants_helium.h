/* What finishes the sums of a tile of a product of integers by Helium, four outputs at once. */
#ifndef WASMOTE_ACCELERATORS_WIDE_CONSTANTS_HELIUM_H
#define WASMOTE_ACCELERATORS_WIDE_CONSTANTS_HELIUM_H

#include "product.h"
#include "requantize_helium.h"

typedef struct wide_constants
{
    int32x4_t bias, multiplier, shift;  /* as requantize_four takes them */
    mve_pred16_t there;                 /* of the outputs, which there are */
    requantize_way way;
    bool isLong;                        /* sums take 64 bits, and the above but `there` is not to be used */
} wide_constants;

/* Products of int16 by int8 that leave a sum of 32 bits room for a bias of 30 bits; half as many of weights less a zero point. */
enum { quickProducts = 256 };

/*
 * Those of a tile's first `count` outputs, of so many products each. Sums of 64 bits stay within 32 where these are few and biases
 * small; their multipliers have 15 bits, so that VQDMULH by 2^16 times as much shifts by 15 without a rounding, and VRSHL, which
 * rounds, by the 1 to 31 bits that are left: the way of what is rounded once.
 */
static inline wide_constants wide_constants_of(const product_operation *of, const uint8_t *header, int count, uint32_t products)
{
    wide_constants to;
    to.there = vctp32q((uint32_t) count);
    to.isLong = false;
    if (!of->isLong)
    {
        const tile_constants *const constants = (const tile_constants *) (const void *) header;
        to.way = requantize_way_of(constants, count);
        to.bias = vldrwq_s32(constants->bias);
        to.multiplier = vldrwq_s32(constants->multiplier);
        to.shift = requantize_shifts(to.way, constants->shift);
        return to;
    }
    const int32x4x2_t bias = vld2q_s32((const int32_t *) (const void *) header);
    const int32_t *const constants = (const int32_t *) (const void *) (header + 32);
    const uint32x4_t multiplier = vreinterpretq_u32_s32(vldrwq_s32(constants)), shift = vreinterpretq_u32_s32(vldrwq_s32(constants + 4));
    const uint32x4_t beside = vreinterpretq_u32_s32(vaddq_n_s32(bias.val[0], 1 << 30));
    const mve_pred16_t others = vcmpneq_s32(vshrq_n_s32(bias.val[0], 31), bias.val[1]) | vcmphiq_n_u32(beside, INT32_MAX)
        | vcmphiq_n_u32(multiplier, 0x7fff) | vcmphiq_n_u32(vsubq_n_u32(shift, 16), 30);
    to.isLong = products > quickProducts || (others & to.there) != 0;
    to.way = requantizedOnce;
    to.bias = bias.val[0];
    to.multiplier = vreinterpretq_s32_u32(vshlq_n_u32(multiplier, 16));
    to.shift = vreinterpretq_s32_u32(vsubq_u32(vdupq_n_u32(15), shift));
    return to;
}

/* Sums of positions, [position][output], their biases included, to outputs from number `at` on, each position's `apart` from the one before. */
void wasmote_finish_wide(const product_operation *of, const wide_constants *constants, const int32_t *sums, uint32_t positions, uint32_t at, uint32_t apart);

#endif

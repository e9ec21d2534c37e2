/*
 * Requantization (requantize.h) of four int32 at once, to the bit for all accumulators, multipliers that are not negative
 * and shifts.
 *
 *   rounded twice   VQRDMULH is floor((a * multiplier + 2^30) / 2^31); VQDMLAH by 1 adds the upper word of 2t, -1 where t is
 *                   negative; VRSHL adds 2^(s-1) without overflow and shifts
 *   rounded once    VQDMULH is floor((a * multiplier) / 2^31), and VRSHL rounds what it leaves: a floor of a floor
 *
 * Source: Arm v8-M Architecture Reference Manual, DDI 0553.
 */
#ifndef WASMOTE_ACCELERATORS_REQUANTIZE_HELIUM_H
#define WASMOTE_ACCELERATORS_REQUANTIZE_HELIUM_H

#include <arm_mve.h>

#include "requantize.h"

/* How a tile's channels, or a part of them, are requantized. */
typedef enum requantize_way
{
    requantizedTwice,   /* all are rounded twice and shifted to the right */
    requantizedOnce,    /* all are rounded once and shifted to the right */
    requantizedAnyhow
} requantize_way;

/* The way of the first `count` channels of a tile, 1 to 4. */
static inline requantize_way requantize_way_of(const tile_constants *tile, int count)
{
    const int32x4_t shifts = vldrwq_s32(tile->shift);
    const mve_pred16_t channels = vctp32q((uint32_t) count);
    const mve_pred16_t once = vcmpgeq_m_n_s32(shifts, roundedOnce + 1, channels);
    if (once == channels) return requantizedOnce;
    const mve_pred16_t twice = vcmpltq_m_n_s32(shifts, roundedOnce / 2, vcmpgeq_m_n_s32(shifts, 1, channels));
    return twice == channels ? requantizedTwice : requantizedAnyhow;
}

/* The shifts as requantize_four takes them: what VRSHL takes, or as they lie in the tile where any way is to be taken. */
static inline int32x4_t requantize_shifts(requantize_way way, const int32_t shifts[4])
{
    if (way == requantizedAnyhow) return vldrwq_s32(shifts);
    return vsubq_s32(vdupq_n_s32(way == requantizedOnce ? roundedOnce : 0), vldrwq_s32(shifts));
}

/* Without the zero point; `shifts` as requantize_shifts gives them. */
static inline int32x4_t requantize_twice(int32x4_t accumulators, int32x4_t multipliers, int32x4_t shifts)
{
    const int32x4_t t = vqrdmulhq_s32(accumulators, multipliers);
    return vrshlq_s32(vqdmlahq_n_s32(t, t, 1), shifts);
}

static inline int32x4_t requantize_once_each(int32x4_t accumulators, int32x4_t multipliers, int32x4_t shifts)
{
    return vrshlq_s32(vqdmulhq_s32(accumulators, multipliers), shifts);
}

/* Any shifts, as they lie in the tile. */
static inline int32x4_t requantize_each(int32x4_t accumulators, int32x4_t multipliers, int32x4_t shifts)
{
    const mve_pred16_t once = vcmpgeq_n_s32(shifts, roundedOnce / 2);
    const int32x4_t alone = vsubq_m_n_s32(shifts, shifts, roundedOnce, once), none = vdupq_n_s32(0);
    const mve_pred16_t right = vcmpgtq_n_s32(alone, 0);
    const mve_pred16_t rounds = right & (mve_pred16_t) ~once;
    int32x4_t t = vqrdmulhq_s32(vshlq_s32(accumulators, vmaxq_s32(vnegq_s32(alone), none)), multipliers);
    t = vqsubq_m_n_s32(t, t, 1, vcmpltq_m_n_s32(t, 0, rounds));
    t = vqdmulhq_m_s32(t, accumulators, multipliers, once & right);
    t = vrshlq_s32(t, vminq_s32(vnegq_s32(alone), none));
    if (!(once & vcmpltq_n_s32(alone, 0))) return t;

    /* A shift to the left with a single rounding, whose product is longer than an int32. */
    int32_t a[4], m[4], s[4], r[4];
    vstrwq_s32(a, accumulators);
    vstrwq_s32(m, multipliers);
    vstrwq_s32(s, shifts);
    vstrwq_s32(r, t);
    for (int lane = 0; lane < 4; lane++) if (is_rounded_once(s[lane])) r[lane] = requantize_any(a[lane], m[lane], s[lane]);
    return vldrwq_s32(r);
}

/* The same in the tile's way. */
static inline int32x4_t requantize_four(requantize_way way, int32x4_t accumulators, int32x4_t multipliers, int32x4_t shifts)
{
    if (way == requantizedTwice) return requantize_twice(accumulators, multipliers, shifts);
    if (way == requantizedOnce) return requantize_once_each(accumulators, multipliers, shifts);
    return requantize_each(accumulators, multipliers, shifts);
}

#endif

#include "target.h"

#if TARGET_HELIUM

#include "wide_constants_helium.h"

/* In one way, which is known where this is compiled. */
static inline __attribute__((always_inline)) void finish_positions(requantize_way way, bool isWide, const product_operation *of, const wide_constants *constants,
    const int32_t *sums, uint32_t positions, uint32_t at, uint32_t apart)
{
    const int32x4_t multiplier = constants->multiplier, shift = constants->shift, low = vdupq_n_s32(of->low), high = vdupq_n_s32(of->high);
    const mve_pred16_t there = constants->there;
    const int32_t zeroPoint = of->outputZeroPoint;
    int8_t *output = (int8_t *) of->output + (isWide ? 2 * at : at);
    if (isWide) apart *= 2;
    for (; positions > 0; positions--, sums += 4, output += apart)
    {
        const int32x4_t values = requantize_four(way, vldrwq_s32(sums), multiplier, shift);
        const int32x4_t within = vminq_s32(vmaxq_s32(vaddq_n_s32(values, zeroPoint), low), high);
        if (isWide) vstrhq_p_s32((int16_t *) (void *) output, within, there);
        else vstrbq_p_s32(output, within, there);
    }
}

void wasmote_finish_wide(const product_operation *of, const wide_constants *constants, const int32_t *sums, uint32_t positions, uint32_t at, uint32_t apart)
{
    if (of->isWide && constants->way == requantizedOnce) finish_positions(requantizedOnce, true, of, constants, sums, positions, at, apart);
    else if (of->isWide && constants->way == requantizedTwice) finish_positions(requantizedTwice, true, of, constants, sums, positions, at, apart);
    else finish_positions(constants->way, of->isWide, of, constants, sums, positions, at, apart);
}

#endif

#include "softmax.h"
#include "target.h"

#if TARGET_HELIUM

#include <arm_mve.h>

static int32_t largest_of(const int8_t *input, int32_t depth)
{
    int8_t largest = -128;
    for (; depth > 0; depth -= 16, input += 16)
    {
        const mve_pred16_t there = vctp8q((uint32_t) depth);
        largest = vmaxvq_p_s8(largest, vldrbq_z_s8(input, there), there);
    }
    return largest;
}

/*
 * The exponentials of up to 4 inputs, 0 of those that are too far below the largest one. An input that the output has
 * overwritten may be above it, and counts as too far below.
 */
static inline uint32x4_t exponentials_of(const softmax_operation *of, const int8_t *input, int32_t first, mve_pred16_t there, mve_pred16_t *near)
{
    const uint32x4_t at = vreinterpretq_u32_s32(vsubq_n_s32(vldrbq_z_s32(input, there), first));
    *near = vcmphiq_m_u32(vdupq_n_u32((uint32_t) of->entries), at, there);
    return vldrwq_gather_shifted_offset_z_u32((const uint32_t *) of->exponentials, at, *near);
}

void wasmote_softmax_s8(const softmax_operation *of)
{
    const int8_t *input = of->input;
    int8_t *output = of->output;
    const int32x4_t lowest = vdupq_n_s32(-128), highest = vdupq_n_s32(127);

    for (int32_t row = 0; row < of->rows; row++, input += of->depth, output += of->depth)
    {
        const int32_t first = largest_of(input, of->depth) - (of->entries - 1);
        mve_pred16_t near;
        uint32_t sum = 0;
        for (int32_t i = 0; i < of->depth; i += 4)
        {
            const uint32x4_t terms = exponentials_of(of, input + i, first, vctp32q((uint32_t) (of->depth - i)), &near);
            sum = vaddvaq_u32(sum, vrshrq_n_u32(terms, 12));
        }

        const int headroom = sum ? __builtin_clz(sum) : 31;
        const int32_t factor = reciprocal((int32_t) (sum << headroom >> 1));
        const int32x4_t shifts = vdupq_n_s32(headroom - 35);
        for (int32_t i = 0; i < of->depth; i += 4)
        {
            const mve_pred16_t there = vctp32q((uint32_t) (of->depth - i));
            const int32x4_t terms = vreinterpretq_s32_u32(exponentials_of(of, input + i, first, there, &near));
            const int32x4_t values = vrshlq_s32(vqrdmulhq_n_s32(terms, factor), shifts);
            vstrbq_p_s32(output + i, vminq_s32(vmaxq_s32(vaddq_s32(values, lowest), lowest), highest), there);
        }
    }
}

#endif

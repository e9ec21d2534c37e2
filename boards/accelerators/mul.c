#include "kernels.h"
#include "requantize.h"
#include "target.h"

#if TARGET_HELIUM

#include "requantize_helium.h"

/* Products of four at once: an operand that is broadcast is the same in all lanes. */
void wasmote_mul_s8(const mul_operation *of)
{
    const int8_t *first = of->first, *second = of->second;
    int8_t *output = of->output;
    const int32x4_t multipliers = vdupq_n_s32(of->multiplier);
    const int32x4_t low = vdupq_n_s32(of->low), high = vdupq_n_s32(of->high);
    const int32_t shifts[4] = { of->shift, of->shift, of->shift, of->shift };
    const requantize_way way = of->shift > 0 ? requantizedTwice : requantizedAnyhow;
    const int32x4_t by = requantize_shifts(way, shifts);
    int32x4_t a = vdupq_n_s32(*first - of->firstZeroPoint), b = vdupq_n_s32(*second - of->secondZeroPoint);
    for (int32_t left = of->length; left > 0; left -= 4, output += 4)
    {
        const mve_pred16_t there = vctp32q((uint32_t) left);
        if (of->firstStep) a = vsubq_n_s32(vldrbq_z_s32(first, there), of->firstZeroPoint), first += 4;
        if (of->secondStep) b = vsubq_n_s32(vldrbq_z_s32(second, there), of->secondZeroPoint), second += 4;
        const int32x4_t scaled = requantize_four(way, vmulq_s32(a, b), multipliers, by);
        vstrbq_p_s32(output, vminq_s32(vmaxq_s32(vaddq_n_s32(scaled, of->outputZeroPoint), low), high), there);
    }
}

#else

void wasmote_mul_s8(const mul_operation *of)
{
    const int8_t *first = of->first, *second = of->second;
    int8_t *output = of->output;
    const int8_t *const end = output + of->length;
    const int32_t firstZeroPoint = of->firstZeroPoint, secondZeroPoint = of->secondZeroPoint;
    const int32_t multiplier = of->multiplier, shift = of->shift, low = of->low, high = of->high;
    const int32_t firstStep = of->firstStep, secondStep = of->secondStep;
    if (is_quick(0, shift))
    {
        const int32_t rounding = quick_rounding(shift, of->outputZeroPoint);
        for (; output != end; output++, first += firstStep, second += secondStep)
        {
            const int32_t product = (*first - firstZeroPoint) * (*second - secondZeroPoint);
            *output = (int8_t) clamp(requantize_quick(product, multiplier, rounding, shift), low, high);
        }
        return;
    }
    for (; output != end; output++, first += firstStep, second += secondStep)
    {
        const int32_t product = (*first - firstZeroPoint) * (*second - secondZeroPoint);
        *output = (int8_t) clamp(requantize_any(product, multiplier, shift) + of->outputZeroPoint, low, high);
    }
}

#endif

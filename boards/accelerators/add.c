#include "kernels.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

/* Bits that operands are given before they are scaled. */
enum { leftShift = 20 };

void wasmote_add_s8(const add_operation *of)
{
    const int8_t *wide = of->wide, *narrow = of->narrow;
    int8_t *output = of->output;
    const int8_t *const end = output + of->length;
    const int32_t narrowMultiplier = of->narrowMultiplier, narrowShift = of->narrowShift;
    const int32_t narrowRounding = (int32_t) (1u << narrowShift >> 1);
    const int32_t narrowOffset = -of->narrowZeroPoint * (1 << (leftShift + 1));
    const int32_t wideFactor = of->wideSign * (1 << leftShift);
    const int32_t wideOffset = -of->wideZeroPoint * wideFactor;
    const int32_t narrowFactor = of->narrowSign * 2;
    const int32_t multiplier = of->multiplier, shift = of->shift, low = of->low, high = of->high;
    const bool quick = shift <= 22;
    const int32_t rounding = quick ? quick_rounding(shift, of->outputZeroPoint) : 0;

    while (output < end)
    {
        /* Every sum is below 2^29 in magnitude, and doubled for rounded_upper_word. */
        int32_t n = rounded_upper_word(*narrow++ * (1 << (leftShift + 1)) + narrowOffset, narrowMultiplier);
        if (narrowShift) n = (n + (n >> 31) + narrowRounding) >> narrowShift;
        const int32_t doubled = *wide++ * wideFactor + wideOffset + n * narrowFactor;
        int32_t value = rounded_upper_word(doubled, multiplier);
        if (quick) value = (value + (value >> 31) + rounding) >> shift;
        else value = (int32_t) ((value + (value >> 31) + ((int64_t) 1 << (shift - 1))) >> shift) + of->outputZeroPoint;
        *output++ = (int8_t) clamp(value, low, high);
    }
}

#endif

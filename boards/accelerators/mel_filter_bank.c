#include <string.h>

#include "long_products.h"
#include "signal.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* log(x), as assembly/math/log-by-integers.ts has it. */
static float log_by_integers(float x)
{
    static const int32_t coefficients[] = {
        -154948256, 162801540, -177806722, 214009252, -268455085, 357934743, -536870862, 1073741666,
    };
    static const int32_t smallestMantissa = 0x3f3504f3, ln2 = 744261118;
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if ((uint32_t) bits - 0x00800000 >= 0x7f000000)
    {
        if (bits == 0x7f800000) return x;
        return (uint32_t) bits << 1 < 0x01000000 ? -__builtin_inff() : __builtin_nanf("");
    }
    bits -= smallestMantissa;
    const int32_t mantissa = (bits & 0x7fffff) + smallestMantissa, exponent = bits >> 23;
    const uint32_t digits = (uint32_t) ((mantissa & 0x7fffff) | 0x800000);
    const int32_t f = (int32_t) ((digits << ((mantissa >> 23) - 119)) - (1u << 31));
    int32_t p = 88735897;
    for (uint32_t i = 0; i < sizeof coefficients / sizeof *coefficients; i++) p = product_of(p, f) + coefficients[i];
    /* Of exponent * ln2, the upper part is a multiple of what is rounded away. */
    const int32_t lower = exponent * (ln2 & 0x3fff) + product_of(p, f);
    return (float) (exponent * (ln2 >> 14) * 256 + ((lower + 32) >> 6)) * 0x1p-24f;
}

void wasmote_mel_filter_bank(const mel_filter_bank *of)
{
    const filter_band *band = of->bands;
    for (uint32_t channel = 0; channel < of->channels; channel++, band = band_after(band))
    {
        const float *row = (const float *) (const void *) (of->input + band->firstByte);
        const float *const weights = (const float *) (const void *) (band + 1);
        float *to = of->output + channel;
        for (uint32_t r = 0; r < of->rows; r++, row += of->bins, to += of->channels)
        {
            float sum = 0;
            for (uint32_t i = 0; i < band->bins; i++) sum += weights[i] * row[i];
            if (of->logarithms) sum = log_by_integers(of->adds ? sum + of->floor : sum < of->floor ? of->floor : sum);
            *to = canonical(sum);
        }
    }
}

#include "kernels.h"
#include "requantize.h"
#include "target.h"

#if TARGET_HELIUM
#include "requantize_helium.h"
#endif

/* The mean of a sum. */
static __attribute__((noinline)) int8_t mean_of(const mean_operation *of, int32_t sum)
{
    const int32_t scaled = requantize_any((int32_t) ((uint32_t) sum + (uint32_t) of->offset), of->multiplier, of->shift);
    return saturate((int32_t) ((uint32_t) scaled + (uint32_t) of->zeroPoint));
}

/* Means of one element of kept1, of which the first input is at `from`: of all of kept2. */
static void means(const mean_operation *of, const int8_t *from, int8_t *output)
{
    const int32_t step = of->kept2, runBytes = of->reduced1 * step, line = of->kept1 * runBytes - runBytes;
    int32_t left = of->kept2;
#if TARGET_HELIUM
    const int32x4_t multipliers = vdupq_n_s32(of->multiplier);
    const int32_t shifts[4] = { of->shift, of->shift, of->shift, of->shift };
    const requantize_way way = of->shift > 0 ? requantizedTwice : requantizedAnyhow;
    const int32x4_t by = requantize_shifts(way, shifts);
    for (; left > 1; left -= 4, from += 4, output += 4)
    {
        const mve_pred16_t there = vctp32q((uint32_t) left);
        int32x4_t sums = vdupq_n_s32(of->offset);
        const int8_t *at = from;
        for (int32_t y = of->reduced0; y > 0; y--, at += line)
            for (int32_t x = of->reduced1; x > 0; x--, at += step) sums = vaddq_s32(sums, vldrbq_z_s32(at, there));
        const int32x4_t scaled = vaddq_n_s32(requantize_four(way, sums, multipliers, by), of->zeroPoint);
        vstrbq_p_s32(output, vminq_s32(vmaxq_s32(scaled, vdupq_n_s32(-128)), vdupq_n_s32(127)), there);
    }
#else
    for (; left >= 4; left -= 4, from += 4, output += 4)
    {
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        const int8_t *at = from;
        for (int32_t y = of->reduced0; y > 0; y--, at += line)
        {
            for (int32_t x = of->reduced1; x > 0; x--, at += step)
            {
                s0 += at[0];
                s1 += at[1];
                s2 += at[2];
                s3 += at[3];
            }
        }
        output[0] = mean_of(of, s0);
        output[1] = mean_of(of, s1);
        output[2] = mean_of(of, s2);
        output[3] = mean_of(of, s3);
    }
#endif
    for (; left > 0; left--, from++)
    {
        int32_t sum = 0;
        const int8_t *at = from;
        for (int32_t y = of->reduced0; y > 0; y--, at += line)
            for (int32_t x = of->reduced1; x > 0; x--, at += step) sum += *at;
        *output++ = mean_of(of, sum);
    }
}

void wasmote_mean_s8(const mean_operation *of)
{
    const int32_t runBytes = of->reduced1 * of->kept2, blockBytes = of->reduced0 * of->kept1 * runBytes;
    const int8_t *input = of->input;
    int8_t *output = of->output;
    for (int32_t i = 0; i < of->kept0; i++, input += blockBytes)
        for (int32_t j = 0; j < of->kept1; j++, output += of->kept2) means(of, input + j * runBytes, output);
}

#include "product_sums.h"

#if !TARGET_DSP

void wasmote_sum_groups(const int8_t *weights, const wide_patch *patch, uint32_t first, uint32_t groups, int32_t *sums)
{
    const uint32_t positions = patch->positions;
    for (uint32_t i = 0; i < positions; i++)
    {
        const int16_t *x = patch->halves + 4 * (patch->groups * i + first);
        const int8_t *w = weights;
        int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (const int8_t *const end = w + groups * productGroup; w != end; x += 4, w += productGroup)
        {
            for (int k = 0; k < 4; k++)
            {
                const int32_t value = x[k];
                s0 += value * w[k];
                s1 += value * w[k + 4];
                s2 += value * w[k + 8];
                s3 += value * w[k + 12];
            }
        }
        sums[i] = s0;
        sums[positions + i] = s1;
        sums[2 * positions + i] = s2;
        sums[3 * positions + i] = s3;
    }
}

#endif

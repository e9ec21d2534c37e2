#include "signal.h"

#include <string.h>

void wasmote_filter_bank_u32(const filter_bank_operation *of)
{
    const filter_band *band = of->bands;
    uint64_t *output = of->output;
    uint64_t kept = 0;
    for (int32_t channel = 0; channel < of->channels; channel++)
    {
        const uint32_t *input = of->input + band->startBytes / 4;
        const int16_t *weight = (const int16_t *) (const void *) (band + 1), *const end = weight + 2 * band->bins;
        uint64_t sum = kept;
        kept = 0;
        for (; weight < end; weight += 2, input++)
        {
            sum += (uint64_t) (int64_t) weight[0] * *input;
            kept += (uint64_t) (int64_t) weight[1] * *input;
        }
        /* Memory of 64 bits is aligned to 4 bytes at least. */
        if (channel > 0) memcpy(output++, &sum, sizeof sum);
        band = (const filter_band *) (const void *) end;
    }
}

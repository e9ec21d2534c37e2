#include "softmax.h"
#include "target.h"

#if !TARGET_HELIUM

void wasmote_softmax_s8(const softmax_operation *of)
{
    const int8_t *input = of->input;
    int8_t *output = of->output;

    for (int32_t row = 0; row < of->rows; row++)
    {
        const int8_t *const end = input + of->depth;
        int32_t largest = -128;
        for (const int8_t *p = input; p < end; p++) if (*p > largest) largest = *p;

        const int32_t first = largest - (of->entries - 1);
        const int32_t *const table = of->exponentials;
        uint32_t sum = 0;
        for (const int8_t *p = input; p < end; p++) if (*p >= first) sum += ((uint32_t) table[*p - first] + 2048) >> 12;

        const int headroom = sum ? __builtin_clz(sum) : 31;
        const int32_t factor = reciprocal((int32_t) (sum << headroom >> 1));
        const int shift = 35 - headroom;
        for (; input < end; input++, output++)
        {
            /* An input that the output has overwritten may be above the largest. */
            int32_t value = -128;
            if ((uint32_t) (*input - first) < (uint32_t) of->entries)
                value += (int32_t) ((multiply(factor, table[*input - first]) + ((int64_t) 1 << (shift - 1))) >> shift);
            *output = (int8_t) (value > 127 ? 127 : value);
        }
    }
}

#endif

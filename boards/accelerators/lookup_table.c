#include "kernels.h"
#include "target.h"

#if TARGET_HELIUM

#include <arm_mve.h>

void wasmote_lookup_table(const uint8_t *input, uint8_t *output, int32_t elements, const uint8_t table[256])
{
    for (int32_t left = elements; left > 0; left -= 16, input += 16, output += 16)
    {
        const mve_pred16_t there = vctp8q((uint32_t) left);
        vstrbq_p_u8(output, vldrbq_gather_offset_z_u8(table, vldrbq_z_u8(input, there), there), there);
    }
}

#else

void wasmote_lookup_table(const uint8_t *input, uint8_t *output, int32_t elements, const uint8_t table[256])
{
    const uint8_t *const end = input + elements, *const fours = input + (elements & ~3);
    for (; input != fours; input += 4, output += 4)
    {
        output[0] = table[input[0]];
        output[1] = table[input[1]];
        output[2] = table[input[2]];
        output[3] = table[input[3]];
    }
    for (; input != end; input++, output++) *output = table[*input];
}

#endif

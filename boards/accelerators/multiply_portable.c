#include "patch.h"
#include "requantize.h"

#if !TARGET_DSP && !TARGET_LONG_MULTIPLY && !TARGET_PAIRED

static int32_t dot(const int8_t *inputs, const int8_t *weights, uint32_t groups)
{
    int32_t sum = 0;
    for (; groups > 0; groups--, inputs += 4, weights += tileGroupBytes)
        sum += inputs[0] * weights[0] + inputs[1] * weights[1] + inputs[2] * weights[2] + inputs[3] * weights[3];
    return sum;
}

void wasmote_multiply_tile(const patch_product *of, const int8_t *tile, int count, int8_t *output)
{
    const tile_constants *const constants = (const tile_constants *) tile;
    const int8_t *inputs = of->patch.words;
    const int32_t offset = 2 * of->zeroPoint + 1;

    for (uint32_t i = 0; i < of->patch.positions; i++, inputs += 4 * of->patch.groups, output += of->outputs)
    {
        for (int lane = 0; lane < count; lane++)
        {
            const int32_t products = dot(inputs, tile + tileHeaderBytes + 4 * lane, of->patch.groups);
            const int32_t sum = (int32_t) ((uint32_t) products + (uint32_t) constants->bias[lane]);
            if (of->quick) output[lane] = (int8_t) clamp(finish_quick(sum, constants, lane, offset), of->low, of->high);
            else output[lane] = wasmote_finish_any(sum, constants, lane, of->zeroPoint, of->low, of->high);
        }
    }
}

#endif

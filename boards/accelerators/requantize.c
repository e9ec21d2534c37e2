#include "requantize.h"

quick_way wasmote_quick_way(const int8_t *tile, int32_t channels, uint32_t tileBytes, uint32_t depth)
{
    if (depth > quickDepth) return anyWay;
    uint32_t way = 0;
    for (int32_t n = 0; n < channels; n += 4, tile += tileBytes)
    {
        const tile_constants *constants = (const tile_constants *) tile;
        for (int32_t lane = 0; lane < 4 && n + lane < channels; lane++)
        {
            if (!is_quick(constants->bias[lane], constants->shift[lane])) return anyWay;
            way |= is_rounded_once(constants->shift[lane]) ? quickOnce : quickTwice;
        }
    }
    return (quick_way) way;
}

int8_t wasmote_finish_any(int32_t accumulator, const tile_constants *tile, int lane, int32_t zeroPoint, int32_t low, int32_t high)
{
    const int32_t value = requantize_any(accumulator, tile->multiplier[lane], tile->shift[lane]);
    return (int8_t) clamp((int32_t) ((uint32_t) value + (uint32_t) zeroPoint), low, high);
}

void wasmote_clamp_outputs(int8_t *output, int32_t count, int32_t low, int32_t high)
{
    if (low == -128 && high == 127) return;
    for (int8_t *const end = output + count; output < end; output++) *output = (int8_t) clamp(*output, low, high);
}

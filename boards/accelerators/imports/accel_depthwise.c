#include "windows.h"

/* Weights and constants of `channels` output channels, in tiles of 4 with `bytes` of weights each. */
static const int8_t *read_tiles(const parameters *from, uint32_t index, uint64_t channels, uint64_t bytes)
{
    return parameter_weights(from, index, (channels + 3) / 4 * (tileHeaderBytes + bytes));
}

bool wasmote_accel_depthwise_s8(parameters *from, uint32_t offset)
{
    window_operation of;
    if (!parameters_open(from, offset, windowParameters)) return false;
    if (!wasmote_read_window(from, &of)) return false;

    const uint64_t channels = (uint64_t) of.inputChannels * of.outputs;
    const uint64_t taps = (uint64_t) of.filterHeight * of.filterWidth;
    if (taps > acceleratorMaxDepth || !wasmote_read_output(from, &of, channels)) return false;
    of.weights = read_tiles(from, windowWeights, channels, (taps * 4 + 15) & ~15ull);
    if (!of.weights) return false;
    wasmote_depthwise_s8(&of);
    return true;
}

#include "pools.h"

bool wasmote_run_pool(const parameters *from, uint32_t elementBytes, uint64_t mostPixels, bool (*pool)(const pool_operation *))
{
    const int32_t limit = elementBytes == 2 ? 32768 : 128;
    if (!parameters_within(from, poolBatches, poolPadTop - poolBatches, 1, acceleratorMaxSize) || !parameters_within(from, poolPadTop, 2, 0, acceleratorMaxSize)) return false;
    if (!parameters_within(from, poolLow, 2, -limit, limit - 1) || parameter(from, poolLow) > parameter(from, poolHigh)) return false;

    pool_operation of = {
        .batches = parameter(from, poolBatches),
        .inputHeight = parameter(from, poolInputHeight),
        .inputWidth = parameter(from, poolInputWidth),
        .outputHeight = parameter(from, poolOutputHeight),
        .outputWidth = parameter(from, poolOutputWidth),
        .channels = parameter(from, poolChannels),
        .filterHeight = parameter(from, poolFilterHeight),
        .filterWidth = parameter(from, poolFilterWidth),
        .strideHeight = parameter(from, poolStrideHeight),
        .strideWidth = parameter(from, poolStrideWidth),
        .padTop = parameter(from, poolPadTop),
        .padLeft = parameter(from, poolPadLeft),
        .low = parameter(from, poolLow),
        .high = parameter(from, poolHigh),
    };
    if ((uint64_t) of.filterHeight * of.filterWidth > mostPixels) return false;
    if (!span_fits(of.outputHeight, of.strideHeight, of.filterHeight, 1)) return false;
    if (!span_fits(of.outputWidth, of.strideWidth, of.filterWidth, 1)) return false;
    const uint64_t inputs = (uint64_t) of.batches * of.inputHeight * of.inputWidth, outputs = (uint64_t) of.batches * of.outputHeight * of.outputWidth;
    if (inputs > UINT32_MAX || outputs > UINT32_MAX) return false;
    of.input = parameter_memory(from, poolInput, inputs * of.channels * elementBytes);
    of.output = parameter_memory(from, poolOutput, outputs * of.channels * elementBytes);
    if (!of.input || !of.output || (((uintptr_t) of.input | (uintptr_t) of.output) & (elementBytes - 1))) return false;
    return pool(&of);
}

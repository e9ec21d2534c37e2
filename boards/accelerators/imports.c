/*
 * The imports: they find and check what a block of parameters names, then call a kernel. A call whose parameters name
 * what is not there, or make no sense, traps. The numbers of the parameters are the interface.
 */
#include "accelerators.h"
#include "kernels.h"
#include "parameters.h"

/* Limits that keep all coordinates and counts within int32. */
enum { maxSize = 65535, maxSpan = 1 << 30, maxWindow = 1 << 23 };

enum window_parameter
{
    windowInput, windowOutput, windowScratch, windowScratchBytes, windowWeights,
    windowBatches, windowInputHeight, windowInputWidth, windowInputChannels,
    windowOutputHeight, windowOutputWidth, windowOutputs,
    windowFilterHeight, windowFilterWidth, windowStrideHeight, windowStrideWidth,
    windowDilationHeight, windowDilationWidth, windowPadTop, windowPadLeft,
    windowInputZeroPoint, windowOutputZeroPoint, windowLow, windowHigh,
    windowParameters
};

static const void *trap(void)
{
    return m3Err_trapOutOfBoundsMemoryAccess;
}

/* Pixels from the first window's start to the last one's end. */
static bool span_fits(int32_t outputs, int32_t stride, int32_t taps, int32_t dilation)
{
    return (uint64_t) (uint32_t) outputs * (uint32_t) stride + (uint64_t) (uint32_t) taps * (uint32_t) dilation <= maxSpan;
}

/* All of a window operation but its weights and its output. */
static bool read_window(const parameters *from, window_operation *to)
{
    if (!parameters_within(from, windowBatches, windowPadTop - windowBatches, 1, maxSize)) return false;
    if (!parameters_within(from, windowPadTop, 2, 0, maxSize)) return false;
    if (!parameters_within(from, windowInputZeroPoint, 2, -128, 127) || !parameters_are_range(from, windowLow)) return false;

    to->batches = parameter(from, windowBatches);
    to->inputHeight = parameter(from, windowInputHeight);
    to->inputWidth = parameter(from, windowInputWidth);
    to->inputChannels = parameter(from, windowInputChannels);
    to->outputHeight = parameter(from, windowOutputHeight);
    to->outputWidth = parameter(from, windowOutputWidth);
    to->outputs = parameter(from, windowOutputs);
    to->filterHeight = parameter(from, windowFilterHeight);
    to->filterWidth = parameter(from, windowFilterWidth);
    to->strideHeight = parameter(from, windowStrideHeight);
    to->strideWidth = parameter(from, windowStrideWidth);
    to->dilationHeight = parameter(from, windowDilationHeight);
    to->dilationWidth = parameter(from, windowDilationWidth);
    to->padTop = parameter(from, windowPadTop);
    to->padLeft = parameter(from, windowPadLeft);
    to->inputZeroPoint = parameter(from, windowInputZeroPoint);
    to->outputZeroPoint = parameter(from, windowOutputZeroPoint);
    to->low = parameter(from, windowLow);
    to->high = parameter(from, windowHigh);
    if (!span_fits(to->outputHeight, to->strideHeight, to->filterHeight, to->dilationHeight)) return false;
    if (!span_fits(to->outputWidth, to->strideWidth, to->filterWidth, to->dilationWidth)) return false;

    const uint64_t inputBytes = (uint64_t) to->batches * to->inputHeight * to->inputWidth * to->inputChannels;
    to->input = parameter_memory(from, windowInput, inputBytes);
    to->scratchBytes = (uint32_t) parameter(from, windowScratchBytes);
    to->scratch = parameter_memory(from, windowScratch, to->scratchBytes);
    return to->input && to->scratch && ((uintptr_t) to->scratch & 3) == 0;
}

static bool read_output(const parameters *from, window_operation *to, uint64_t channels)
{
    const uint64_t positions = (uint64_t) to->batches * to->outputHeight * to->outputWidth;
    if (positions > UINT32_MAX || channels > UINT32_MAX) return false;
    to->output = parameter_memory(from, windowOutput, positions * channels);
    return to->output != NULL;
}

/* Weights and constants of `channels` output channels, in tiles of 4 with `bytes` of weights each. */
static const int8_t *read_tiles(const parameters *from, uint32_t index, uint64_t channels, uint64_t bytes)
{
    return parameter_weights(from, index, (channels + 3) / 4 * (tileHeaderBytes + bytes));
}

static m3ApiRawFunction(accel_conv_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    window_operation of;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, windowParameters)) return trap();
    if (!read_window(&from, &of) || !read_output(&from, &of, (uint64_t) of.outputs)) return trap();

    const uint64_t depth = (uint64_t) of.filterHeight * of.filterWidth * of.inputChannels;
    if (depth > maxDepth || of.scratchBytes < wasmote_conv_scratch_bytes((uint32_t) depth)) return trap();
    of.weights = read_tiles(&from, windowWeights, (uint64_t) of.outputs, (depth + 3) / 4 * tileGroupBytes);
    if (!of.weights) return trap();
    wasmote_conv_s8(&of);
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_depthwise_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    window_operation of;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, windowParameters)) return trap();
    if (!read_window(&from, &of)) return trap();

    const uint64_t channels = (uint64_t) of.inputChannels * of.outputs;
    const uint64_t taps = (uint64_t) of.filterHeight * of.filterWidth;
    if (taps > maxDepth || !read_output(&from, &of, channels)) return trap();
    of.weights = read_tiles(&from, windowWeights, channels, (taps * 4 + 15) & ~15ull);
    if (!of.weights) return trap();
    wasmote_depthwise_s8(&of);
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_fully_connected_s8)
{
    enum { input, output, scratch, scratchBytes, weights, rows, inputs, outputs, outputZeroPoint, low, high, count };
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, count)) return trap();
    if (!parameters_within(&from, rows, 3, 1, INT32_MAX) || !parameters_within(&from, inputs, 1, 1, maxDepth)) return trap();
    if (!parameters_within(&from, outputZeroPoint, 1, -128, 127) || !parameters_are_range(&from, low)) return trap();

    fully_connected_operation of = {
        .scratchBytes = (uint32_t) parameter(&from, scratchBytes),
        .rows = parameter(&from, rows),
        .inputs = parameter(&from, inputs),
        .outputs = parameter(&from, outputs),
        .outputZeroPoint = parameter(&from, outputZeroPoint),
        .low = parameter(&from, low),
        .high = parameter(&from, high),
    };
    of.input = parameter_memory(&from, input, (uint64_t) of.rows * of.inputs);
    of.output = parameter_memory(&from, output, (uint64_t) of.rows * of.outputs);
    of.scratch = parameter_memory(&from, scratch, of.scratchBytes);
    of.weights = read_tiles(&from, weights, (uint64_t) of.outputs, ((uint64_t) of.inputs + 3) / 4 * tileGroupBytes);
    if (!of.input || !of.output || !of.scratch || ((uintptr_t) of.scratch & 3) || !of.weights) return trap();
    wasmote_fully_connected_s8(&of);
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_add_s8)
{
    enum
    {
        wide, narrow, output, length, wideZeroPoint, narrowZeroPoint, wideSign, narrowSign,
        narrowMultiplier, narrowShift, multiplier, shift, outputZeroPoint, low, high, count
    };
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, count)) return trap();
    if (!parameters_within(&from, length, 1, 0, INT32_MAX) || !parameters_within(&from, wideZeroPoint, 2, -128, 127)) return trap();
    if (!parameters_within(&from, wideSign, 2, -1, 1)) return trap();
    if (!parameters_within(&from, narrowMultiplier, 1, 0, INT32_MAX) || !parameters_within(&from, multiplier, 1, 0, INT32_MAX)) return trap();
    if (!parameters_within(&from, narrowShift, 1, 0, 31) || !parameters_within(&from, shift, 1, 1, 31)) return trap();
    if (!parameters_within(&from, outputZeroPoint, 1, -128, 127) || !parameters_are_range(&from, low)) return trap();

    const add_operation of = {
        .length = parameter(&from, length),
        .wide = parameter_memory(&from, wide, (uint32_t) parameter(&from, length)),
        .narrow = parameter_memory(&from, narrow, (uint32_t) parameter(&from, length)),
        .output = parameter_memory(&from, output, (uint32_t) parameter(&from, length)),
        .wideZeroPoint = parameter(&from, wideZeroPoint),
        .narrowZeroPoint = parameter(&from, narrowZeroPoint),
        .wideSign = parameter(&from, wideSign),
        .narrowSign = parameter(&from, narrowSign),
        .narrowMultiplier = parameter(&from, narrowMultiplier),
        .narrowShift = parameter(&from, narrowShift),
        .multiplier = parameter(&from, multiplier),
        .shift = parameter(&from, shift),
        .outputZeroPoint = parameter(&from, outputZeroPoint),
        .low = parameter(&from, low),
        .high = parameter(&from, high),
    };
    if (!of.wide || !of.narrow || !of.output) return trap();
    wasmote_add_s8(&of);
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_average_pool_s8)
{
    enum
    {
        input, output, batches, inputHeight, inputWidth, outputHeight, outputWidth, channels,
        filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft, low, high, count
    };
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, count)) return trap();
    if (!parameters_within(&from, batches, padTop - batches, 1, maxSize) || !parameters_within(&from, padTop, 2, 0, maxSize)) return trap();
    if (!parameters_are_range(&from, low)) return trap();

    pool_operation of = {
        .batches = parameter(&from, batches),
        .inputHeight = parameter(&from, inputHeight),
        .inputWidth = parameter(&from, inputWidth),
        .outputHeight = parameter(&from, outputHeight),
        .outputWidth = parameter(&from, outputWidth),
        .channels = parameter(&from, channels),
        .filterHeight = parameter(&from, filterHeight),
        .filterWidth = parameter(&from, filterWidth),
        .strideHeight = parameter(&from, strideHeight),
        .strideWidth = parameter(&from, strideWidth),
        .padTop = parameter(&from, padTop),
        .padLeft = parameter(&from, padLeft),
        .low = parameter(&from, low),
        .high = parameter(&from, high),
    };
    if ((uint64_t) of.filterHeight * of.filterWidth > maxWindow) return trap();
    if (!span_fits(of.outputHeight, of.strideHeight, of.filterHeight, 1)) return trap();
    if (!span_fits(of.outputWidth, of.strideWidth, of.filterWidth, 1)) return trap();
    of.input = parameter_memory(&from, input, (uint64_t) of.batches * of.inputHeight * of.inputWidth * of.channels);
    of.output = parameter_memory(&from, output, (uint64_t) of.batches * of.outputHeight * of.outputWidth * of.channels);
    if (!of.input || !of.output || !wasmote_average_pool_s8(&of)) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_softmax_s8)
{
    enum { input, output, scratch, weights, entries, rows, depth, count };
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, count)) return trap();
    if (!parameters_within(&from, entries, 1, 1, 256) || !parameters_within(&from, rows, 2, 1, INT32_MAX)) return trap();

    softmax_operation of = {
        .entries = parameter(&from, entries),
        .rows = parameter(&from, rows),
        .depth = parameter(&from, depth),
    };
    const uint64_t length = (uint64_t) of.rows * of.depth;
    of.input = parameter_memory(&from, input, length);
    of.output = parameter_memory(&from, output, length);
    of.exponentials = parameter_weights(&from, weights, 4ull * of.entries);
    if (!of.input || !of.output || !of.exponentials) return trap();
    wasmote_softmax_s8(&of);
    m3ApiSuccess();
}

const wasmote_accelerator wasmote_accelerators[] = {
    { "accel_conv_s8", 1, accel_conv_s8 },
    { "accel_depthwise_s8", 2, accel_depthwise_s8 },
    { "accel_fully_connected_s8", 4, accel_fully_connected_s8 },
    { "accel_add_s8", 8, accel_add_s8 },
    { "accel_average_pool_s8", 16, accel_average_pool_s8 },
    { "accel_softmax_s8", 32, accel_softmax_s8 },
    { 0, 0, 0 }
};

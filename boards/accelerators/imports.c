/*
 * The imports: they find and check what a block of parameters names, then call a kernel. A call whose parameters name
 * what is not there, or make no sense, traps.
 */
#include "../abi/abi.h"
#include "accelerators.h"
#include "kernels.h"
#include "parameters.h"
#include "product.h"

static const void *trap(void)
{
    return m3Err_trapOutOfBoundsMemoryAccess;
}

/* Pixels from the first window's start to the last one's end. */
static bool span_fits(int32_t outputs, int32_t stride, int32_t taps, int32_t dilation)
{
    return (uint64_t) (uint32_t) outputs * (uint32_t) stride + (uint64_t) (uint32_t) taps * (uint32_t) dilation <= acceleratorMaxSpan;
}

/* All of a window operation but its weights and its output. */
static bool read_window(const parameters *from, window_operation *to)
{
    if (!parameters_within(from, windowBatches, windowPadTop - windowBatches, 1, acceleratorMaxSize)) return false;
    if (!parameters_within(from, windowPadTop, 2, 0, acceleratorMaxSize)) return false;
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

/* As read_tiles, of `depth` inputs an output, stored so; the table that comes before them, if there is one. */
static const uint8_t *read_stored_tiles(const parameters *from, uint32_t index, uint64_t channels, uint64_t depth, int32_t storage)
{
    const uint64_t groups = (depth + 3) / 4 * tileGroupBytes;
    if (!is_narrow(storage)) return parameter_weights(from, index, (channels + 3) / 4 * (tileHeaderBytes + groups));
    const uint64_t weights = filled_weights(storage, groups);
    return parameter_weights(from, index, table_bytes(storage) + (channels + 3) / 4 * (tileHeaderBytes + wasmote_stored_bytes(storage, weights, 1)));
}

static __attribute__((noinline)) bool run_conv(const parameters *from, int32_t storage)
{
    window_operation of;
    if (storage != storedAsComputed && !is_known_narrow(storage)) return false;
    if (!read_window(from, &of) || !read_output(from, &of, (uint64_t) of.outputs)) return false;

    const uint64_t depth = (uint64_t) of.filterHeight * of.filterWidth * of.inputChannels;
    if (depth > acceleratorMaxDepth || of.scratchBytes < wasmote_conv_scratch_bytes((uint32_t) depth, storage)) return false;
    of.storage = storage;
    of.table = read_stored_tiles(from, windowWeights, (uint64_t) of.outputs, depth, storage);
    if (!of.table) return false;
    of.weights = (const int8_t *) of.table + table_bytes(storage);
    wasmote_conv_s8(&of);
    return true;
}

static m3ApiRawFunction(accel_conv_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, windowParameters)) return trap();
    if (!run_conv(&from, storedAsComputed)) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_stored_conv_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, storedWindowParameters)) return trap();
    if (!run_conv(&from, parameter(&from, storedWindowStorage))) return trap();
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
    if (taps > acceleratorMaxDepth || !read_output(&from, &of, channels)) return trap();
    of.weights = read_tiles(&from, windowWeights, channels, (taps * 4 + 15) & ~15ull);
    if (!of.weights) return trap();
    wasmote_depthwise_s8(&of);
    m3ApiSuccess();
}

/* Inlined twice: of small layers, what is asked of the parameters is a good part. */
static inline __attribute__((always_inline)) bool run_fully_connected(const parameters *from, int32_t storage)
{
    if (storage != storedAsComputed && !is_known_narrow(storage)) return false;
    if (!parameters_within(from, fullyConnectedRows, 3, 1, INT32_MAX) || !parameters_within(from, fullyConnectedInputs, 1, 1, acceleratorMaxDepth)) return false;
    if (!parameters_within(from, fullyConnectedOutputZeroPoint, 1, -128, 127) || !parameters_are_range(from, fullyConnectedLow)) return false;

    fully_connected_operation of = {
        .scratchBytes = (uint32_t) parameter(from, fullyConnectedScratchBytes),
        .storage = storage,
        .rows = parameter(from, fullyConnectedRows),
        .inputs = parameter(from, fullyConnectedInputs),
        .outputs = parameter(from, fullyConnectedOutputs),
        .outputZeroPoint = parameter(from, fullyConnectedOutputZeroPoint),
        .low = parameter(from, fullyConnectedLow),
        .high = parameter(from, fullyConnectedHigh),
    };
    of.input = parameter_memory(from, fullyConnectedInput, (uint64_t) of.rows * of.inputs);
    of.output = parameter_memory(from, fullyConnectedOutput, (uint64_t) of.rows * of.outputs);
    of.scratch = parameter_memory(from, fullyConnectedScratch, of.scratchBytes);
    of.table = read_stored_tiles(from, fullyConnectedWeights, (uint64_t) of.outputs, (uint64_t) of.inputs, storage);
    if (!of.input || !of.output || !of.scratch || ((uintptr_t) of.scratch & 3) || !of.table) return false;
    if (is_narrow(storage) && of.scratchBytes < roundWeights) return false;
    of.weights = (const int8_t *) of.table + (is_narrow(storage) ? table_bytes(storage) : 0);
    wasmote_fully_connected_s8(&of);
    return true;
}

static m3ApiRawFunction(accel_fully_connected_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, fullyConnectedParameters)) return trap();
    if (!run_fully_connected(&from, storedAsComputed)) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_stored_fully_connected_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, storedFullyConnectedParameters)) return trap();
    if (!run_fully_connected(&from, parameter(&from, storedFullyConnectedStorage))) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_add_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, addParameters)) return trap();
    if (!parameters_within(&from, addLength, 1, 0, INT32_MAX) || !parameters_within(&from, addWideZeroPoint, 2, -128, 127)) return trap();
    if (!parameters_within(&from, addWideSign, 2, -1, 1)) return trap();
    if (!parameters_within(&from, addNarrowMultiplier, 1, 0, INT32_MAX) || !parameters_within(&from, addMultiplier, 1, 0, INT32_MAX)) return trap();
    if (!parameters_within(&from, addNarrowShift, 1, 0, 31) || !parameters_within(&from, addShift, 1, 1, 31)) return trap();
    if (!parameters_within(&from, addOutputZeroPoint, 1, -128, 127) || !parameters_are_range(&from, addLow)) return trap();

    const add_operation of = {
        .length = parameter(&from, addLength),
        .wide = parameter_memory(&from, addWide, (uint32_t) parameter(&from, addLength)),
        .narrow = parameter_memory(&from, addNarrow, (uint32_t) parameter(&from, addLength)),
        .output = parameter_memory(&from, addOutput, (uint32_t) parameter(&from, addLength)),
        .wideZeroPoint = parameter(&from, addWideZeroPoint),
        .narrowZeroPoint = parameter(&from, addNarrowZeroPoint),
        .wideSign = parameter(&from, addWideSign),
        .narrowSign = parameter(&from, addNarrowSign),
        .narrowMultiplier = parameter(&from, addNarrowMultiplier),
        .narrowShift = parameter(&from, addNarrowShift),
        .multiplier = parameter(&from, addMultiplier),
        .shift = parameter(&from, addShift),
        .outputZeroPoint = parameter(&from, addOutputZeroPoint),
        .low = parameter(&from, addLow),
        .high = parameter(&from, addHigh),
    };
    if (!of.wide || !of.narrow || !of.output) return trap();
    wasmote_add_s8(&of);
    m3ApiSuccess();
}

/* An average pool of elements of 1 or 2 bytes, done. */
static inline __attribute__((always_inline)) bool run_average_pool(const parameters *from, uint32_t elementBytes)
{
    const int32_t limit = elementBytes == 2 ? 32768 : 128;
    const uint64_t window = elementBytes == 2 ? maxWidePool : acceleratorMaxWindow;
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
    if ((uint64_t) of.filterHeight * of.filterWidth > window) return false;
    if (!span_fits(of.outputHeight, of.strideHeight, of.filterHeight, 1)) return false;
    if (!span_fits(of.outputWidth, of.strideWidth, of.filterWidth, 1)) return false;
    const uint64_t inputs = (uint64_t) of.batches * of.inputHeight * of.inputWidth, outputs = (uint64_t) of.batches * of.outputHeight * of.outputWidth;
    if (inputs > UINT32_MAX || outputs > UINT32_MAX) return false;
    of.input = parameter_memory(from, poolInput, inputs * of.channels * elementBytes);
    of.output = parameter_memory(from, poolOutput, outputs * of.channels * elementBytes);
    if (!of.input || !of.output || (((uintptr_t) of.input | (uintptr_t) of.output) & (elementBytes - 1))) return false;
    return elementBytes == 2 ? wasmote_average_pool_s16(&of) : wasmote_average_pool_s8(&of);
}

static m3ApiRawFunction(accel_average_pool_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, poolParameters)) return trap();
    if (!run_average_pool(&from, 1)) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_average_pool_s16)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, poolParameters)) return trap();
    if (!run_average_pool(&from, 2)) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_softmax_s8)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, softmaxParameters)) return trap();
    if (!parameters_within(&from, softmaxEntries, 1, 1, 256) || !parameters_within(&from, softmaxRows, 2, 1, INT32_MAX)) return trap();

    softmax_operation of = {
        .entries = parameter(&from, softmaxEntries),
        .rows = parameter(&from, softmaxRows),
        .depth = parameter(&from, softmaxDepth),
    };
    const uint64_t length = (uint64_t) of.rows * of.depth;
    of.input = parameter_memory(&from, softmaxInput, length);
    of.output = parameter_memory(&from, softmaxOutput, length);
    of.exponentials = parameter_weights(&from, softmaxWeights, 4ull * of.entries);
    if (!of.input || !of.output || !of.exponentials) return trap();
    wasmote_softmax_s8(&of);
    m3ApiSuccess();
}

/* Activations of a product, by the bytes of an element. */
typedef enum product_type { productInt8 = 1, productInt16 = 2, productFloat32 = 4 } product_type;

/* Zero points, ranges and the storage of weights, as far as they differ by the activations' type. */
static bool read_product_types(const parameters *from, product_operation *to, product_type type)
{
    const int32_t limit = type == productInt16 ? 32768 : 128, zero = type == productInt8 ? 128 : 0;
    const int32_t storage = parameter(from, productStorage);
    if (type != productInt8 && type != productInt16 && type != productFloat32) return false;
    if (!parameters_within(from, productInputZeroPoint, 2, -zero, zero ? 127 : 0)) return false;
    if (type != productFloat32 && !parameters_within(from, productLow, 2, -limit, limit - 1)) return false;
    if (parameter(from, productLow) > parameter(from, productHigh)) return false;
    if (!parameters_within(from, productWeightsZeroPoint, 1, -128, 127)) return false;
    if (!parameters_within(from, productLongSums, 1, 0, type == productInt16)) return false;
    const bool isWider = type == productFloat32 && (storage == storedFloat16 || storage == storedInt8);
    if (storage != storedAsComputed && !is_known_narrow(storage) && !isWider) return false;

    to->inputZeroPoint = parameter(from, productInputZeroPoint);
    to->outputZeroPoint = parameter(from, productOutputZeroPoint);
    to->low = parameter(from, productLow);
    to->high = parameter(from, productHigh);
    to->lowest = parameter_float(from, productLowest);
    to->highest = parameter_float(from, productHighest);
    to->storage = storage;
    to->weightsZeroPoint = parameter(from, productWeightsZeroPoint);
    to->isWide = type == productInt16;
    to->isLong = parameter(from, productLongSums) == 1;
    return true;
}

/* All of a product but its weights and its output. */
static bool read_product(const parameters *from, product_operation *to, product_type type)
{
    if (!parameters_within(from, productBatches, productPadTop - productBatches, 1, acceleratorMaxSize)) return false;
    if (!parameters_within(from, productPadTop, 2, 0, acceleratorMaxSize)) return false;
    if (!read_product_types(from, to, type)) return false;

    to->batches = parameter(from, productBatches);
    to->inputHeight = parameter(from, productInputHeight);
    to->inputWidth = parameter(from, productInputWidth);
    to->inputChannels = parameter(from, productInputChannels);
    to->outputHeight = parameter(from, productOutputHeight);
    to->outputWidth = parameter(from, productOutputWidth);
    to->outputs = parameter(from, productOutputs);
    to->filterHeight = parameter(from, productFilterHeight);
    to->filterWidth = parameter(from, productFilterWidth);
    to->strideHeight = parameter(from, productStrideHeight);
    to->strideWidth = parameter(from, productStrideWidth);
    to->dilationHeight = parameter(from, productDilationHeight);
    to->dilationWidth = parameter(from, productDilationWidth);
    to->padTop = parameter(from, productPadTop);
    to->padLeft = parameter(from, productPadLeft);
    if (!span_fits(to->outputHeight, to->strideHeight, to->filterHeight, to->dilationHeight)) return false;
    if (!span_fits(to->outputWidth, to->strideWidth, to->filterWidth, to->dilationWidth)) return false;

    const uint64_t pixels = (uint64_t) to->batches * to->inputHeight * to->inputWidth;
    if (pixels > UINT32_MAX) return false;
    to->input = parameter_memory(from, productInput, pixels * to->inputChannels * type);
    to->scratchBytes = (uint32_t) parameter(from, productScratchBytes);
    to->scratch = parameter_memory(from, productScratch, to->scratchBytes);
    return to->input && ((uintptr_t) to->input & (type - 1)) == 0 && to->scratch && ((uintptr_t) to->scratch & 3) == 0;
}

/* Output and weights of `channels` outputs with `weights` places in each tile, filled up to `alignment` bytes. */
static bool read_product_tiles(const parameters *from, product_operation *to, product_type type, uint64_t channels, uint64_t weights, uint32_t alignment)
{
    const uint64_t positions = (uint64_t) to->batches * to->outputHeight * to->outputWidth;
    const uint64_t whole = type == productFloat32 ? 4 : 1;
    const uint64_t stored = wasmote_stored_bytes(to->storage, weights, (uint32_t) whole);
    const uint64_t bytes = (stored + alignment - 1) / alignment * alignment;
    if (positions > UINT32_MAX || channels > UINT32_MAX) return false;
    to->output = parameter_memory(from, productOutput, positions * channels > INT32_MAX ? UINT64_MAX : positions * channels * type);
    to->table = parameter_weights(from, productWeights, table_bytes(to->storage) + (channels + 3) / 4 * (product_header_bytes(to) + bytes));
    to->weights = to->table ? to->table + table_bytes(to->storage) : NULL;
    return to->output && ((uintptr_t) to->output & (type - 1)) == 0 && to->weights;
}

static bool run_product(const parameters *from, product_type type)
{
    product_operation of;
    if (!read_product(from, &of, type)) return false;
    const uint64_t depth = (uint64_t) of.filterHeight * of.filterWidth * of.inputChannels, places = (depth + 3) / 4 * productGroup;
    if (depth > acceleratorMaxDepth || !read_product_tiles(from, &of, type, (uint64_t) of.outputs, places, 1)) return false;
    if (type == productFloat32)
    {
        if (of.storage != storedAsComputed && of.scratchBytes < filled_weights(of.storage, places) * 4) return false;
        wasmote_product_f32(&of);
        return true;
    }
    if (of.scratchBytes < wasmote_product_scratch_bytes((uint32_t) depth, of.storage)) return false;
    wasmote_product_integers(&of);
    return true;
}

static bool run_depthwise_product(const parameters *from, product_type type)
{
    product_operation of;
    if (!read_product(from, &of, type)) return false;
    const uint64_t channels = (uint64_t) of.inputChannels * of.outputs, taps = (uint64_t) of.filterHeight * of.filterWidth;
    if (taps > acceleratorMaxDepth || !read_product_tiles(from, &of, type, channels, taps * 4, 16)) return false;
    if (type == productFloat32)
    {
        if (of.storage != storedAsComputed && of.scratchBytes < filled_weights(of.storage, taps * 4) * 4) return false;
        wasmote_depthwise_f32(&of);
        return true;
    }
    if (of.scratchBytes < wasmote_depthwise_scratch_bytes((uint32_t) taps, of.storage)) return false;
    wasmote_depthwise_integers(&of);
    return true;
}

static m3ApiRawFunction(accel_product)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, productParameters)) return trap();
    if (!run_product(&from, (product_type) parameter(&from, productElementBytes))) return trap();
    m3ApiSuccess();
}

static m3ApiRawFunction(accel_depthwise_product)
{
    m3ApiGetArg(uint32_t, offset)
    parameters from;
    if (!parameters_open(&from, runtime, _ctx->userdata, _mem, offset, productParameters)) return trap();
    if (!run_depthwise_product(&from, (product_type) parameter(&from, productElementBytes))) return trap();
    m3ApiSuccess();
}

const wasmote_accelerator wasmote_accelerators[] = {
    { "accel_conv_s8", acceleratorConv, accel_conv_s8 },
    { "accel_depthwise_s8", acceleratorDepthwise, accel_depthwise_s8 },
    { "accel_fully_connected_s8", acceleratorFullyConnected, accel_fully_connected_s8 },
    { "accel_add_s8", acceleratorAdd, accel_add_s8 },
    { "accel_average_pool_s8", acceleratorAveragePool, accel_average_pool_s8 },
    { "accel_softmax_s8", acceleratorSoftmax, accel_softmax_s8 },
    { "accel_product", acceleratorProduct, accel_product },
    { "accel_depthwise_product", acceleratorDepthwiseProduct, accel_depthwise_product },
    { "accel_stored_conv_s8", acceleratorStoredConv, accel_stored_conv_s8 },
    { "accel_stored_fully_connected_s8", acceleratorStoredFullyConnected, accel_stored_fully_connected_s8 },
    { "accel_average_pool_s16", acceleratorAveragePoolInt16, accel_average_pool_s16 },
    { 0, 0, 0 }
};

#include "../product.h"
#include "../stored_weights.h"
#include "windows.h"

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

bool wasmote_accel_product(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, productParameters)
        && run_product(from, (product_type) parameter(from, productElementBytes));
}

bool wasmote_accel_depthwise_product(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, productParameters)
        && run_depthwise_product(from, (product_type) parameter(from, productElementBytes));
}

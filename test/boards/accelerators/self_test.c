/*
 * Compares a processor's kernels with plain arithmetic (reference.c) on random operations, to the byte. Prints a hash of what
 * those of signal.h give and "ok CASES", or the seed of the first case that differs. What lies around the output and the scratch memory must not change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "reference.h"
#include "signal_test.h"
#include "stored_weights.h"

enum { guardBytes = 32, poison = 0x5a, cases = CASES, signalCases = 100 };

static uint32_t state;

static uint32_t next(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static int32_t between(int32_t low, int32_t high)
{
    return low + (int32_t) (next() % (uint32_t) (high - low + 1));
}

static bool seldom(void)
{
    return next() % 8 == 0;
}

static int8_t input[1 << 16];
static uint32_t weights[1 << 14], scratch[1 << 14], table[8];
static int8_t output[1 << 15] __attribute__((aligned(8))), expected[1 << 15] __attribute__((aligned(8)));
static uint32_t wide[1 << 14];

/* Whether constants are all just within what kernels take 32-bit steps for, and zero points as large as can be. */
static bool atBounds;

static void draw_bytes(int8_t *to, uint32_t count, bool extreme)
{
    for (uint32_t i = 0; i < count; i++)
        to[i] = (int8_t) (extreme ? (next() & 1 ? 127 : -128) : between(-128, 127));
}

/*
 * Constants of the channels of all tiles: mostly such as models have, of which some, or all channels are rounded once, seldom
 * any, and seldom such as lie about the bounds within which kernels take 32-bit steps.
 */
static void draw_constants(uint32_t tileBytes, uint32_t tiles)
{
    const bool wild = !atBounds && seldom(), edge = atBounds || (!wild && seldom()), beyond = !atBounds && seldom();
    const int32_t once = between(-8, 4);      /* of 4 channels, on an average */
    const int32_t edgeShift = between(20, 27), sign = next() & 1 ? 1 : -1;
    for (uint32_t t = 0; t < tiles; t++)
    {
        tile_constants *to = (tile_constants *) ((int8_t *) weights + t * tileBytes);
        for (int lane = 0; lane < 4; lane++)
        {
            to->bias[lane] = wild && seldom() ? (int32_t) (next() << 9) : between(-100000, 100000);
            /* Of a multiplier of 1/2 many results lie half-way. */
            to->multiplier[lane] = seldom() ? 0 : (int32_t) ((1u << 30) + (seldom() ? 0 : next() << 6 & 0x3fffffff));
            to->shift[lane] = wild ? between(-8, 31) : between(1, 14);
            if (edge)
            {
                to->bias[lane] = sign * ((1 << 29) - between(beyond ? -70000 : 1, 70000));
                to->multiplier[lane] = INT32_MAX - between(0, 100);
                to->shift[lane] = between(edgeShift - 2, edgeShift);
            }
            if (between(0, 3) < once) to->shift[lane] += 64;
        }
    }
}

static void draw_range(int32_t *low, int32_t *high)
{
    *low = -128;
    *high = 127;
    if (next() & 1) return;
    *low = between(-128, 127);
    *high = between(*low, 127);
}

static int32_t draw_zero_point(void)
{
    if (atBounds) return next() & 1 ? 127 : -128;
    return seldom() ? -128 : seldom() ? 127 : between(-128, 127);
}

static void draw_window(window_operation *of, bool extreme)
{
    memset(of, 0, sizeof *of);
    of->batches = seldom() ? 2 : 1;
    of->inputChannels = next() & 1 ? 4 * between(1, 6) : between(1, 13);
    if (seldom()) of->inputChannels = 44;
    of->inputHeight = between(1, 9);
    of->inputWidth = between(1, 9);
    of->filterHeight = next() & 1 ? 3 : between(1, 5);
    of->filterWidth = next() & 1 ? 3 : between(1, 5);
    of->dilationHeight = seldom() ? 2 : 1;
    of->dilationWidth = seldom() ? 2 : 1;
    of->strideHeight = between(1, 3);
    of->strideWidth = between(1, 3);
    of->padTop = between(0, 2);
    of->padLeft = between(0, 2);
    of->outputHeight = between(1, 8);
    of->outputWidth = between(1, 8);
    of->outputs = between(1, 11);
    of->inputZeroPoint = between(-128, 127);
    of->outputZeroPoint = draw_zero_point();
    draw_range(&of->low, &of->high);
    draw_bytes(input, (uint32_t) (of->batches * of->inputHeight * of->inputWidth * of->inputChannels) + 64, extreme);
    /* Any alignment. */
    of->input = input + next() % 4;
    of->weights = (const int8_t *) weights;
}

/* A storage of int8 weights: of 8 bits, or of fewer with any table. */
static int32_t draw_storage(void)
{
    draw_bytes((int8_t *) table, sizeof table, seldom());
    return next() & 1 ? storedAsComputed : between(storedInt4, storedTable4);
}

/* Bytes of a tile of so many groups of 16 weights. */
static uint32_t tile_bytes_of(int32_t storage, uint32_t groups)
{
    return tileHeaderBytes + (uint32_t) wasmote_stored_bytes(storage, groups * tileGroupBytes, 1);
}

static bool unchanged(const int8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) if (bytes[i] != poison) return false;
    return true;
}

static void clear(void)
{
    memset(output, poison, sizeof output);
    memset(expected, poison, sizeof expected);
    memset(scratch, poison, sizeof scratch);
}

static bool same(uint32_t scratchBytes)
{
    const int8_t *const after = (const int8_t *) scratch + guardBytes + scratchBytes;
    return memcmp(output, expected, sizeof output) == 0 && unchanged((const int8_t *) scratch, guardBytes)
        && unchanged(after, (uint32_t) ((const int8_t *) scratch + sizeof scratch - after));
}

static bool run_window(void (*kernel)(const window_operation *), void (*reference)(const window_operation *), window_operation *of)
{
    clear();
    of->scratch = (int8_t *) scratch + guardBytes;
    of->output = output + guardBytes + next() % 4;
    kernel(of);
    window_operation other = *of;
    other.output = expected + (of->output - output);
    other.scratch = NULL;
    reference(&other);
    return same(of->scratchBytes);
}

/* A convolution of the geometry that was drawn, with weights of any storage. */
static bool run_conv(window_operation *of, bool extreme)
{
    const uint32_t depth = (uint32_t) (of->filterHeight * of->filterWidth * of->inputChannels), groups = (depth + 3) / 4;
    of->storage = draw_storage();
    of->table = (const uint8_t *) table;
    const uint32_t tileBytes = tile_bytes_of(of->storage, groups), tiles = (uint32_t) (of->outputs + 3) / 4;
    draw_bytes((int8_t *) weights, tiles * tileBytes, extreme);
    draw_constants(tileBytes, tiles);
    of->scratchBytes = wasmote_conv_scratch_bytes(depth, of->storage) + next() % (groups * 48);
    return run_window(wasmote_conv_s8, reference_conv_s8, of);
}

static bool test_conv(void)
{
    const bool extreme = seldom();
    window_operation of;
    draw_window(&of, extreme);
    return run_conv(&of, extreme);
}

/* A convolution of 1x1 of all pixels, whose inputs are read where they lie. */
static bool test_pointwise(void)
{
    const bool extreme = seldom();
    window_operation of;
    draw_window(&of, extreme);
    of.filterHeight = of.filterWidth = of.strideHeight = of.strideWidth = 1;
    of.padTop = of.padLeft = 0;
    of.outputHeight = of.inputHeight = between(1, 4);
    of.outputWidth = of.inputWidth = between(1, 5);
    of.inputChannels = between(1, seldom() ? 130 : 50);
    of.outputs = between(1, 17);
    draw_bytes(input, (uint32_t) (of.batches * of.inputHeight * of.inputWidth * of.inputChannels) + 4, extreme);
    return run_conv(&of, extreme);
}

/* A patch of more inputs than kernels add up in one go, with products that are as large as can be. */
static bool test_deep_conv(void)
{
    window_operation of;
    draw_window(&of, false);
    of.inputChannels = between(60, 70);
    of.inputHeight = of.inputWidth = of.filterHeight = of.filterWidth = 3;
    of.outputHeight = between(1, 3);
    of.outputWidth = between(1, 3);
    of.outputs = between(1, 5);
    of.inputZeroPoint = next() & 1 ? -128 : 127;
    memset(input, of.inputZeroPoint, (size_t) (of.batches * 9 * of.inputChannels) + 64);
    const uint32_t depth = (uint32_t) (9 * of.inputChannels), groups = (depth + 3) / 4;
    of.storage = draw_storage();
    of.table = (const uint8_t *) table;
    const uint32_t tileBytes = tile_bytes_of(of.storage, groups), tiles = (uint32_t) (of.outputs + 3) / 4;
    memset(weights, next() & 1 ? -128 : 127, tiles * tileBytes);
    draw_constants(tileBytes, tiles);
    of.scratchBytes = wasmote_conv_scratch_bytes(depth, of.storage) + next() % (groups * 48);
    return run_window(wasmote_conv_s8, reference_conv_s8, &of);
}

static bool test_depthwise(void)
{
    const bool extreme = seldom();
    window_operation of;
    draw_window(&of, extreme);
    if (next() & 3)
    {
        of.filterHeight = of.filterWidth = 3;
        of.dilationHeight = of.dilationWidth = of.outputs = 1;
    }
    const uint32_t taps = (uint32_t) (of.filterHeight * of.filterWidth), tileBytes = tileHeaderBytes + ((taps * 4 + 15) & ~15u);
    const uint32_t tiles = (uint32_t) (of.inputChannels * of.outputs + 3) / 4;
    draw_bytes((int8_t *) weights, tiles * tileBytes, extreme);
    draw_constants(tileBytes, tiles);
    of.scratchBytes = next() % 800;
    return run_window(wasmote_depthwise_s8, reference_depthwise_s8, &of);
}

/* Rows, or columns, that are long, and filters of up to 15 taps along them. */
static bool test_long_depthwise(void)
{
    const bool extreme = seldom();
    window_operation of;
    draw_window(&of, extreme);
    const int32_t inputs = between(1, 40), outputs = between(1, 40), filter = next() & 1 ? 3 : between(1, 15);
    if (next() & 1)
    {
        of.inputWidth = inputs;
        of.outputWidth = outputs;
        of.filterWidth = filter;
        of.outputHeight = between(1, 3);
    }
    else
    {
        of.inputHeight = inputs;
        of.outputHeight = outputs;
        of.filterHeight = filter;
        of.inputWidth = of.outputWidth = of.filterWidth = 1;
        of.padLeft = seldom() ? 1 : 0;
    }
    of.outputs = seldom() ? 2 : 1;
    draw_bytes(input, (uint32_t) (of.batches * of.inputHeight * of.inputWidth * of.inputChannels) + 64, extreme);
    const uint32_t taps = (uint32_t) (of.filterHeight * of.filterWidth), tileBytes = tileHeaderBytes + ((taps * 4 + 15) & ~15u);
    const uint32_t tiles = (uint32_t) (of.inputChannels * of.outputs + 3) / 4;
    draw_bytes((int8_t *) weights, tiles * tileBytes, extreme);
    draw_constants(tileBytes, tiles);
    of.scratchBytes = next() % 1600;
    return run_window(wasmote_depthwise_s8, reference_depthwise_s8, &of);
}

static bool at_bounds(bool (*test)(void))
{
    atBounds = true;
    const bool right = test();
    atBounds = false;
    return right;
}

static bool test_conv_at_bounds(void) { return at_bounds(test_conv); }
static bool test_depthwise_at_bounds(void) { return at_bounds(test_depthwise); }

static bool test_fully_connected(void)
{
    const bool extreme = seldom();
    fully_connected_operation of = {
        .rows = seldom() ? 3 : 1,
        .inputs = between(1, seldom() ? 700 : 90),
        .outputs = between(1, 17),
        .outputZeroPoint = draw_zero_point(),
        .scratch = (int8_t *) scratch + guardBytes,
        .scratchBytes = next() % 1000,
        .storage = draw_storage(),
        .table = (const uint8_t *) table,
        .input = input + next() % 4,
        .output = output + guardBytes + next() % 4,
        .weights = (const int8_t *) weights,
    };
    draw_range(&of.low, &of.high);
    draw_bytes(input, (uint32_t) (of.rows * of.inputs) + 4, extreme);
    if (is_narrow(of.storage)) of.scratchBytes += roundWeights;
    const uint32_t tileBytes = tile_bytes_of(of.storage, (uint32_t) (of.inputs + 3) / 4), tiles = (uint32_t) (of.outputs + 3) / 4;
    draw_bytes((int8_t *) weights, tiles * tileBytes, extreme);
    draw_constants(tileBytes, tiles);
    clear();
    wasmote_fully_connected_s8(&of);
    fully_connected_operation other = of;
    other.output = expected + (of.output - output);
    other.scratch = NULL;
    reference_fully_connected_s8(&other);
    return same(of.scratchBytes);
}

static bool test_add(void)
{
    add_operation of = {
        .wide = input + next() % 4,
        .narrow = input + 1000 + next() % 4,
        .output = output + guardBytes + next() % 4,
        .length = between(0, 70),
        .wideZeroPoint = between(-128, 127),
        .narrowZeroPoint = between(-128, 127),
        .wideSign = next() & 1 ? 1 : -1,
        .narrowSign = next() & 1 ? 1 : -1,
        .narrowMultiplier = (int32_t) ((1u << 30) + (next() << 6 & 0x3fffffff)),
        .narrowShift = seldom() ? between(0, 31) : between(0, 6),
        .multiplier = (int32_t) ((1u << 30) + (next() << 6 & 0x3fffffff)),
        .shift = seldom() ? between(1, 31) : between(14, 24),
        .outputZeroPoint = draw_zero_point(),
    };
    if (of.narrowShift == 0) of.narrowMultiplier = 1 << 30;
    draw_range(&of.low, &of.high);
    draw_bytes(input, 1100, seldom());
    clear();
    wasmote_add_s8(&of);
    add_operation other = of;
    other.output = expected + (of.output - output);
    reference_add_s8(&other);
    return same(0);
}

static pool_operation draw_pool(void)
{
    window_operation window;
    draw_window(&window, seldom());
    return (pool_operation) {
        .input = window.input,
        .output = output + guardBytes + next() % 4,
        .batches = window.batches,
        .inputHeight = window.inputHeight,
        .inputWidth = window.inputWidth,
        .outputHeight = window.outputHeight,
        .outputWidth = window.outputWidth,
        .channels = window.inputChannels,
        .filterHeight = window.filterHeight,
        .filterWidth = window.filterWidth,
        .strideHeight = window.strideHeight,
        .strideWidth = window.strideWidth,
        .padTop = window.padTop,
        .padLeft = window.padLeft,
        .low = window.low,
        .high = window.high,
    };
}

static bool test_pool(bool (*run)(const pool_operation *), bool (*reference)(const pool_operation *))
{
    const pool_operation of = draw_pool();
    clear();
    const bool done = run(&of);
    pool_operation other = of;
    other.output = expected + (of.output - output);
    return done == reference(&other) && same(0);
}

static bool test_average_pool(void) { return test_pool(wasmote_average_pool_s8, reference_average_pool_s8); }
static bool test_max_pool(void) { return test_pool(wasmote_max_pool_s8, reference_max_pool_s8); }

/* A pool of int16 that hold int8 gives what the pool of int8 gives. */
static bool test_wide_average_pool(void)
{
    pool_operation of = draw_pool();
    of.output = output + guardBytes;
    const int32_t inputs = of.batches * of.inputHeight * of.inputWidth * of.channels;
    const int32_t outputs = of.batches * of.outputHeight * of.outputWidth * of.channels;
    clear();
    const bool done = reference_average_pool_s8(&of);
    for (int32_t i = 0; i < inputs; i++) ((int16_t *) wide)[i] = of.input[i];
    of.input = (const int8_t *) wide;
    of.output = expected;
    if (wasmote_average_pool_s16(&of) != done) return false;
    for (int32_t i = 0; i < outputs && done; i++)
        if (((const int16_t *) (const void *) expected)[i] != output[guardBytes + i]) return false;
    return true;
}

static bool test_lookup_table(void)
{
    const int32_t elements = between(0, seldom() ? 700 : 40), from = (int32_t) (next() % 4), to = guardBytes + (int32_t) (next() % 4);
    draw_bytes(input, (uint32_t) elements + 4, false);
    draw_bytes((int8_t *) weights, 256, false);
    clear();
    wasmote_lookup_table((const uint8_t *) input + from, (uint8_t *) output + to, elements, (const uint8_t *) weights);
    for (int32_t i = 0; i < elements; i++) expected[to + i] = ((const int8_t *) weights)[(uint8_t) input[from + i]];
    return same(0);
}

static bool test_mul(void)
{
    mul_operation of = {
        .first = input + next() % 4,
        .second = input + 1000 + next() % 4,
        .output = output + guardBytes + next() % 4,
        .length = between(1, seldom() ? 700 : 40),
        .firstStep = !seldom(),
        .secondStep = !seldom(),
        .firstZeroPoint = between(-128, 127),
        .secondZeroPoint = between(-128, 127),
        .multiplier = (int32_t) ((1u << 30) + (next() << 6 & 0x3fffffff)),
        .shift = seldom() ? between(-14, 31) : between(3, 12),
        .outputZeroPoint = draw_zero_point(),
    };
    draw_range(&of.low, &of.high);
    draw_bytes(input, 2100, seldom());
    clear();
    mul_operation other = of;
    other.output = expected + (of.output - output);
    reference_mul_s8(&other);
    if (of.firstStep && seldom())
    {
        /* In place. */
        memcpy(of.output, of.first, (size_t) of.length);
        of.first = of.output;
    }
    wasmote_mul_s8(&of);
    return same(0);
}

static bool test_mean(void)
{
    mean_operation of = {
        .input = input + next() % 4,
        .output = output + guardBytes + next() % 4,
        .kept0 = between(1, 3),
        .reduced0 = between(1, 6),
        .kept1 = seldom() ? between(2, 4) : 1,
        .reduced1 = between(1, 6),
        .kept2 = seldom() ? between(1, 70) : between(1, 9),
        .multiplier = (int32_t) ((1u << 30) + (next() << 6 & 0x3fffffff)),
        .shift = seldom() ? between(-3, 31) : between(1, 8),
        .zeroPoint = draw_zero_point(),
    };
    of.offset = -of.reduced0 * of.reduced1 * between(-128, 127);
    draw_bytes(input, (uint32_t) (of.kept0 * of.reduced0 * of.kept1 * of.reduced1 * of.kept2) + 4, seldom());
    clear();
    wasmote_mean_s8(&of);
    mean_operation other = of;
    other.output = expected + (of.output - output);
    reference_mean_s8(&other);
    return same(0);
}

static bool test_softmax(void)
{
    static int32_t table[256];
    softmax_operation of = {
        .input = input + next() % 4,
        .output = output + guardBytes + next() % 4,
        .exponentials = table,
        .entries = seldom() ? between(1, 3) : between(1, 256),
        .rows = between(1, 3),
        .depth = between(1, seldom() ? 700 : 20),
    };
    /* exp(-beta * n), falling by a constant factor; the last one is exp(0). */
    const int64_t factor = between(1 << 20, (1 << 23) - 1) * 256ll;
    int64_t value = INT32_MAX;
    for (int32_t i = of.entries - 1; i >= 0; i--, value = value * factor >> 31) table[i] = (int32_t) value;
    draw_bytes(input, (uint32_t) (of.rows * of.depth) + 4, seldom());
    clear();
    wasmote_softmax_s8(&of);
    softmax_operation other = of;
    other.output = expected + (of.output - output);
    reference_softmax_s8(&other);
    return same(0);
}

/* What numbers are scaled by: where it is small, products are too small to be normal, and so may be the numbers. */
static float floatScale = 1;

/* Numbers that are small enough for sums of them to be finite. */
static float draw_float(void)
{
    return (float) between(-100000, 100000) / 32768 * floatScale;
}

/* Headers of a product's tiles, as draw_constants' are, and weights of any bytes; of float32 weights that are finite. */
static void draw_product_tiles(const product_operation *of, bool isFloat, uint32_t places, uint32_t weightBytes, uint32_t tiles)
{
    const uint32_t header = of->isLong ? 64 : 48;
    uint8_t *tile = (uint8_t *) weights;
    draw_bytes((int8_t *) weights, tiles * (header + weightBytes), !isFloat && seldom());
    for (uint32_t t = 0; t < tiles; t++, tile += header + weightBytes)
    {
        const bool wild = seldom();
        for (uint32_t lane = 0; lane < 4; lane++)
        {
            int32_t *const constants = (int32_t *) (void *) (tile + header - 32) + lane;
            if (isFloat)
            {
                ((float *) (void *) tile)[lane] = draw_float() * floatScale;
                ((float *) (void *) constants)[0] = draw_float() / 64;
                continue;
            }
            const int64_t bias = (int64_t) between(-100000, 100000) * (of->isLong && wild ? 1 << 20 : 1);
            if (of->isLong) memcpy(tile + 8 * lane, &bias, sizeof bias);
            else ((int32_t *) (void *) tile)[lane] = (int32_t) bias;
            constants[0] = of->isLong ? between(1 << 14, 0x7fff) : (int32_t) ((1u << 30) + (next() << 6 & 0x3fffffff));
            constants[4] = of->isLong ? between(wild ? 8 : 20, wild ? 46 : 30) : between(wild ? -3 : 1, of->isWide ? 16 : 12);
        }
        for (uint32_t i = 0; i < places && isFloat; i++)
        {
            if (of->storage == storedAsComputed) ((float *) (void *) (tile + header))[i] = draw_float();
            if (of->storage == storedFloat16) ((uint16_t *) (void *) (tile + header))[i] &= 0xcfff;
        }
    }
}

/* What a product is drawn as: a convolution in general, a deep one, one of single pixels, or one whose sums are about what 32 bits hold. */
typedef enum product_shape { shapeAny, shapeDeep, shapePointwise, shapeAtBounds } product_shape;

static void draw_product_shape(window_operation *of, bool depthwise, product_shape shape)
{
    if (shape == shapeDeep)
    {
        of->inputChannels = between(60, 70);
        of->inputHeight = of->inputWidth = of->filterHeight = of->filterWidth = 3;
        of->outputHeight = of->outputWidth = between(1, 2);
        of->outputs = between(1, 5);
    }
    if (depthwise && shape == shapeAtBounds)
    {
        of->inputChannels = between(1, 5);
        of->inputHeight = of->filterHeight = next() & 1 ? 16 : 8;
        of->filterWidth = between(15, 17);
        of->inputWidth = between(17, 19);
        of->outputWidth = between(1, 2);
        of->outputHeight = of->dilationHeight = of->dilationWidth = 1;
        of->padTop = of->padLeft = 0;
    }
    if (depthwise || (shape != shapePointwise && shape != shapeAtBounds)) return;
    of->filterHeight = of->filterWidth = of->strideHeight = of->strideWidth = 1;
    of->padTop = of->padLeft = 0;
    of->outputHeight = of->inputHeight = between(1, shape == shapeAtBounds ? 2 : 6);
    of->outputWidth = of->inputWidth = between(1, shape == shapeAtBounds ? 2 : 6);
    if (shape == shapeAtBounds) of->inputChannels = next() & 1 ? between(255, 257) : between(506, 518);
    else if (seldom()) of->inputChannels = between(50, 100);
}

/*
 * Inputs and weights of int16 whose products are as large as can be, of fewer taps by a zero point, and biases about the longest of
 * the quick way.
 */
static void draw_product_bounds(product_operation *of, uint32_t weightBytes, uint32_t tiles)
{
    const uint32_t count = (uint32_t) (of->batches * of->inputHeight * of->inputWidth * of->inputChannels), header = of->isLong ? 64 : 48;
    const int8_t weight = next() & 1 ? -128 : 127;
    if (of->filterHeight == 8) of->weightsZeroPoint = -1 - weight;
    for (uint32_t i = 0; i <= count; i++) ((int16_t *) wide)[i] = -32768;
    for (uint32_t t = 0; t < tiles; t++)
    {
        uint8_t *const tile = (uint8_t *) weights + t * (header + weightBytes);
        memset(tile + header, weight, weightBytes);
        for (uint32_t lane = 0; lane < 4 && of->isLong; lane++)
        {
            const int64_t bias = (weight < 0 ? 1 : -1) * ((1ll << 30) + between(-1, 1));
            memcpy(tile + 8 * lane, &bias, sizeof bias);
        }
    }
}

/* A product of integers (int8 or int16) or of float32, run and compared. */
static bool test_product_of(bool isFloat, bool depthwise, product_shape shape)
{
    static const float scales[] = { 0x1p-60f, 0x1p-66f, 0x1p-72f, 0x1p-126f };
    window_operation window;
    draw_window(&window, false);
    floatScale = seldom() ? scales[next() & 3] : 1;
    draw_product_shape(&window, depthwise, shape);
    if (depthwise) window.outputs = next() & 3 ? 1 : between(2, 3);
    const uint32_t count = (uint32_t) (window.batches * window.inputHeight * window.inputWidth * window.inputChannels);
    product_operation of = {
        .input = wide,
        .weights = (const uint8_t *) weights,
        .batches = window.batches,
        .inputHeight = window.inputHeight,
        .inputWidth = window.inputWidth,
        .inputChannels = window.inputChannels,
        .outputHeight = window.outputHeight,
        .outputWidth = window.outputWidth,
        .outputs = window.outputs,
        .filterHeight = window.filterHeight,
        .filterWidth = window.filterWidth,
        .strideHeight = window.strideHeight,
        .strideWidth = window.strideWidth,
        .dilationHeight = window.dilationHeight,
        .dilationWidth = window.dilationWidth,
        .padTop = window.padTop,
        .padLeft = window.padLeft,
        .low = -128,
        .high = 127,
        .lowest = seldom() ? 0 : -1e30f,
        .highest = seldom() ? 6 : 1e30f,
        .storage = isFloat && next() & 1 ? between(storedAsComputed, storedInt8) : draw_storage(),
        .table = (const uint8_t *) table,
        .weightsZeroPoint = seldom() ? between(-128, 127) : 0,
        .isWide = !isFloat && (shape == shapeAtBounds || next() % 4 != 0),
    };
    if (shape == shapeAtBounds) of.storage = storedAsComputed;
    of.isLong = of.isWide && next() % 4 != 0;
    if (of.isWide) of.low = seldom() ? 0 : -32768, of.high = 32767;
    else if (!isFloat) of.inputZeroPoint = between(-128, 127), of.outputZeroPoint = draw_zero_point();
    draw_bytes((int8_t *) wide, count * 2 + 8, seldom());
    for (uint32_t i = 0; i < count && isFloat; i++) ((float *) wide)[i] = draw_float();
    if (of.isWide) of.input = (int16_t *) wide + next() % 2;

    const uint32_t taps = (uint32_t) (of.filterHeight * of.filterWidth), depth = taps * (uint32_t) of.inputChannels;
    const uint32_t needed = depthwise ? taps * 4 : (depth + 3) / 4 * productGroup, alignment = depthwise ? 16 : 1;
    const uint32_t places = (uint32_t) filled_weights(of.storage, needed);
    const uint32_t weightBytes = ((uint32_t) wasmote_stored_bytes(of.storage, places, isFloat ? 4 : 1) + alignment - 1) / alignment * alignment;
    const uint32_t channels = (uint32_t) of.outputs * (depthwise ? (uint32_t) of.inputChannels : 1);
    draw_product_tiles(&of, isFloat, places, weightBytes, (channels + 3) / 4);
    if (shape == shapeAtBounds) draw_product_bounds(&of, weightBytes, (channels + 3) / 4);

    const uint32_t integers = depthwise ? wasmote_depthwise_scratch_bytes(taps, of.storage) : wasmote_product_scratch_bytes(depth, of.storage);
    of.scratchBytes = ((isFloat ? places * 4 : integers) + next() % (depth * 6 + 1) + 3) & ~3u;
    clear();
    of.scratch = (int8_t *) scratch + guardBytes;
    of.output = output + guardBytes;
    if (isFloat) (depthwise ? wasmote_depthwise_f32 : wasmote_product_f32)(&of);
    else (depthwise ? wasmote_depthwise_integers : wasmote_product_integers)(&of);
    product_operation other = of;
    other.output = expected + guardBytes;
    other.scratch = NULL;
    (depthwise ? reference_depthwise_product : reference_product)(&other, isFloat);
    return same(of.scratchBytes);
}

static bool test_product(void) { return test_product_of(false, false, shapeAny); }
static bool test_deep_product(void) { return test_product_of(false, false, shapeDeep); }
static bool test_pointwise_product(void) { return test_product_of(false, false, shapePointwise); }
static bool test_product_at_bounds(void) { return test_product_of(false, false, shapeAtBounds); }
static bool test_depthwise_product(void) { return test_product_of(false, true, shapeAny); }
static bool test_depthwise_product_at_bounds(void) { return test_product_of(false, true, shapeAtBounds); }
static bool test_float_product(void) { return test_product_of(true, false, shapeAny); }
static bool test_float_depthwise_product(void) { return test_product_of(true, true, shapeAny); }

int main(void)
{
#if defined(__ARM_ARCH_6M__)
    /* Runs on a larger core, which is told to fault at words that are not aligned, as the smaller one does. */
    *(volatile uint32_t *) 0xe000ed14 |= 8;
#endif
    static const struct
    {
        const char *name;
        bool (*run)(void);
        uint32_t every;             /* of how many cases one is run */
    } tests[] = {
        { "conv", test_conv, 1 },
        { "pointwise", test_pointwise, 1 },
        { "deep conv", test_deep_conv, 8 },
        { "depthwise", test_depthwise, 1 },
        { "long depthwise", test_long_depthwise, 4 },
        { "conv at its bounds", test_conv_at_bounds, 4 },
        { "depthwise at its bounds", test_depthwise_at_bounds, 2 },
        { "fully connected", test_fully_connected, 1 },
        { "add", test_add, 1 },
        { "average pool", test_average_pool, 1 },
        { "average pool of int16", test_wide_average_pool, 4 },
        { "max pool", test_max_pool, 1 },
        { "lookup table", test_lookup_table, 1 },
        { "mul", test_mul, 1 },
        { "mean", test_mean, 1 },
        { "softmax", test_softmax, 1 },
        { "product", test_product, 2 },
        { "deep product", test_deep_product, 8 },
        { "pointwise product", test_pointwise_product, 2 },
        { "product at its bounds", test_product_at_bounds, 2 },
        { "depthwise product", test_depthwise_product, 2 },
        { "depthwise product at its bounds", test_depthwise_product_at_bounds, 4 },
        { "product of float32", test_float_product, 4 },
        { "depthwise product of float32", test_float_depthwise_product, 4 },
    };
    for (uint32_t seed = 0; seed < cases; seed++)
    {
        for (uint32_t t = 0; t < sizeof tests / sizeof *tests; t++)
        {
            if (seed % tests[t].every != 0) continue;
            state = seed * 2654435761u + t;
            if (tests[t].run()) continue;
            printf("%s: seed %lu differs\n", tests[t].name, (unsigned long) seed);
            return 1;
        }
    }
    printf("signal %08lx\n", (unsigned long) hash_signal(signalCases));
    printf("ok %d\n", cases);
    return 0;
}

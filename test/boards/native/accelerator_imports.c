/*
 * The limits of the accelerators' parameters: what is just within runs, what is just beyond traps, and has written nothing.
 * Prints "ok", or what is wrong, with exit code 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../abi/abi.h"
#include "accelerator_calls.h"
#include "kernels.h"
#include "product.h"

/* Where a call's operands lie in linear memory, and its weights in their section. */
enum { memoryBytes = 1 << 20, outputAt = 1 << 18, scratchAt = 1 << 19, weightsAt = 256, weightsBytes = 1 << 21 };

static guarded memory, weights;

typedef struct call
{
    const char *name;
    uint32_t count;
    int32_t values[32];
} call;

static bool runs(const call *of)
{
    memcpy(weights.at, of->values, 4 * of->count);
    return accelerator_runs(accelerator_named(of->name), memory, weights, 0);
}

static void fail(const call *of, int line, const char *what)
{
    printf("%s, line %d: %s\n", of->name, line, what);
    exit(1);
}

static void check_runs(const call *of, int line)
{
    if (!runs(of)) fail(of, line, "traps");
}

static void check_traps(const call *of, int line)
{
    static uint8_t before[memoryBytes];
    memcpy(before, memory.at, memoryBytes);
    if (runs(of)) fail(of, line, "does not trap");
    if (memcmp(before, memory.at, memoryBytes) != 0) fail(of, line, "traps, and has written");
}

#define RUNS(of) check_runs(&(of), __LINE__)
#define TRAPS(of) check_traps(&(of), __LINE__)

/* A convolution of a single pixel, each size 1. */
static call conv(const char *name)
{
    call of = { .name = name, .count = windowParameters };
    for (int i = windowBatches; i < windowPadTop; i++) of.values[i] = 1;
    of.values[windowOutput] = outputAt;
    of.values[windowScratch] = scratchAt;
    of.values[windowScratchBytes] = 1 << 17;
    of.values[windowWeights] = weightsAt;
    of.values[windowLow] = -128;
    of.values[windowHigh] = 127;
    return of;
}

static call pool(void)
{
    call of = { .name = "accel_average_pool_s8", .count = poolParameters };
    for (int i = poolBatches; i < poolPadTop; i++) of.values[i] = 1;
    of.values[poolOutput] = outputAt;
    of.values[poolLow] = -128;
    of.values[poolHigh] = 127;
    return of;
}

static void set(call *of, int index, int32_t value)
{
    of->values[index] = value;
}

/* Windows may reach 2^30 pixels, in either direction. */
static void test_span(void)
{
    static const int directions[2][4] = {
        { windowOutputHeight, windowStrideHeight, windowFilterHeight, windowDilationHeight },
        { windowOutputWidth, windowStrideWidth, windowFilterWidth, windowDilationWidth },
    };
    for (int d = 0; d < 2; d++)
    {
        static const char *const names[] = { "accel_conv_s8", "accel_depthwise_s8" };
        for (int n = 0; n < 2; n++)
        {
            /* 16384 * 65535 + 128 * 128 is 2^30; 5 * 3277 is one more than 128 * 128. */
            call of = conv(names[n]);
            set(&of, directions[d][0], 16384);
            set(&of, directions[d][1], 65535);
            set(&of, directions[d][2], 128);
            set(&of, directions[d][3], 128);
            RUNS(of);
            set(&of, directions[d][2], 5);
            set(&of, directions[d][3], 3277);
            TRAPS(of);
            set(&of, directions[d][2], 1);
            set(&of, directions[d][3], 1);
            set(&of, directions[d][0], 32769);
            TRAPS(of);
        }
    }
    static const int pools[2][3] = {
        { poolOutputHeight, poolStrideHeight, poolFilterHeight }, { poolOutputWidth, poolStrideWidth, poolFilterWidth },
    };
    for (int d = 0; d < 2; d++)
    {
        /* The first window is inside: without the check its output would be written. */
        call of = pool();
        set(&of, pools[d][0], 16385);
        set(&of, pools[d][1], 65535);
        TRAPS(of);
        set(&of, pools[d][0], 32769);
        TRAPS(of);
    }
}

static void test_scratch(void)
{
    call of = conv("accel_conv_s8");
    set(&of, windowInputChannels, 7);
    const int32_t needed = (int32_t) wasmote_conv_scratch_bytes(7, 0);
    set(&of, windowScratchBytes, needed);
    RUNS(of);
    set(&of, windowScratchBytes, needed - 1);
    TRAPS(of);
    set(&of, windowScratchBytes, 0);
    TRAPS(of);
    set(&of, windowScratchBytes, 1 << 17);
    for (int32_t off = 1; off < 4; off++)
    {
        set(&of, windowScratch, scratchAt + off);
        TRAPS(of);
    }
}

/* A patch of at most 2^16 inputs, a depthwise window of as many taps, a pool's window of 2^23 pixels. */
static void test_window(void)
{
    call of = conv("accel_conv_s8");
    set(&of, windowFilterWidth, 2);
    set(&of, windowInputChannels, 32768);
    RUNS(of);
    set(&of, windowInputChannels, 32769);
    TRAPS(of);

    of = conv("accel_depthwise_s8");
    set(&of, windowFilterHeight, 256);
    set(&of, windowFilterWidth, 256);
    RUNS(of);
    set(&of, windowFilterWidth, 257);
    TRAPS(of);

    of = pool();
    set(&of, poolFilterHeight, 4096);
    set(&of, poolFilterWidth, 2048);
    RUNS(of);
    set(&of, poolFilterHeight, 2896);
    set(&of, poolFilterWidth, 2897);
    TRAPS(of);
}

/* int16: a window of at most 2^15 pixels, ranges of 16 bits, addresses of halves. */
static void test_wide_pool(void)
{
    call of = pool();
    of.name = "accel_average_pool_s16";
    set(&of, poolLow, -32768);
    set(&of, poolHigh, 32767);
    set(&of, poolFilterHeight, 256);
    set(&of, poolFilterWidth, 128);
    RUNS(of);
    set(&of, poolFilterWidth, 129);
    TRAPS(of);
    set(&of, poolFilterWidth, 128);
    set(&of, poolInput, 1);
    TRAPS(of);
    set(&of, poolInput, 0);
    set(&of, poolOutput, outputAt + 1);
    TRAPS(of);
    set(&of, poolOutput, outputAt);
    set(&of, poolHigh, 32768);
    TRAPS(of);
}

/* A window of which nothing lies in the input has no average. */
static void test_pool_outside(void)
{
    call of = pool();
    set(&of, poolPadTop, 1);
    TRAPS(of);
    set(&of, poolFilterHeight, 2);
    RUNS(of);
}

static void test_softmax(void)
{
    call of = { .name = "accel_softmax_s8", .count = softmaxParameters };
    set(&of, softmaxOutput, outputAt);
    set(&of, softmaxWeights, weightsAt);
    set(&of, softmaxRows, 3);
    set(&of, softmaxDepth, 5);
    set(&of, softmaxEntries, 256);
    RUNS(of);
    set(&of, softmaxEntries, 257);
    TRAPS(of);
    set(&of, softmaxEntries, 0);
    TRAPS(of);

    /* Outputs that overwrite inputs which are still to be read name no entry beyond the last. */
    const int32_t exponentials[2] = { 1 << 30, INT32_MAX };
    const uint32_t end = weightsBytes - sizeof exponentials;
    memcpy(weights.at + end, exponentials, sizeof exponentials);
    set(&of, softmaxWeights, (int32_t) end);
    set(&of, softmaxEntries, 2);
    set(&of, softmaxRows, 1);
    set(&of, softmaxDepth, 64);
    set(&of, softmaxOutput, 1);
    memset(memory.at, -128, 64);
    memory.at[0] = (uint8_t) -120;
    RUNS(of);
    memset(memory.at, 77, 64);
}

static call fully_connected(void)
{
    call of = { .name = "accel_fully_connected_s8", .count = fullyConnectedParameters };
    set(&of, fullyConnectedOutput, outputAt);
    set(&of, fullyConnectedScratch, scratchAt);
    set(&of, fullyConnectedWeights, weightsAt);
    set(&of, fullyConnectedRows, 1);
    set(&of, fullyConnectedInputs, 5);
    set(&of, fullyConnectedOutputs, 6);
    set(&of, fullyConnectedLow, -128);
    set(&of, fullyConnectedHigh, 127);
    return of;
}

static void test_fully_connected(void)
{
    call of = fully_connected();
    RUNS(of);
    set(&of, fullyConnectedInputs, 1 << 16);
    RUNS(of);
    set(&of, fullyConnectedInputs, (1 << 16) + 1);
    TRAPS(of);
    of = fully_connected();
    for (int32_t off = 1; off < 4; off++)
    {
        set(&of, fullyConnectedScratch, scratchAt + off);
        TRAPS(of);
    }
}

/* Weights of fewer than 8 bits: as many as a storage has, where unpacked ones find room. */
static void test_stored(void)
{
    for (int32_t storage = 0; storage <= storedTable4 + 1; storage++)
    {
        const bool isKnown = storage == storedAsComputed || (storage >= storedInt4 && storage <= storedTable4);
        call of = conv("accel_stored_conv_s8");
        of.count = storedWindowParameters;
        set(&of, storedWindowStorage, storage);
        set(&of, windowInputChannels, 7);
        set(&of, windowScratchBytes, (int32_t) wasmote_conv_scratch_bytes(7, storage));
        call layer = fully_connected();
        layer.name = "accel_stored_fully_connected_s8";
        layer.count = storedFullyConnectedParameters;
        set(&layer, storedFullyConnectedStorage, storage);
        set(&layer, fullyConnectedInputs, 7);
        set(&layer, fullyConnectedOutputs, 4);
        set(&layer, fullyConnectedScratchBytes, roundWeights);
        if (!isKnown)
        {
            TRAPS(of);
            TRAPS(layer);
            continue;
        }
        const int32_t tileBytes = 48 + (int32_t) (table_bytes(storage) + wasmote_stored_bytes(storage, 32, 1));
        RUNS(of);
        RUNS(layer);
        set(&of, windowWeights, weightsBytes - tileBytes);
        set(&layer, fullyConnectedWeights, weightsBytes - tileBytes);
        RUNS(of);
        RUNS(layer);
        set(&of, windowWeights, weightsBytes - tileBytes + 4);
        set(&layer, fullyConnectedWeights, weightsBytes - tileBytes + 4);
        TRAPS(of);
        TRAPS(layer);
        set(&of, windowWeights, weightsAt);
        set(&layer, fullyConnectedWeights, weightsAt);
        set(&of, windowScratchBytes, (int32_t) wasmote_conv_scratch_bytes(7, storage) - 1);
        TRAPS(of);
        set(&layer, fullyConnectedScratchBytes, roundWeights - 1);
        if (is_narrow(storage)) TRAPS(layer);
        else RUNS(layer);
    }
}

/* Constants are read as words. */
static void test_aligned_weights(void)
{
    call calls[] = {
        conv("accel_conv_s8"), conv("accel_depthwise_s8"), fully_connected(),
        { .name = "accel_softmax_s8", .count = softmaxParameters, .values = { 0, outputAt, 0, weightsAt, 20, 1, 9 } },
    };
    static const int index[] = { windowWeights, windowWeights, fullyConnectedWeights, softmaxWeights };
    for (int i = 0; i < 4; i++)
    {
        RUNS(calls[i]);
        for (int32_t off = 1; off < 4; off++)
        {
            set(&calls[i], index[i], weightsAt + off);
            TRAPS(calls[i]);
        }
        set(&calls[i], index[i], weightsAt + 4);
        RUNS(calls[i]);
    }
}

typedef struct limits
{
    int index;
    int32_t low, high;
} limits;

/* What is just within the limits of each parameter runs, and what is just beyond traps; INT32_MAX bounds nothing. */
static void test_limits(const call *valid, const limits *of, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
    {
        call changed = *valid;
        set(&changed, of[i].index, of[i].low);
        RUNS(changed);
        set(&changed, of[i].index, of[i].high);
        RUNS(changed);
        set(&changed, of[i].index, of[i].low - 1);
        TRAPS(changed);
        if (of[i].high == INT32_MAX) continue;
        set(&changed, of[i].index, of[i].high + 1);
        TRAPS(changed);
    }
}

static void test_add(void)
{
    static const limits of[] = {
        { addWideZeroPoint, -128, 127 }, { addNarrowZeroPoint, -128, 127 }, { addWideSign, -1, 1 }, { addNarrowSign, -1, 1 },
        { addNarrowMultiplier, 0, INT32_MAX }, { addNarrowShift, 0, 31 }, { addMultiplier, 0, INT32_MAX }, { addShift, 1, 31 },
        { addOutputZeroPoint, -128, 127 },
    };
    call valid = { .name = "accel_add_s8", .count = addParameters };
    set(&valid, addLength, 64);
    set(&valid, addNarrow, 128);
    set(&valid, addOutput, outputAt);
    set(&valid, addShift, 1);
    set(&valid, addLow, -128);
    set(&valid, addHigh, 127);
    test_limits(&valid, of, sizeof of / sizeof *of);
}

static call mul(void)
{
    call of = { .name = "accel_mul_s8", .count = mulParameters };
    set(&of, mulSecond, 128);
    set(&of, mulOutput, outputAt);
    set(&of, mulLength, 64);
    set(&of, mulMultiplier, 1 << 30);
    set(&of, mulShift, 1);
    set(&of, mulLow, -128);
    set(&of, mulHigh, 127);
    return of;
}

static void test_mul(void)
{
    static const limits of[] = {
        { mulFirstZeroPoint, -128, 127 }, { mulSecondZeroPoint, -128, 127 }, { mulMultiplier, 0, INT32_MAX },
        { mulShift, -14, 31 }, { mulOutputZeroPoint, -128, 127 },
    };
    const call valid = mul();
    test_limits(&valid, of, sizeof of / sizeof *of);
}

/* Rows of 8 in 2 x 3 x 4 x 5, of which each operand has some; what it reads ends where memory does, and not a byte further. */
static void test_mul_broadcast(void)
{
    enum { counts = mulParameters + broadcastCount0, first = mulParameters + broadcastFirstStep0, second = mulParameters + broadcastSecondStep0 };
    static const struct
    {
        int32_t steps[5], bytes;
    } operands[] = {
        { { 0, 0, 0, 8, 1 }, 2 * 3 * 4 * 5 * 8 }, { { 0, 0, 0, 0, 0 }, 1 }, { { 0, 0, 0, 0, 1 }, 8 }, { { 0, 40, -40, 8, 1 }, 2 * 3 * 5 * 8 },
        { { 100, 50, 0, 8, 1 }, 2 * 3 * 4 * 5 * 8 + 2 * 50 + 3 * 50 + 100 },
    };
    for (uint32_t i = 0; i < sizeof operands / sizeof *operands; i++)
    {
        call of = mul();
        of.name = "accel_mul_broadcast_s8";
        of.count = mulParameters + broadcastParameters;
        set(&of, mulLength, 8);
        for (int axis = 0; axis < 4; axis++) set(&of, counts + axis, 2 + axis);
        for (int step = 0; step < 5; step++) set(&of, first + step, operands[i].steps[step]);
        RUNS(of);
        set(&of, mulFirst, memoryBytes - operands[i].bytes);
        RUNS(of);
        set(&of, mulFirst, memoryBytes - operands[i].bytes + 1);
        TRAPS(of);
        set(&of, mulFirst, 0);
        for (int step = 0; step < 5; step++) set(&of, second + step, operands[i].steps[step]), set(&of, first + step, 0);
        set(&of, mulSecond, memoryBytes - operands[i].bytes);
        RUNS(of);
        set(&of, mulSecond, memoryBytes - operands[i].bytes + 1);
        TRAPS(of);
        set(&of, mulSecond, 0);
        const int32_t outputs = 8 * 2 * 3 * 4 * 5;
        set(&of, mulOutput, memoryBytes - outputs);
        RUNS(of);
        set(&of, mulOutput, memoryBytes - outputs + 1);
        TRAPS(of);
        set(&of, mulOutput, outputAt);
        call other = of;
        set(&other, second + 4, 2);
        TRAPS(other);
        other = of;
        set(&other, second + 4, -1);
        TRAPS(other);
        for (int axis = 0; axis < 4; axis++)
        {
            other = of;
            set(&other, second + axis, INT32_MIN);
            TRAPS(other);
            set(&other, second + axis, INT32_MAX);
            TRAPS(other);
            other = of;
            set(&other, counts + axis, 0);
            TRAPS(other);
            set(&other, counts + axis, INT32_MAX);
            TRAPS(other);
        }
    }
}

static void test_mean(void)
{
    call valid = { .name = "accel_mean_s8", .count = meanParameters };
    set(&valid, meanOutput, outputAt);
    for (int i = meanKept0; i <= meanKept2; i++) set(&valid, i, 2);
    static const limits of[] = {
        { meanMultiplier, 0, INT32_MAX }, { meanShift, -30, 31 }, { meanZeroPoint, -128, 127 },
    };
    test_limits(&valid, of, sizeof of / sizeof *of);
    call other = valid;
    for (int i = meanKept0; i <= meanKept2; i++) set(&other, i, 0x10000);
    TRAPS(other);
    for (int i = meanKept0; i <= meanKept2; i++) set(&other, i, INT32_MAX);
    TRAPS(other);
    for (int i = meanKept0; i <= meanKept2; i++) set(&other, i, 1);
    set(&other, meanReduced1, memoryBytes);
    RUNS(other);
    set(&other, meanReduced1, memoryBytes + 1);
    TRAPS(other);
}

static void test_max_pool(void)
{
    call of = pool();
    of.name = "accel_max_pool_s8";
    RUNS(of);
    set(&of, poolPadTop, 1);
    TRAPS(of);
    set(&of, poolFilterHeight, 4096);
    set(&of, poolFilterWidth, 2048);
    RUNS(of);
    set(&of, poolFilterHeight, 2896);
    set(&of, poolFilterWidth, 2897);
    TRAPS(of);
}

static void test_lookup_table(void)
{
    call of = { .name = "accel_lookup_table", .count = lookupTableParameters };
    set(&of, lookupTableOutput, outputAt);
    set(&of, lookupTableWeights, weightsBytes - 256);
    set(&of, lookupTableElements, memoryBytes - outputAt);
    RUNS(of);
    set(&of, lookupTableElements, memoryBytes - outputAt + 1);
    TRAPS(of);
    set(&of, lookupTableElements, -1);
    TRAPS(of);
    set(&of, lookupTableElements, 5);
    set(&of, lookupTableWeights, weightsBytes - 252);
    TRAPS(of);
}

/* A product of a single pixel in int8, each size 1. */
static call product(const char *name)
{
    call of = { .name = name, .count = productParameters };
    for (int i = productBatches; i < productPadTop; i++) of.values[i] = 1;
    set(&of, productOutput, outputAt);
    set(&of, productScratch, scratchAt);
    set(&of, productScratchBytes, 1 << 17);
    set(&of, productWeights, weightsAt);
    set(&of, productLow, -128);
    set(&of, productHigh, 127);
    set(&of, productElementBytes, 1);
    return of;
}

/* What is of one type, or of none. */
static void test_product_types(const char *name)
{
    static const struct
    {
        int32_t bytes, zeroPoint, low, high, storage, longSums;
    } most[] = { { 1, 127, -128, 127, 0, 0 }, { 2, 0, -32768, 32767, storedTable4, 1 }, { 4, 0, 0, 0, storedTable4, 0 } };
    for (int i = 0; i < 3; i++)
    {
        call of = product(name);
        set(&of, productElementBytes, most[i].bytes);
        set(&of, productInputZeroPoint, most[i].zeroPoint);
        set(&of, productLow, most[i].low);
        set(&of, productHigh, most[i].high);
        set(&of, productStorage, most[i].storage);
        set(&of, productLongSums, most[i].longSums);
        RUNS(of);
        call other = of;
        set(&other, productInputZeroPoint, most[i].zeroPoint + 1);
        TRAPS(other);
        other = of;
        set(&other, productLongSums, most[i].longSums + 1);
        TRAPS(other);
        other = of;
        set(&other, productStorage, storedTable4 + 1);
        TRAPS(other);
        set(&other, productStorage, storedInMemory);
        TRAPS(other);
        other = of;
        set(&other, productLow, most[i].high + 1);
        TRAPS(other);
        other = of;
        set(&other, productElementBytes, 3);
        TRAPS(other);
        for (int32_t off = 1; off < most[i].bytes; off++)
        {
            other = of;
            set(&other, productInput, off);
            TRAPS(other);
            set(&other, productInput, 0);
            set(&other, productOutput, outputAt + off);
            TRAPS(other);
        }
        for (int32_t off = 1; off < 4; off++)
        {
            other = of;
            set(&other, productWeights, weightsAt + off);
            TRAPS(other);
            other = of;
            set(&other, productScratch, scratchAt + off);
            TRAPS(other);
        }
    }
    /* Weights of float16 are widened to float32 only. */
    call of = product(name);
    set(&of, productStorage, 1);
    TRAPS(of);
    set(&of, productElementBytes, 4);
    RUNS(of);
}

/* Windows that reach further than 2^30, inputs of more than 2^16, patches and tiles that scratch memory has no room for. */
static void test_product_sizes(void)
{
    call of = product("accel_product");
    set(&of, productFilterWidth, 2);
    set(&of, productInputChannels, 32768);
    RUNS(of);
    set(&of, productInputChannels, 32769);
    TRAPS(of);
    of = product("accel_product");
    set(&of, productOutputHeight, 16384);
    set(&of, productStrideHeight, 65535);
    set(&of, productFilterHeight, 5);
    set(&of, productDilationHeight, 3277);
    TRAPS(of);

    of = product("accel_product");
    set(&of, productInputChannels, 7);
    for (int32_t storage = 0; storage <= storedTable4; storage += storage == 0 ? storedInt4 : 1)
    {
        const int32_t needed = (int32_t) wasmote_product_scratch_bytes(7, storage);
        set(&of, productStorage, storage);
        set(&of, productScratchBytes, needed);
        RUNS(of);
        set(&of, productScratchBytes, needed - 1);
        TRAPS(of);
    }
    set(&of, productElementBytes, 4);
    set(&of, productScratchBytes, 2 * 4 * productGroup);
    RUNS(of);
    set(&of, productScratchBytes, 2 * 4 * productGroup - 1);
    TRAPS(of);

    of = product("accel_depthwise_product");
    set(&of, productFilterWidth, 5);
    set(&of, productScratchBytes, (int32_t) wasmote_depthwise_scratch_bytes(5, 0));
    RUNS(of);
    set(&of, productScratchBytes, (int32_t) wasmote_depthwise_scratch_bytes(5, 0) - 1);
    TRAPS(of);
    set(&of, productElementBytes, 4);
    set(&of, productStorage, 2);
    set(&of, productScratchBytes, 5 * 16);
    RUNS(of);
    set(&of, productScratchBytes, 5 * 16 - 1);
    TRAPS(of);
}

/* Coordinates are int32: no more than that is read or written, however much memory there is. */
static void test_large_memory(void)
{
    const guarded large = guarded_new(0xffff0000u);
    call of = conv("accel_conv_s8");
    set(&of, windowInputHeight, 65535);
    set(&of, windowInputWidth, 32768);
    set(&of, windowStrideHeight, 65534);
    set(&of, windowOutputHeight, 2);
    memcpy(weights.at, of.values, 4 * of.count);
    const named_accelerator *const accelerator = accelerator_named(of.name);
    if (!accelerator_runs(accelerator, large, weights, 0)) fail(&of, __LINE__, "traps");
    set(&of, windowInputWidth, 32769);
    memcpy(weights.at, of.values, 4 * of.count);
    if (accelerator_runs(accelerator, large, weights, 0)) fail(&of, __LINE__, "does not trap");
    guarded_free(large);
}

int main(void)
{
    memory = guarded_new(memoryBytes);
    weights = guarded_new(weightsBytes);
    /* No output is what lies there already. */
    memset(memory.at, 77, outputAt);
    test_span();
    test_scratch();
    test_window();
    test_pool_outside();
    test_wide_pool();
    test_softmax();
    test_fully_connected();
    test_stored();
    test_aligned_weights();
    test_add();
    test_mul();
    test_mul_broadcast();
    test_mean();
    test_max_pool();
    test_lookup_table();
    test_product_types("accel_product");
    test_product_types("accel_depthwise_product");
    test_product_sizes();
    test_large_memory();
    printf("ok\n");
    return 0;
}

/*
 * Calls accelerators with random and nearly valid blocks of parameters, under sanitizers. No call may touch a byte outside
 * linear memory and the weights section, or write one outside its output and scratch memory; one that traps writes none,
 * but for the pool's output.
 *
 * Arguments: number of cases, seed. Prints "ok RAN TRAPPED"; at a finding the number of its case and its block.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../abi/abi.h"
#include "accelerator_calls.h"
#include "kernels.h"
#include "signal.h"

void __sanitizer_set_death_callback(void (*callback)(void));

enum { mostParameters = 32, mostWork = 1 << 20, weightsAt = 128, mostMemory = 1 << 20 };

static uint64_t state;

static uint32_t next(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t) (state >> 32);
}

static int32_t between(int32_t low, int32_t high)
{
    return low + (int32_t) (next() % (uint32_t) (high - low + 1));
}

static bool one_in(uint32_t n)
{
    return next() % n == 0;
}

/* What a parameter is, as far as a nearly valid block is concerned. */
typedef enum parameter_kind { address, output, scratch, scratchBytes, weightsOffset, size, filter, zeroPoint, pad, low, high, sign, multiplier, shift, entries,
    number, storage, elementBytes, flag, workNumber, radices } parameter_kind;

typedef struct layout
{
    const char *name;
    uint32_t count;
    parameter_kind kinds[mostParameters];
    int32_t work;               /* of accel_signal */
} layout;

#define WINDOW(name)                                                                            \
    { name, windowParameters, { address, output, scratch, scratchBytes, weightsOffset, size, size, size, size, size, size,  \
        size, filter, filter, filter, filter, filter, filter, pad, pad, zeroPoint, zeroPoint, low, high } }

#define PRODUCT_BLOCK(name)                                                                     \
    { name, productParameters, { address, output, scratch, scratchBytes, weightsOffset, size, size, size, size, size, size, \
        size, filter, filter, filter, filter, filter, filter, pad, pad, zeroPoint, zeroPoint, low, high, number, number,    \
        storage, flag, elementBytes, flag } }

static const layout layouts[] = {
    WINDOW("accel_conv_s8"),
    WINDOW("accel_depthwise_s8"),
    { "accel_fully_connected_s8", fullyConnectedParameters,
      { address, output, scratch, scratchBytes, weightsOffset, size, size, size, zeroPoint, low, high } },
    { "accel_add_s8", addParameters,
      { address, address, output, size, zeroPoint, zeroPoint, sign, sign, multiplier, shift, multiplier, shift, zeroPoint, low, high } },
    { "accel_average_pool_s8", poolParameters,
      { address, output, size, size, size, size, size, size, filter, filter, filter, filter, pad, pad, low, high } },
    { "accel_softmax_s8", softmaxParameters, { address, output, scratch, weightsOffset, entries, size, size } },
    PRODUCT_BLOCK("accel_product"),
    PRODUCT_BLOCK("accel_depthwise_product"),
    { "accel_average_pool_s16", poolParameters,
      { address, output, size, size, size, size, size, size, filter, filter, filter, filter, pad, pad, low, high } },
    { "accel_stored_conv_s8", storedWindowParameters, { address, output, scratch, scratchBytes, weightsOffset, size, size,
        size, size, size, size, size, filter, filter, filter, filter, filter, filter, pad, pad, zeroPoint, zeroPoint, low, high,
        number, number, storage } },
    { "accel_stored_fully_connected_s8", storedFullyConnectedParameters,
      { address, output, scratch, scratchBytes, weightsOffset, size, size, size, zeroPoint, low, high, number, storage } },
    { "accel_max_pool_s8", poolParameters,
      { address, output, size, size, size, size, size, size, filter, filter, filter, filter, pad, pad, low, high } },
    { "accel_lookup_table", lookupTableParameters, { address, output, scratch, weightsOffset, size } },
    { "accel_mul_s8", mulParameters,
      { address, address, output, size, zeroPoint, zeroPoint, multiplier, shift, zeroPoint, low, high } },
    { "accel_mul_broadcast_s8", mulParameters + broadcastParameters,
      { address, address, output, size, zeroPoint, zeroPoint, multiplier, shift, zeroPoint, low, high, filter, filter, filter, filter,
        pad, pad, pad, pad, flag, pad, pad, pad, pad, flag } },
    { "accel_mean_s8", meanParameters, { address, output, multiplier, filter, size, filter, size, size, number, shift, zeroPoint } },
    { "accel_signal", signalWindowParameters, { workNumber, address, output, scratch, weightsOffset, size, size, shift }, workWindow },
    { "accel_signal", fftAutoScaleParameters, { workNumber, address, output, output, size }, workFftAutoScale },
    { "accel_signal", realFftParameters,
      { workNumber, address, output, scratch, weightsOffset, size, size, size, radices }, workRfftInt16 },
    { "accel_signal", energyParameters, { workNumber, address, output, size, flag, size }, workEnergy },
    { "accel_signal", filterBankParameters, { workNumber, address, output, scratch, weightsOffset, size }, workFilterBank },
    { "accel_signal", squareRootParameters, { workNumber, address, address, output, size }, workSquareRoot },
    { "accel_signal", spectralSubtractionParameters,
      { workNumber, address, output, output, output, size, number, number, number, number, shift, shift, number, flag },
      workSpectralSubtraction },
    { "accel_signal", pcanParameters, { workNumber, address, address, output, scratch, weightsOffset, size, number, shift }, workPcan },
    { "accel_signal", filterBankLogParameters,
      { workNumber, address, output, scratch, weightsOffset, size, multiplier, shift }, workFilterBankLog },
    { "accel_signal", framesParameters,
      { workNumber, address, output, output, output, output, size, size, size, size, size, number }, workFrames },
    { "accel_signal", triggerParameters,
      { workNumber, address, output, output, output, output, scratch, weightsOffset, size, size, flag, flag }, workTrigger },
    { "accel_signal", copyRowsParameters, { workNumber, address, output, size, size, size }, workCopyRows },
    { "accel_signal", dequantizeParameters, { workNumber, address, output, size, number, zeroPoint }, workDequantizeInt8 },
    { "accel_signal", dequantizeParameters, { workNumber, address, output, size, number, zeroPoint }, workDequantizeInt16 },
    { "accel_signal", quantizeParameters, { workNumber, address, output, size, number, zeroPoint, low, high }, workQuantizeBytes },
    { "accel_signal", castParameters, { workNumber, address, output, size, number, number }, workCastInt16ToFloat32 },
    { "accel_signal", powerSpectrumParameters,
      { workNumber, address, output, scratch, weightsOffset, weightsOffset, flag, size, size, size, radices, flag, number, flag, flag },
      workPowerSpectrum },
    { "accel_signal", melFilterBankParameters,
      { workNumber, address, output, scratch, weightsOffset, size, size, size, number, flag }, workMelFilterBank },
    { "accel_signal", powerSpectrumParameters,
      { workNumber, address, output, scratch, weightsOffset, weightsOffset, flag, size, size, size, radices, flag, number, flag, flag },
      workPowerSpectrumInt16 },
    { "accel_signal", melFilterBankParameters,
      { workNumber, address, output, scratch, weightsOffset, size, size, size, number, flag }, workMelLogarithms },
};

static guarded memory, weights;
static const layout *of;
static int32_t block[mostParameters];
static uint32_t caseNumber;

static void describe(void)
{
    printf("case %" PRIu32 ": %s of", caseNumber, of->name);
    for (uint32_t i = 0; i < of->count; i++) printf(" %" PRId32, block[i]);
    printf("; %" PRIu64 " bytes of memory, %" PRIu64 " of weights\n", memory.bytes, weights.bytes);
    fflush(stdout);
}

static int32_t draw(parameter_kind kind)
{
    switch (kind)
    {
        case address: case output: return between(0, (int32_t) memory.bytes / 2);
        case scratch: return between(0, (int32_t) memory.bytes / 2) & ~3;
        case scratchBytes: return between(0, (int32_t) memory.bytes / 2);
        case weightsOffset: return weightsAt + 4 * between(0, 3);
        case size: return one_in(30) ? between(1, 65535) : one_in(4) ? between(1, 40) : between(1, 6);
        case filter: return one_in(2) ? between(1, 3) : 1;
        case zeroPoint: return between(-128, 127);
        case pad: return between(0, 2);
        case low: return between(-128, 0);
        case high: return between(0, 127);
        case sign: return one_in(2) ? 1 : -1;
        case multiplier: return (int32_t) (next() >> 1);
        case shift: return between(1, 31);
        case entries: return between(1, 256);
        case number: return (int32_t) next();
        case storage: return between(0, 8);
        case elementBytes: return 1 << between(0, 2);
        case flag: return one_in(4);
        case workNumber: return of->work;
        case radices: return 0;
    }
    return 0;
}

/* Numbers about bounds that code may have. */
static int32_t hostile(void)
{
    const int32_t bounds[] = {
        0, -1, 1, INT32_MAX, INT32_MIN, 65535, 65536, 1 << 30, 1 << 23, 1 << 16, 256, 257, 128, -128, -129, 31, 32,
        (int32_t) memory.bytes, (int32_t) weights.bytes,
    };
    if (one_in(3)) return (int32_t) next() >> next() % 32;
    return (int32_t) ((uint32_t) bounds[next() % (sizeof bounds / sizeof *bounds)] + (uint32_t) between(-2, 2));
}

/* The first 64 KiB. */
static void fill(guarded bytes, bool extreme)
{
    for (uint64_t i = 0; i < bytes.bytes && i < 65536; i++) bytes.at[i] = extreme ? (one_in(2) ? 127 : 128) : (uint8_t) (next() >> 8);
}

static uint64_t product(const int *indices, int count)
{
    uint64_t result = 1;
    for (int i = 0; i < count; i++) result *= block[indices[i]] > 0 && block[indices[i]] <= 65536 ? (uint32_t) block[indices[i]] : 1;
    return result;
}

/* The first of accel_signal. */
enum { maxPool = 11, lookupTable, mul, mulBroadcast, mean, firstSignal };

#define PRODUCT(...) product((const int[]) { __VA_ARGS__ }, sizeof((const int[]) { __VA_ARGS__ }) / sizeof(int))

/* Multiplications, about, that a block asks for: some valid ones would take hours. */
static uint64_t work(void)
{
    switch (of - layouts)
    {
        case 0: case 1: case 9:
            return PRODUCT(windowBatches, windowOutputHeight, windowOutputWidth)
                * PRODUCT(windowFilterHeight, windowFilterWidth) * (PRODUCT(windowInputChannels) * (PRODUCT(windowOutputs) + 4) % (1u << 31));
        case 6: case 7:
            return PRODUCT(productBatches, productOutputHeight, productOutputWidth)
                * PRODUCT(productFilterHeight, productFilterWidth) * (PRODUCT(productInputChannels) * (PRODUCT(productOutputs) + 4) % (1u << 31));
        case 2: case 10: return PRODUCT(fullyConnectedRows, fullyConnectedInputs, fullyConnectedOutputs);
        case firstSignal + 2: return 16 * PRODUCT(realFftRows, realFftPoints);
        case firstSignal + 16: case firstSignal + 18: return 16 * PRODUCT(powerSpectrumRows, powerSpectrumPoints);
        case firstSignal + 17: case firstSignal + 19: return PRODUCT(melFilterBankRows, melFilterBankChannels) * 16;
        case firstSignal + 9: return PRODUCT(framesRows, framesHops) * PRODUCT(framesHistoryBytes, framesFrameBytes) / 64;
        case 4: case 8: case maxPool:
            return PRODUCT(poolBatches, poolOutputHeight, poolOutputWidth) * PRODUCT(poolFilterHeight, poolFilterWidth) * PRODUCT(poolChannels);
        case mean: return PRODUCT(meanKept0, meanReduced0, meanKept1) * PRODUCT(meanReduced1, meanKept2);
        default: return 0;
    }
}

/* Bytes of a call's output, where its sizes make sense. */
static uint64_t output_bytes(void)
{
    switch (of - layouts)
    {
        case 0: case 9: return PRODUCT(windowBatches, windowOutputHeight, windowOutputWidth, windowOutputs);
        case 1: return PRODUCT(windowBatches, windowOutputHeight, windowOutputWidth) * PRODUCT(windowOutputs, windowInputChannels);
        case 2: case 10: return (uint64_t) block[fullyConnectedRows] * (uint64_t) block[fullyConnectedOutputs];
        case 3: return (uint64_t) block[addLength];
        case 4: case maxPool: return PRODUCT(poolBatches, poolOutputHeight, poolOutputWidth, poolChannels);
        case lookupTable: return (uint64_t) block[lookupTableElements];
        case mul: return (uint64_t) block[mulLength];
        case mulBroadcast:
            return (uint64_t) block[mulLength] * PRODUCT(mulParameters + broadcastCount0, mulParameters + broadcastCount1,
                                                         mulParameters + broadcastCount2, mulParameters + broadcastCount3);
        case mean: return PRODUCT(meanKept0, meanKept1, meanKept2);
        case 8: return 2 * PRODUCT(poolBatches, poolOutputHeight, poolOutputWidth, poolChannels);
        case 6: return PRODUCT(productBatches, productOutputHeight, productOutputWidth) * PRODUCT(productOutputs, productElementBytes);
        case 7: return PRODUCT(productBatches, productOutputHeight, productOutputWidth) * PRODUCT(productOutputs, productInputChannels, productElementBytes);
        default: return (uint64_t) block[softmaxRows] * (uint64_t) block[softmaxDepth];
    }
}

static bool is_spectrum(void)
{
    return of->work == workPowerSpectrum || of->work == workPowerSpectrumInt16;
}

static uint64_t number_at(uint32_t index)
{
    return (uint32_t) block[index];
}

/* Bytes of an output of accel_signal, which is the parameter of that number. */
static uint64_t signal_output_bytes(uint32_t number)
{
    switch (of->work)
    {
        case workWindow: return 2 * number_at(signalWindowRows) * number_at(signalWindowLength);
        case workFftAutoScale: return number == fftAutoScaleScaleBits ? 4 : 2 * number_at(fftAutoScaleElements);
        case workRfftInt16: return 4 * number_at(realFftRows) * (number_at(realFftPoints) + 1);
        case workEnergy: return 4 * number_at(energyElements);
        case workFilterBank: return 8 * (number_at(filterBankChannels) - 1);
        case workSquareRoot: return 4 * number_at(squareRootElements);
        case workSpectralSubtraction: return 4 * number_at(spectralSubtractionChannels);
        case workPcan: return 4 * number_at(pcanElements);
        case workFilterBankLog: return 2 * number_at(filterBankLogElements);
        case workFrames:
            if (number == framesOutput) return number_at(framesRows) * number_at(framesHops) * number_at(framesFrameBytes);
            return number == framesHistory ? number_at(framesRows) * number_at(framesHistoryBytes) : number == framesValid ? 1 : 4;
        case workTrigger: return number_at(triggerCount) * (number == triggerState ? 12 : number == triggerLevels ? 4 : 1);
        case workCopyRows: return (number_at(copyRowsRows) - 1) * number_at(copyRowsStride) + number_at(copyRowsBytes);
        case workPowerSpectrum: case workPowerSpectrumInt16: return 4 * number_at(powerSpectrumRows) * (number_at(powerSpectrumPoints) + 1);
        case workMelFilterBank: case workMelLogarithms: return 4 * number_at(melFilterBankRows) * number_at(melFilterBankChannels);
        case workCastInt16ToFloat32: return 4 * number_at(castElements);
        case workQuantizeBytes: return number_at(quantizeElements);
        default: return 4 * number_at(dequantizeElements);
    }
}

static void check_writes(const uint8_t *before, bool ran)
{
    if (memcmp(before, memory.at, memory.bytes) == 0) return;
    struct { uint64_t from, end; } written[4] = { { 0, 0 } };
    uint32_t ranges = 0;
    for (uint32_t i = 0; i < of->count && (ran || of - layouts == 4 || of - layouts == 8 || of - layouts == maxPool); i++)
    {
        const uint64_t at = (uint32_t) block[i];
        uint64_t bytes = 0;
        if (of->kinds[i] == output) bytes = of->work ? signal_output_bytes(i) : output_bytes();
        if (of->kinds[i] == scratch && of->kinds[i + 1] == scratchBytes) bytes = (uint32_t) block[i + 1];
        if (of->kinds[i] == scratch && of->work == workRfftInt16) bytes = 4 * number_at(realFftPoints);
        if (of->kinds[i] == scratch && is_spectrum()) bytes = 16 * number_at(powerSpectrumPoints) + 8;
        if (bytes) written[ranges].from = at, written[ranges++].end = at + bytes;
    }
    for (uint64_t i = 0; i < memory.bytes; i++)
    {
        bool isMeant = memory.at[i] == before[i];
        for (uint32_t r = 0; r < ranges && !isMeant; r++) isMeant = i >= written[r].from && i < written[r].end;
        if (isMeant) continue;
        printf("byte %" PRIu64 " was written\n", i);
        describe();
        exit(1);
    }
}

/* What makes most blocks of accel_signal valid: aligned addresses, numbers that go together, bands within the spectrum. */
static void prepare_signal(void)
{
    if (!one_in(8))
        for (uint32_t i = 0; i < of->count; i++) if (of->kinds[i] == address || of->kinds[i] == output) block[i] &= ~3;
    if (of->work == workEnergy && !one_in(4)) block[energyStart] = between(0, block[energyEnd] = between(0, block[energyElements] & 65535));
    if (of->work == workRfftInt16 && !one_in(8))
    {
        block[realFftPoints] = 1;
        for (int32_t stages = between(1, 4); stages > 0; stages--)
        {
            const int32_t radix = between(2, 5);
            block[realFftRadices] = block[realFftRadices] << radixBits | radix;
            block[realFftPoints] *= radix;
        }
    }
    if (is_spectrum() && !one_in(8))
    {
        const int32_t stages = between(1, 3);
        block[powerSpectrumPoints] = 1;
        for (int32_t i = 0; i < stages; i++)
        {
            const int32_t radix = one_in(8) ? between(2, 5) : 2 << (next() & 1);
            block[powerSpectrumRadices] = block[powerSpectrumRadices] << radixBits | radix;
            block[powerSpectrumPoints] *= radix;
        }
        block[powerSpectrumLength] = between(1, 2 * block[powerSpectrumPoints]);
        block[powerSpectrumStart] = between(0, block[powerSpectrumEnd] = between(0, block[powerSpectrumPoints] + 1));
    }
    if (of->work != workFilterBank && of->work != workMelFilterBank && of->work != workMelLogarithms) return;
    const int bandsAt = of->work == workFilterBank ? filterBankWeights : melFilterBankWeights;
    for (uint64_t at = weightsAt + 16; at + 200 < weights.bytes; )
    {
        const int32_t bins = one_in(20) ? hostile() : between(0, 8);
        const uint32_t header[2] = { one_in(20) ? next() : 4 * (next() % 1000), (uint32_t) bins };
        memcpy(weights.at + at, header, sizeof header);
        at += sizeof header + 4 * (uint64_t) (bins & 15);
    }
    if (!one_in(8)) block[bandsAt] = weightsAt + 16;
}

static bool run_case(void)
{
    of = &layouts[next() % (sizeof layouts / sizeof *layouts)];
    memory = guarded_new(one_in(16) ? mostMemory : one_in(2) ? 4096u * (uint32_t) between(1, 8) : (uint32_t) between(1, 40000));
    weights = guarded_new(one_in(2) ? (uint32_t) between(weightsAt, 1000) : (uint32_t) between(1000, 20000));
    /* As wasm3 and the linker place them. */
    if ((uintptr_t) memory.at & 7) memory.bytes -= 8 - ((uintptr_t) memory.at & 7), memory.at += 8 - ((uintptr_t) memory.at & 7);
    if ((uintptr_t) weights.at & 3) weights.bytes &= ~3ull, weights.at = (uint8_t *) (((uintptr_t) weights.at + 3) & ~3ull);
    const bool extreme = one_in(4);
    fill(memory, extreme);
    fill(weights, extreme);

    for (uint32_t i = 0; i < of->count; i++) block[i] = draw(of->kinds[i]);
    if (of - layouts == 8) block[poolInput] &= ~1, block[poolOutput] &= ~1;
    if (of->work) prepare_signal();
    if ((of - layouts == 6 || of - layouts == 7) && block[productElementBytes] > 1)
    {
        /* What goes with int16 and float32. */
        block[productInputZeroPoint] = block[productOutputZeroPoint] = 0;
        block[productInput] &= ~3;
        block[productOutput] &= ~3;
    }
    for (uint32_t changes = one_in(3) ? 0 : next() % 4; changes > 0; changes--) block[next() % of->count] = hostile();
    uint32_t offset = one_in(20) ? (uint32_t) hostile() : 0;
    if (weights.bytes >= 4 * of->count) memcpy(weights.at, block, 4 * of->count);

    bool ran = false;
    if (work() <= mostWork)
    {
        static uint8_t before[mostMemory];
        memcpy(before, memory.at, memory.bytes);
        ran = accelerator_runs(accelerator_named(of->name), memory, weights, offset);
        /* A block of another work than its layout's writes where that does. */
        if (offset == 0 && (!of->work || block[0] == of->work)) check_writes(before, ran);
    }
    guarded_free(memory);
    guarded_free(weights);
    return ran;
}

int main(int count, char **arguments)
{
    if (count != 3) return 2;
    const uint32_t cases = (uint32_t) strtoul(arguments[1], NULL, 10);
    const uint64_t seed = strtoull(arguments[2], NULL, 10);
    uint32_t ran = 0;
    __sanitizer_set_death_callback(describe);
    for (caseNumber = 0; caseNumber < cases; caseNumber++)
    {
        state = seed * 2862933555777941757u + caseNumber * 3037000493u;
        next();
        ran += run_case();
    }
    printf("ok %" PRIu32 " %" PRIu32 "\n", ran, cases - ran);
    return 0;
}

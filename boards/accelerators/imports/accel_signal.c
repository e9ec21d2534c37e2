#include <string.h>

#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../signal.h"

/* A block that is read: what it names is looked for, and whether anything was wrong asked at the end. */
typedef struct reader
{
    const parameters *from;
    bool wrong;
} reader;

static __attribute__((noinline)) uint32_t product_within(reader *to, uint32_t a, uint32_t b)
{
    const uint64_t product = (uint64_t) a * b;
    if (product > INT32_MAX) to->wrong = true;
    return (uint32_t) product;
}

/* A number that is at least `least`. */
static uint32_t number(reader *to, uint32_t index, int32_t least)
{
    const int32_t value = parameter(to->from, index);
    if (value < least) to->wrong = true;
    return (uint32_t) value;
}

/* A number of 0 to 63, or whatever `most` is below that. */
static __attribute__((noinline)) int32_t shift(reader *to, uint32_t index, uint32_t most)
{
    const uint32_t value = (uint32_t) parameter(to->from, index);
    if (value > most) to->wrong = true;
    return (int32_t) value;
}

/* So many elements of 1, 2 or 4 bytes, aligned to one. */
static void *elements(reader *to, uint32_t index, uint32_t count, uint32_t elementBytes)
{
    void *const at = parameter_memory(to->from, index, (uint64_t) count * elementBytes);
    if (!at || ((uintptr_t) at & (elementBytes - 1))) to->wrong = true;
    return at;
}

static const void *constants(reader *to, uint32_t index, uint32_t count, uint32_t elementBytes)
{
    const void *const at = parameter_weights(to->from, index, (uint64_t) count * elementBytes);
    if (!at) to->wrong = true;
    return at;
}

static void run_window(reader *from)
{
    const uint32_t length = number(from, signalWindowLength, 1), samples = product_within(from, number(from, signalWindowRows, 1), length);
    const int16_t *input = elements(from, signalWindowInput, samples, 2);
    int16_t *output = elements(from, signalWindowOutput, samples, 2);
    const int16_t *const window = constants(from, signalWindowWeights, length, 2);
    const int32_t bits = shift(from, signalWindowShift, 31);
    if (from->wrong) return;
    for (uint32_t done = 0; done < samples; done += length, input += length, output += length)
        wasmote_signal_window(input, window, output, (int32_t) length, bits);
}

static void run_auto_scale(reader *from)
{
    const uint32_t count = number(from, fftAutoScaleElements, 0);
    const int16_t *const input = elements(from, fftAutoScaleInput, count, 2);
    int16_t *const output = elements(from, fftAutoScaleOutput, count, 2);
    int32_t *const scaleBits = elements(from, fftAutoScaleScaleBits, 1, 4);
    if (from->wrong) return;
    *scaleBits = wasmote_fft_auto_scale(input, output, (int32_t) count);
}

/* The product of the radices of stages that there are; 0 where there are others, or it is 2^24 or more. */
static uint32_t points_of(uint32_t radices)
{
    uint32_t product = 1;
    for (; radices; radices >>= radixBits)
    {
        const uint32_t radix = radices & radixMask;
        product *= radix;
        if (radix < 2 || radix > mostRadix || product >> 24) return 0;
    }
    return product;
}

static void run_rfft(reader *from)
{
    real_fft of;
    of.radices = number(from, realFftRadices, 2);
    of.points = number(from, realFftPoints, 2);
    if (points_of(of.radices) != of.points) from->wrong = true;
    of.length = number(from, realFftLength, 1);
    const uint32_t rows = number(from, realFftRows, 1), outputs = 2 * (of.points + 1);
    of.input = elements(from, realFftInput, product_within(from, rows, of.length), 2);
    of.output = elements(from, realFftOutput, product_within(from, rows, outputs), 2);
    of.scratch = elements(from, realFftScratch, of.points, 4);
    of.twiddles = constants(from, realFftWeights, of.points + of.points / 2, 4);
    if (from->wrong) return;
    for (uint32_t row = 0; row < rows; row++, of.input += of.length, of.output += outputs) wasmote_rfft_s16(&of);
}

static void run_energy(reader *from)
{
    const uint32_t count = number(from, energyElements, 0), start = number(from, energyStart, 0), end = number(from, energyEnd, 0);
    const int16_t *const input = elements(from, energyInput, product_within(from, count, 2), 2);
    uint32_t *const output = elements(from, energyOutput, count, 4);
    if (from->wrong || start > end || end > count) from->wrong = true;
    else wasmote_energy(input, output, count, start, end);
}

/* The bands at the parameter of that number: all within the weights section, and their bins within the `room` bytes of the input. */
static const filter_band *bands_within(reader *to, uint32_t index, uint32_t channels, uint32_t room)
{
    const filter_band *const bands = constants(to, index, 0, 1), *band = bands;
    uint32_t left = to->from->weights->length - (uint32_t) parameter(to->from, index);
    for (; channels > 0 && !to->wrong; channels--)
    {
        to->wrong = true;
        if (left < sizeof *band) break;
        left -= sizeof *band;
        const uint32_t first = band->firstByte, bins = band->bins;
        if (first & 3 || first > room || bins > (room - first) / 4 || bins > left / 4) break;
        left -= 4 * bins;
        band = band_after(band);
        to->wrong = false;
    }
    return bands;
}

static void run_filter_bank(reader *from)
{
    const uint32_t channels = number(from, filterBankChannels, 1);
    const uint8_t *const input = elements(from, filterBankInput, 0, 4);
    long_element *const output = elements(from, filterBankOutput, product_within(from, channels - 1, 2), 4);
    const uint32_t room = from->from->memoryBytes - (uint32_t) parameter(from->from, filterBankInput);
    const filter_band *const bands = bands_within(from, filterBankWeights, channels, room);
    if (!from->wrong) wasmote_filter_bank(input, bands, channels, output);
}

static void run_square_roots(reader *from)
{
    const uint32_t count = number(from, squareRootElements, 0);
    const long_element *const input = elements(from, squareRootInput, product_within(from, count, 2), 4);
    uint32_t *const output = elements(from, squareRootOutput, count, 4);
    const int32_t *const scaleBits = elements(from, squareRootScaleBits, 1, 4);
    if (!from->wrong) wasmote_square_roots(input, output, count, *scaleBits & 31);
}

static void run_spectral_subtraction(reader *from)
{
    const uint32_t channels = number(from, spectralSubtractionChannels, 0);
    spectral_subtraction of;
    of.channels = channels;
    of.input = elements(from, spectralSubtractionInput, channels, 4);
    of.output = elements(from, spectralSubtractionOutput, channels, 4);
    of.noise = elements(from, spectralSubtractionNoise, channels, 4);
    of.estimate = elements(from, spectralSubtractionEstimate, channels, 4);
    of.factors = (const uint32_t *) &from->from->block[spectralSubtractionSmoothing];
    of.minSignalRemaining = number(from, spectralSubtractionMinSignalRemaining, 0);
    of.smoothingBits = shift(from, spectralSubtractionSmoothingBits, 31);
    of.bits = shift(from, spectralSubtractionBits, 31);
    of.clamping = parameter(from->from, spectralSubtractionClamping) != 0;
    if (!from->wrong) wasmote_spectral_subtraction(&of);
}

static void run_pcan(reader *from)
{
    const uint32_t count = number(from, pcanElements, 0);
    pcan of;
    of.input = elements(from, pcanInput, count, 4);
    of.noise = elements(from, pcanNoise, count, 4);
    of.output = elements(from, pcanOutput, count, 4);
    of.gains = constants(from, pcanWeights, gainEntries, 2);
    of.elements = count;
    of.shift = shift(from, pcanShift, 63);
    if (!from->wrong) wasmote_pcan(&of);
}

static void run_log(reader *from)
{
    const uint32_t count = number(from, filterBankLogElements, 0);
    logarithms of;
    of.input = elements(from, filterBankLogInput, count, 4);
    of.output = elements(from, filterBankLogOutput, count, 2);
    of.table = constants(from, filterBankLogWeights, logarithmEntries, 2);
    of.elements = count;
    of.correctionBits = shift(from, filterBankLogCorrectionBits, 31);
    of.scale = number(from, filterBankLogScale, 0);
    if (!from->wrong) wasmote_filter_bank_log(&of);
}

static void run_frames(reader *from)
{
    frames_operation of;
    of.rows = number(from, framesRows, 1);
    of.hops = number(from, framesHops, 1);
    of.hopBytes = number(from, framesHopBytes, 1);
    of.historyBytes = number(from, framesHistoryBytes, 0);
    of.frameBytes = number(from, framesFrameBytes, 0);
    of.every = parameter(from->from, framesEvery);
    if (of.frameBytes > of.hopBytes + of.historyBytes) from->wrong = true;
    const uint32_t frames = product_within(from, of.rows, of.hops);
    of.input = elements(from, framesInput, product_within(from, frames, of.hopBytes), 1);
    of.output = elements(from, framesOutput, product_within(from, frames, of.frameBytes), 1);
    of.history = elements(from, framesHistory, product_within(from, of.rows, of.historyBytes), 1);
    of.valid = elements(from, framesValid, 1, 1);
    of.countdown = elements(from, framesCountdown, 1, 4);
    if (!from->wrong) wasmote_frames(&of);
}

static void run_trigger(reader *from)
{
    const uint32_t classes = number(from, triggerClasses, 1), count = number(from, triggerCount, 1);
    trigger_operation of;
    of.classes = (int32_t) classes;
    of.count = (int32_t) count;
    of.scores = elements(from, triggerScores, classes, 4);
    of.events = elements(from, triggerEvents, count, 1);
    of.active = elements(from, triggerActive, count, 1);
    of.levels = elements(from, triggerLevels, count, 4);
    of.states = elements(from, triggerState, product_within(from, count, sizeof *of.states / 4), 4);
    of.rules = constants(from, triggerWeights, count, sizeof *of.rules);
    for (uint32_t i = 0; !from->wrong && i < count; i++) from->wrong = of.rules[i].class >= classes;
    of.highest = (int32_t) parameter(from->from, triggerHighest);
    of.together = parameter(from->from, triggerTogether) != 0;
    if (!from->wrong) wasmote_trigger(&of);
}

static void run_copy_rows(reader *from)
{
    const uint32_t rows = number(from, copyRowsRows, 1), bytes = number(from, copyRowsBytes, 0), stride = number(from, copyRowsStride, 0);
    const uint8_t *input = elements(from, copyRowsInput, product_within(from, rows, bytes), 1);
    uint8_t *output = elements(from, copyRowsOutput, product_within(from, rows - 1, stride) + bytes, 1);
    if (from->wrong) return;
    for (uint32_t row = 0; row < rows; row++, input += bytes, output += stride) memmove(output, input, bytes);
}

static void run_dequantize(reader *from)
{
    const bool isWide = parameter(from->from, dequantizeWork) == workDequantizeInt16;
    const uint32_t count = number(from, dequantizeElements, 0);
    const void *const input = elements(from, dequantizeInput, count, isWide ? 2 : 1);
    float *const output = elements(from, dequantizeOutput, count, 4);
    const float scale = parameter_float(from->from, dequantizeScale);
    const int32_t zeroPoint = parameter(from->from, dequantizeZeroPoint);
    if (zeroPoint != (int16_t) zeroPoint) from->wrong = true;
    if (from->wrong) return;
    if (isWide) wasmote_dequantize_s16(input, output, count, scale, zeroPoint);
    else wasmote_dequantize_s8(input, output, count, scale, zeroPoint);
}

static void run_cast(reader *from)
{
    const uint32_t count = number(from, castElements, 0);
    const int16_t *const input = elements(from, castInput, count, 2);
    float *const output = elements(from, castOutput, count, 4);
    if (!from->wrong) wasmote_dequantize_s16(input, output, count, 1, 0);
}

static void run_power_spectrum(reader *from)
{
    power_spectrum of;
    const bool isInteger = parameter(from->from, powerSpectrumWork) == workPowerSpectrumInt16;
    const uint32_t elementBytes = isInteger ? 2 : 4;
    of.radices = number(from, powerSpectrumRadices, 2);
    of.points = number(from, powerSpectrumPoints, 2);
    /* Of 2 to 5, the odd ones have the lowest of their bits. */
    if (points_of(of.radices) != of.points || of.radices & 0x09249249) from->wrong = true;
    of.length = number(from, powerSpectrumLength, 1);
    if (of.length > 2 * of.points) from->wrong = true;
    const uint32_t rows = number(from, powerSpectrumRows, 1), outputs = of.points + 1;
    const uint8_t *const input = elements(from, powerSpectrumInput, product_within(from, rows, of.length), elementBytes);
    of.output = elements(from, powerSpectrumOutput, product_within(from, rows, outputs), 4);
    of.samples = elements(from, powerSpectrumScratch, 4 * of.points + 2, 4);
    of.spectrum = (float *) of.samples + 2 * of.points;
    of.twiddles = constants(from, powerSpectrumWeights, of.points + of.points / 2, 8);
    of.window = NULL;
    if (parameter(from->from, powerSpectrumWindowed)) of.window = constants(from, powerSpectrumWindow, of.length, 4);
    of.magnitude = parameter(from->from, powerSpectrumMagnitude) != 0;
    of.scale = parameter_float(from->from, powerSpectrumScale);
    of.start = number(from, powerSpectrumStart, 0);
    of.end = number(from, powerSpectrumEnd, 0);
    if (from->wrong || of.start > of.end || of.end > outputs)
    {
        from->wrong = true;
        return;
    }
    void (*const run)(const power_spectrum *of) = isInteger ? wasmote_power_spectrum_s16 : wasmote_power_spectrum;
    for (uint32_t row = 0; row < rows; row++, of.output += outputs)
    {
        of.input = input + row * of.length * elementBytes;
        run(&of);
    }
}

static void run_mel_filter_bank(reader *from)
{
    mel_filter_bank of;
    of.channels = number(from, melFilterBankChannels, 1);
    of.rows = number(from, melFilterBankRows, 1);
    of.bins = number(from, melFilterBankBins, 1);
    const uint32_t before = product_within(from, of.rows - 1, of.bins);
    of.input = elements(from, melFilterBankInput, before, 4);
    of.output = elements(from, melFilterBankOutput, product_within(from, of.rows, of.channels), 4);
    const uint32_t room = from->from->memoryBytes - (uint32_t) parameter(from->from, melFilterBankInput) - 4 * before;
    of.bands = bands_within(from, melFilterBankWeights, of.channels, room);
    of.logarithms = parameter(from->from, melFilterBankWork) == workMelLogarithms;
    of.floor = parameter_float(from->from, melFilterBankFloor);
    of.adds = parameter(from->from, melFilterBankAdds) != 0;
    if (!from->wrong) wasmote_mel_filter_bank(&of);
}

static void run_quantize(reader *from)
{
    quantize_operation of;
    of.elements = number(from, quantizeElements, 0);
    of.input = elements(from, quantizeInput, of.elements, 4);
    of.output = elements(from, quantizeOutput, of.elements, 1);
    of.scale = parameter_float(from->from, quantizeScale);
    of.zeroPoint = parameter(from->from, quantizeZeroPoint);
    of.low = parameter(from->from, quantizeLow);
    of.high = parameter(from->from, quantizeHigh);
    if (!parameters_within(from->from, quantizeZeroPoint, 3, -128, 255) || of.low > of.high) from->wrong = true;
    if (!from->wrong) wasmote_quantize_bytes(&of);
}

/* What does a work, and parameters of its block. */
typedef struct signal_work
{
    void (*run)(reader *from);
    uint32_t count;
} signal_work;

static const signal_work works[] = {
    [workWindow] = { run_window, signalWindowParameters },
    [workFftAutoScale] = { run_auto_scale, fftAutoScaleParameters },
    [workRfftInt16] = { run_rfft, realFftParameters },
    [workEnergy] = { run_energy, energyParameters },
    [workFilterBank] = { run_filter_bank, filterBankParameters },
    [workSquareRoot] = { run_square_roots, squareRootParameters },
    [workSpectralSubtraction] = { run_spectral_subtraction, spectralSubtractionParameters },
    [workPcan] = { run_pcan, pcanParameters },
    [workFilterBankLog] = { run_log, filterBankLogParameters },
    [workFrames] = { run_frames, framesParameters },
    [workTrigger] = { run_trigger, triggerParameters },
    [workCopyRows] = { run_copy_rows, copyRowsParameters },
    [workDequantizeInt8] = { run_dequantize, dequantizeParameters },
    [workDequantizeInt16] = { run_dequantize, dequantizeParameters },
    [workQuantizeBytes] = { run_quantize, quantizeParameters },
    [workCastInt16ToFloat32] = { run_cast, castParameters },
    [workPowerSpectrum] = { run_power_spectrum, powerSpectrumParameters },
    [workMelFilterBank] = { run_mel_filter_bank, melFilterBankParameters },
    [workMelLogarithms] = { run_mel_filter_bank, melFilterBankParameters },
    [workPowerSpectrumInt16] = { run_power_spectrum, powerSpectrumParameters },
};

bool wasmote_accel_signal(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, 1)) return false;
    const uint32_t work = (uint32_t) parameter(from, 0);
    if (work == workNone || work >= sizeof works / sizeof *works) return false;
    reader reads = { from, !parameters_open(from, offset, works[work].count) };
    if (!reads.wrong) works[work].run(&reads);
    return !reads.wrong;
}

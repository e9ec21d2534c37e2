#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../signal.h"

/* So many elements at a parameter's address, aligned to one; NULL where they are not all in linear memory. */
static void *elements(const parameters *from, uint32_t index, uint64_t count, uint32_t elementBytes)
{
    uint8_t *const at = parameter_memory(from, index, count * elementBytes);
    return ((uintptr_t) at & (elementBytes - 1)) == 0 ? at : NULL;
}

/* The parameter of that number as a count of what there may be none of; false where it is below 0. */
static bool is_count(const parameters *from, uint32_t index)
{
    return parameters_within(from, index, 1, 0, INT32_MAX);
}

static bool run_window(const parameters *from)
{
    if (!parameters_within(from, signalWindowRows, 2, 1, INT32_MAX) || !parameters_within(from, signalWindowShift, 1, 0, 31)) return false;
    const int32_t rows = parameter(from, signalWindowRows), length = parameter(from, signalWindowLength);
    const uint64_t samples = (uint64_t) rows * (uint32_t) length;
    const int16_t *input = elements(from, signalWindowInput, samples, 2);
    int16_t *output = elements(from, signalWindowOutput, samples, 2);
    const int16_t *const window = parameter_weights(from, signalWindowWeights, 2ull * (uint32_t) length);
    if (!input || !output || !window) return false;
    for (int32_t row = 0; row < rows; row++, input += length, output += length)
        wasmote_signal_window(input, window, output, length, parameter(from, signalWindowShift));
    return true;
}

static bool run_auto_scale(const parameters *from)
{
    if (!is_count(from, fftAutoScaleElements)) return false;
    const int32_t count = parameter(from, fftAutoScaleElements);
    const int16_t *const input = elements(from, fftAutoScaleInput, (uint32_t) count, 2);
    int16_t *const output = elements(from, fftAutoScaleOutput, (uint32_t) count, 2);
    int32_t *const scaleBits = elements(from, fftAutoScaleScaleBits, 1, 4);
    if (!input || !output || !scaleBits) return false;
    *scaleBits = wasmote_fft_auto_scale(input, output, count);
    return true;
}

/* Whether radices are of stages that there are, and their product is `points`. */
static bool are_radices(uint32_t radices, uint32_t points)
{
    uint32_t product = 1;
    for (; radices; radices >>= radixBits)
    {
        const uint32_t radix = radices & radixMask;
        if (radix < 2 || radix > mostRadix) return false;
        product *= radix;
    }
    return points > 1 && product == points;
}

static bool run_rfft(const parameters *from)
{
    /* Ten radices, whose product is below 2^24. */
    if (!parameters_within(from, realFftRows, 2, 1, INT32_MAX) || !parameters_within(from, realFftRadices, 1, 2, (1 << 30) - 1)) return false;
    real_fft of = {
        .length = parameter(from, realFftLength),
        .points = (uint32_t) parameter(from, realFftPoints),
        .radices = (uint32_t) parameter(from, realFftRadices),
    };
    if (!are_radices(of.radices, of.points)) return false;
    const int32_t rows = parameter(from, realFftRows);
    of.input = elements(from, realFftInput, (uint64_t) rows * (uint32_t) of.length, 2);
    of.output = elements(from, realFftOutput, (uint64_t) rows * 2 * (of.points + 1), 2);
    of.scratch = elements(from, realFftScratch, of.points, 4);
    of.twiddles = parameter_weights(from, realFftWeights, 4ull * (of.points + of.points / 2));
    if (!of.input || !of.output || !of.scratch || !of.twiddles) return false;
    for (int32_t row = 0; row < rows; row++, of.input += of.length, of.output += 2 * (of.points + 1)) wasmote_rfft_s16(&of);
    return true;
}

static bool run_energy(const parameters *from)
{
    if (!parameters_within(from, energyElements, 3, 0, INT32_MAX)) return false;
    const int32_t count = parameter(from, energyElements), start = parameter(from, energyStart), end = parameter(from, energyEnd);
    const int16_t *const input = elements(from, energyInput, 2 * (uint64_t) count, 2);
    uint32_t *const output = elements(from, energyOutput, (uint32_t) count, 4);
    if (!input || !output || start > end || end > count) return false;
    wasmote_energy(input, output, count, start, end);
    return true;
}

static bool run_filter_bank(const parameters *from)
{
    if (!parameters_within(from, filterBankChannels, 1, 1, INT32_MAX)) return false;
    const int32_t channels = parameter(from, filterBankChannels);
    const uint8_t *const input = elements(from, filterBankInput, 0, 4);
    long_element *const output = elements(from, filterBankOutput, 2 * ((uint64_t) channels - 1), 4);
    const filter_band *const bands = parameter_weights(from, filterBankWeights, sizeof *bands);
    if (!input || !output || !bands) return false;

    const uint32_t inputBytes = from->memoryBytes - (uint32_t) parameter(from, filterBankInput);
    const uint8_t *at = (const uint8_t *) bands, *const end = from->weights->bytes + from->weights->length;
    for (int32_t channel = 0; channel < channels; channel++)
    {
        if ((size_t) (end - at) < sizeof *bands) return false;
        const filter_band *const band = (const filter_band *) (const void *) at;
        at += sizeof *bands;
        if (band->firstByte & 3 || band->firstByte > inputBytes) return false;
        if (band->bins < 0 || (uint32_t) band->bins > (inputBytes - band->firstByte) / 4) return false;
        if ((uint32_t) band->bins > (size_t) (end - at) / 4) return false;
        at += 4 * (uint32_t) band->bins;
    }
    wasmote_filter_bank(input, bands, channels, output);
    return true;
}

static bool run_square_roots(const parameters *from)
{
    if (!is_count(from, squareRootElements)) return false;
    const int32_t count = parameter(from, squareRootElements);
    const long_element *const input = elements(from, squareRootInput, 2 * (uint64_t) count, 4);
    uint32_t *const output = elements(from, squareRootOutput, (uint32_t) count, 4);
    const int32_t *const scaleBits = elements(from, squareRootScaleBits, 1, 4);
    if (!input || !output || !scaleBits) return false;
    wasmote_square_roots(input, output, count, *scaleBits);
    return true;
}

static bool run_spectral_subtraction(const parameters *from)
{
    if (!is_count(from, spectralSubtractionChannels) || !parameters_within(from, spectralSubtractionSmoothingBits, 2, 0, 31)) return false;
    const uint32_t channels = (uint32_t) parameter(from, spectralSubtractionChannels);
    const spectral_subtraction of = {
        .input = elements(from, spectralSubtractionInput, channels, 4),
        .output = elements(from, spectralSubtractionOutput, channels, 4),
        .noise = elements(from, spectralSubtractionNoise, channels, 4),
        .estimate = elements(from, spectralSubtractionEstimate, channels, 4),
        .channels = (int32_t) channels,
        .factors = {
            {
                (uint32_t) parameter(from, spectralSubtractionSmoothing),
                (uint32_t) parameter(from, spectralSubtractionOneMinusSmoothing),
            },
            {
                (uint32_t) parameter(from, spectralSubtractionAlternateSmoothing),
                (uint32_t) parameter(from, spectralSubtractionAlternateOneMinusSmoothing),
            },
        },
        .minSignalRemaining = (uint32_t) parameter(from, spectralSubtractionMinSignalRemaining),
        .smoothingBits = parameter(from, spectralSubtractionSmoothingBits),
        .bits = parameter(from, spectralSubtractionBits),
        .clamping = parameter(from, spectralSubtractionClamping) != 0,
    };
    if (!of.input || !of.output || !of.noise || !of.estimate) return false;
    wasmote_spectral_subtraction(&of);
    return true;
}

static bool run_pcan(const parameters *from)
{
    if (!is_count(from, pcanElements) || !parameters_within(from, pcanShift, 1, 0, 63)) return false;
    const int32_t count = parameter(from, pcanElements);
    const uint32_t *const input = elements(from, pcanInput, (uint32_t) count, 4), *const noise = elements(from, pcanNoise, (uint32_t) count, 4);
    uint32_t *const output = elements(from, pcanOutput, (uint32_t) count, 4);
    const int16_t *const gains = parameter_weights(from, pcanWeights, gainEntries * sizeof *gains);
    if (!input || !noise || !output || !gains) return false;
    wasmote_pcan(input, noise, gains, output, count, parameter(from, pcanShift));
    return true;
}

static bool run_log(const parameters *from)
{
    if (!is_count(from, filterBankLogElements) || !parameters_within(from, filterBankLogCorrectionBits, 1, 0, 31)) return false;
    const logarithms of = {
        .input = elements(from, filterBankLogInput, (uint32_t) parameter(from, filterBankLogElements), 4),
        .output = elements(from, filterBankLogOutput, (uint32_t) parameter(from, filterBankLogElements), 2),
        .table = parameter_weights(from, filterBankLogWeights, logarithmEntries * sizeof *of.table),
        .elements = parameter(from, filterBankLogElements),
        .correctionBits = parameter(from, filterBankLogCorrectionBits),
        .scale = (uint32_t) parameter(from, filterBankLogScale),
    };
    if (!of.input || !of.output || !of.table) return false;
    wasmote_filter_bank_log(&of);
    return true;
}

static bool run_frames(const parameters *from)
{
    if (!parameters_within(from, framesRows, 3, 1, INT32_MAX) || !parameters_within(from, framesHistoryBytes, 2, 0, INT32_MAX)) return false;
    frames_operation of = {
        .rows = (uint32_t) parameter(from, framesRows),
        .hops = (uint32_t) parameter(from, framesHops),
        .hopBytes = (uint32_t) parameter(from, framesHopBytes),
        .historyBytes = (uint32_t) parameter(from, framesHistoryBytes),
        .frameBytes = (uint32_t) parameter(from, framesFrameBytes),
        .every = parameter(from, framesEvery),
    };
    const uint64_t frames = (uint64_t) of.rows * of.hops;
    if (frames > UINT32_MAX || of.frameBytes > of.hopBytes + of.historyBytes) return false;
    of.input = elements(from, framesInput, frames * of.hopBytes, 1);
    of.output = elements(from, framesOutput, frames * of.frameBytes, 1);
    of.history = elements(from, framesHistory, (uint64_t) of.rows * of.historyBytes, 1);
    of.valid = elements(from, framesValid, 1, 1);
    of.countdown = elements(from, framesCountdown, 1, 4);
    if (!of.input || !of.output || !of.history || !of.valid || !of.countdown) return false;
    wasmote_frames(&of);
    return true;
}

static bool run_trigger(const parameters *from)
{
    if (!parameters_within(from, triggerClasses, 1, 1, INT32_MAX)) return false;
    const uint32_t classes = (uint32_t) parameter(from, triggerClasses);
    const trigger_operation of = {
        .scores = elements(from, triggerScores, classes, 4),
        .events = elements(from, triggerEvents, classes, 1),
        .active = elements(from, triggerActive, classes, 1),
        .states = elements(from, triggerState, 3 * (uint64_t) classes, 4),
        .rules = parameter_weights(from, triggerWeights, sizeof *of.rules * (uint64_t) classes),
        .classes = (int32_t) classes,
        .highest = parameter(from, triggerHighest) != 0,
        .together = parameter(from, triggerTogether) != 0,
    };
    if (!of.scores || !of.events || !of.active || !of.states || !of.rules) return false;
    wasmote_trigger(&of);
    return true;
}

typedef struct signal_work
{
    bool (*run)(const parameters *from);
    uint32_t count;             /* of its parameters */
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
};

bool wasmote_accel_signal(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, 1)) return false;
    const uint32_t work = (uint32_t) parameter(from, 0);
    if (work >= sizeof works / sizeof *works || !works[work].run) return false;
    return parameters_open(from, offset, works[work].count) && works[work].run(from);
}

#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../signal.h"

static bool is_aligned(const void *at, uint32_t bytes)
{
    return ((uintptr_t) at & (bytes - 1)) == 0;
}

/* Whether stages of these radices, each 2 or 4, make a transform of so many points. */
static bool are_radices_of(uint32_t radices, uint32_t points)
{
    for (; radices != 0; radices >>= 3)
    {
        const uint32_t radix = radices & 7;
        if ((radix != 2 && radix != 4) || points % radix != 0) return false;
        points /= radix;
    }
    return points == 1;
}

bool wasmote_accel_rfft_s16(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, realFftParameters)) return false;
    if (!parameters_within(from, realFftRows, 2, 1, acceleratorMaxSize) || !parameters_within(from, realFftPoints, 1, 2, 1 << 16)) return false;
    rfft_operation of = {
        .rows = parameter(from, realFftRows),
        .length = parameter(from, realFftLength),
        .points = parameter(from, realFftPoints),
        .radices = parameter(from, realFftRadices),
    };
    if (of.length > 2 * of.points || !are_radices_of((uint32_t) of.radices, (uint32_t) of.points)) return false;
    of.input = parameter_memory(from, realFftInput, 2ull * of.rows * of.length);
    of.output = parameter_memory(from, realFftOutput, 4ull * of.rows * (of.points + 1));
    of.factors = parameter_weights(from, realFftWeights, 4ull * (of.points + of.points / 2));
    if (!of.input || !of.output || !of.factors || !is_aligned(of.input, 2) || !is_aligned(of.output, 2)) return false;
    wasmote_rfft_s16(&of);
    return true;
}

bool wasmote_accel_signal_window_s16(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, signalWindowParameters)) return false;
    if (!parameters_within(from, signalWindowRows, 2, 1, INT32_MAX) || !parameters_within(from, signalWindowShift, 1, 0, 31)) return false;
    signal_window_operation of = {
        .rows = parameter(from, signalWindowRows),
        .length = parameter(from, signalWindowLength),
        .shift = parameter(from, signalWindowShift),
    };
    const uint64_t bytes = (uint64_t) of.rows * of.length;
    if (bytes > INT32_MAX) return false;
    of.input = parameter_memory(from, signalWindowInput, 2 * bytes);
    of.output = parameter_memory(from, signalWindowOutput, 2 * bytes);
    of.window = parameter_weights(from, signalWindowWeights, 2ull * of.length);
    if (!of.input || !of.output || !of.window || !is_aligned(of.input, 2) || !is_aligned(of.output, 2)) return false;
    wasmote_signal_window_s16(&of);
    return true;
}

/* Whether all bands lie within the weights section, and their bins within linear memory. */
static bool are_bands_within(const parameters *from, int32_t channels)
{
    parameters band = *from;
    const uint32_t input = (uint32_t) parameter(from, filterBankInput);
    uint64_t at = (uint32_t) parameter(from, filterBankWeights);
    for (; channels > 0; channels--)
    {
        if (at > UINT32_MAX || !parameters_open(&band, (uint32_t) at, 2) || !parameters_within(&band, 0, 2, 0, INT32_MAX)) return false;
        const uint64_t start = (uint32_t) parameter(&band, 0), bins = (uint32_t) parameter(&band, 1);
        if ((start & 3) != 0 || input + start + 4 * bins > from->memoryBytes) return false;
        at += 8 + 4 * bins;
    }
    return at <= from->weights->length;
}

bool wasmote_accel_filter_bank_u32(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, filterBankParameters) || !parameters_within(from, filterBankChannels, 1, 1, acceleratorMaxSize)) return false;
    filter_bank_operation of = { .channels = parameter(from, filterBankChannels) };
    of.input = parameter_memory(from, filterBankInput, 0);
    of.output = parameter_memory(from, filterBankOutput, 8ull * (of.channels - 1));
    of.bands = parameter_weights(from, filterBankWeights, 0);
    if (!of.input || !of.output || !of.bands || !is_aligned(of.input, 4) || !is_aligned(of.output, 4)) return false;
    if (!are_bands_within(from, of.channels)) return false;
    wasmote_filter_bank_u32(&of);
    return true;
}

#include "signal_test.h"

#include <math.h>
#include <string.h>

#include "signal.h"

enum { mostElements = 256 };

static uint32_t state, hash;

static uint32_t next(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static uint32_t between(uint32_t low, uint32_t high)
{
    return low + next() % (high - low + 1);
}

/* FNV-1a. */
static void add(const void *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) hash = (hash ^ ((const uint8_t *) bytes)[i]) * 0x01000193u;
}

static uint32_t words[2 * mostElements], more[2 * mostElements], results[2 * mostElements], others[2 * mostElements];

/* 32 bits each, of any number of bits. */
static void draw(uint32_t *to, uint32_t count)
{
    const uint32_t most = next() % 32;
    for (uint32_t i = 0; i < count; i++)
    {
        const uint32_t high = next() << 16, whole = high ^ next();
        to[i] = whole >> (most ? next() % most : 0);
    }
}

static int16_t *halves(uint32_t *from)
{
    return (int16_t *) (void *) from;
}

static void hash_samples(uint32_t count)
{
    draw(words, count);
    draw(more, count);
    wasmote_signal_window(halves(words), halves(more), halves(results), (int32_t) count, (int32_t) between(0, 31));
    add(results, 2 * count);
    const int32_t bits = wasmote_fft_auto_scale(halves(words), halves(results), (int32_t) count);
    add(&bits, sizeof bits);
    add(results, 2 * count);
    wasmote_energy(halves(words), results, count / 2, count / 8, count / 3);
    add(results, 4 * (count / 2));
}

/* Factors of a transform that turn by as much as theirs, but for their last bits. */
static void hash_spectrum(void)
{
    static const uint32_t radices[][2] = { { 4 | 4 << 3 | 2 << 6, 32 }, { 3 | 5 << 3, 15 }, { 5 | 3 << 3 | 2 << 6, 30 }, { 4 | 4 << 3 | 4 << 6, 64 } };
    const uint32_t *drawn = radices[next() % 4];
    const real_fft of = {
        .input = halves(words), .output = halves(results), .scratch = others, .twiddles = more,
        .length = between(2 * drawn[1] - 3, 2 * drawn[1]), .points = drawn[1], .radices = drawn[0],
    };
    draw(words, of.points);
    draw(more, of.points + of.points / 2);
    if (next() & 1) more[0] = INT16_MAX;
    wasmote_rfft_s16(&of);
    add(results, 4 * (of.points + 1));
}

static void hash_channels(uint32_t count)
{
    static long_element sums[mostElements];
    draw(words, 2 * count);
    uint32_t at = 0;
    for (uint32_t channel = 0; channel < 5; channel++)
    {
        const uint32_t bins = between(0, 9);
        draw(more + at, 2 + bins);
        more[at] = 4 * between(0, 40);
        more[at + 1] = bins;
        at += 2 + bins;
    }
    wasmote_filter_bank((const uint8_t *) words, (const filter_band *) (const void *) more, 5, sums);
    add(sums, 4 * sizeof *sums);
    memcpy(sums, words, count * sizeof *sums);
    for (uint32_t i = 0; i < count; i += 3) sums[i] >>= next() % 64;
    wasmote_square_roots(sums, results, count, (int32_t) between(0, 3));
    add(results, 4 * count);

    draw(more, 2 * mostElements);
    spectral_subtraction subtraction = {
        .input = words, .output = results, .noise = results + count, .estimate = others, .channels = count, .factors = more,
        .minSignalRemaining = more[4] >> 1, .smoothingBits = more[5] & 31, .bits = more[6] & 31, .clamping = more[7] & 1,
    };
    draw(others, count);
    wasmote_spectral_subtraction(&subtraction);
    add(results, 8 * count);
    add(others, 4 * count);
    const pcan gained = {
        .input = words, .noise = others, .gains = halves(more), .output = results, .elements = count, .shift = (int32_t) between(0, 63),
    };
    wasmote_pcan(&gained);
    add(results, 4 * count);
    const logarithms of = {
        .input = words, .output = halves(results), .table = (const uint16_t *) (const void *) more, .elements = count,
        .scale = words[3] >> 1, .correctionBits = (int32_t) between(0, 31),
    };
    wasmote_filter_bank_log(&of);
    add(results, 2 * count);
}

static void hash_frames(void)
{
    static uint8_t history[64], valid;
    static int32_t countdown;
    frames_operation of = {
        .input = (const uint8_t *) words, .output = (uint8_t *) results, .valid = &valid, .history = history, .countdown = &countdown,
    };
    of.rows = between(1, 2);
    of.hops = between(1, 5);
    of.hopBytes = between(4, 11);
    of.historyBytes = between(0, 32);
    of.frameBytes = between(0, smaller(12, of.hopBytes + of.historyBytes));
    of.every = (int32_t) between(1, 3);
    countdown = (int32_t) between(0, 6) - 3;
    draw(words, 32);
    memset(results, 0, 128);
    wasmote_frames(&of);
    add(results, 128);
    add(history, sizeof history);
    add(&valid, 1);
    add(&countdown, sizeof countdown);
}

static void hash_floats(uint32_t count)
{
    float *const reals = (float *) (void *) others;
    draw(words, count);
    const float scale = (float) between(1, 1 << 20) / 65536;
    wasmote_dequantize_s16(halves(words), reals, count, scale, 0);
    add(reals, 4 * count);
    const quantize_operation of = {
        .input = reals, .output = (uint8_t *) results, .elements = count, .scale = scale * 64, .zeroPoint = 5, .low = -128, .high = 127,
    };
    wasmote_quantize_bytes(&of);
    add(results, count);
    wasmote_dequantize_s8((const int8_t *) results, reals, count, scale, -7);
    add(reals, 4 * count);

    static trigger_state states[4];
    static uint8_t events[4], active[4];
    static float levels[4];
    trigger_rule rules[4];
    for (int i = 0; i < 4; i++)
    {
        const uint32_t times = next();
        rules[i] = (trigger_rule) { (uint32_t) (3 - i), 10, -10, 1 + (times & 1), 1 + (times >> 1 & 1), times >> 2 & 3 };
        if (reals[i] == 0) reals[i] = NAN;
    }
    const uint32_t flags = next();
    const trigger_operation triggered = {
        .scores = reals, .rules = rules, .events = events, .active = active, .levels = levels, .states = states,
        .count = 4, .classes = 4,
        .highest = flags & 1, .together = flags >> 1 & 1,
    };
    wasmote_trigger(&triggered);
    add(events, sizeof events);
    add(active, sizeof active);
    add(levels, sizeof levels);
    add(states, sizeof states);
}

/* That of int16, of the same shape. */
static void hash_whole_spectrum(power_spectrum of)
{
    static int32_t window[128], twiddles[192];
    static int16_t samples[128];
    for (uint32_t i = 0; i < 128; i++) window[i] = (int32_t) (next() << 8 ^ next());
    /* Of magnitudes below 1, as a rotation's are. */
    for (uint32_t i = 0; i < 192; i++) twiddles[i] = (int32_t) (next() << 8 ^ next()) / 2;
    if (next() & 1) twiddles[0] = INT32_MAX, twiddles[1] = 0;
    const uint32_t most = next() % 16;
    for (uint32_t i = 0; i < 128; i++) samples[i] = (int16_t) ((int16_t) (next() >> 4) >> most);
    if (next() % 8 == 0) samples[next() % of.points] = INT16_MIN;
    if (next() % 16 == 0) memset(samples, 0, sizeof samples);
    of.input = samples;
    of.twiddles = twiddles;
    of.window = of.window ? window : NULL;
    wasmote_power_spectrum_s16(&of);
    add(of.output, 4 * (of.points + 1));
}

static void hash_real_spectrum(void)
{
    static const uint32_t radices[][2] = { { 4 | 4 << 3 | 2 << 6, 32 }, { 2 | 4 << 3, 8 }, { 4 | 4 << 3 | 4 << 6, 64 } };
    static float samples[128], spectrum[130], window[128], twiddles[192], powers[65], mel[4];
    const uint32_t *drawn = radices[next() % 3], points = drawn[1];
    for (uint32_t i = 0; i < 128; i++) window[i] = (float) between(0, 1000) / 1000;
    for (uint32_t i = 0; i < 192; i++) twiddles[i] = ((float) between(0, 1 << 20) - (1 << 19)) / (1 << 19);
    twiddles[0] = 1, twiddles[1] = 0;
    float *const reals = (float *) (void *) words;
    for (uint32_t i = 0; i < 128; i++) reals[i] = ((float) between(0, 1 << 20) - (1 << 19)) / 1000;
    if (next() % 8 == 0) reals[next() % points] = INFINITY;
    power_spectrum of = {
        .input = reals, .output = powers, .samples = samples, .spectrum = spectrum, .twiddles = twiddles,
        .points = points, .radices = drawn[0],
    };
    of.length = between(2 * points - 3, 2 * points);
    of.window = next() & 1 ? window : NULL;
    of.magnitude = next() & 1;
    of.scale = (float) between(1, 1000) / 100;
    of.start = between(0, 2);
    of.end = between(points - 2, points + 1);
    wasmote_power_spectrum(&of);
    add(powers, 4 * (points + 1));
    hash_whole_spectrum(of);

    memcpy(more, window, sizeof window);
    for (uint32_t channel = 0, at = 0; channel < 4; channel++, at += 7) more[at] = 4 * (channel >> 1), more[at + 1] = 5;
    mel_filter_bank bank = {
        .input = (const uint8_t *) words, .bands = (const filter_band *) (const void *) more, .output = mel, .rows = 1, .bins = 8, .channels = 4,
    };
    wasmote_mel_filter_bank(&bank);
    add(mel, sizeof mel);
    bank.logarithms = true;
    bank.floor = (float) between(1, 1000) / 1000;
    for (int adds = 0; adds < 2; adds++)
    {
        bank.adds = adds;
        wasmote_mel_filter_bank(&bank);
        add(mel, sizeof mel);
    }
}

uint32_t hash_signal(uint32_t cases)
{
    hash = 0x811c9dc5u;
    for (state = 1; cases > 0; cases--)
    {
        hash_samples(between(8, mostElements));
        hash_spectrum();
        hash_channels(between(4, mostElements / 2));
        hash_frames();
        hash_floats(between(4, mostElements));
        hash_real_spectrum();
    }
    return hash;
}

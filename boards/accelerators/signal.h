/*
 * Native micro-kernels of what sound goes through, byte for byte as the kernels of the same names in assembly/kernels/signal
 * and assembly/kernels/decision, which say what they compute. Nothing here is checked: imports/ has done it. Pointers are
 * aligned to their elements, and memory that only holds what is read may be in flash.
 *
 * Sources: TensorFlow Lite Micro's signal library; KISS FFT with FIXED_POINT 16.
 */
#ifndef WASMOTE_ACCELERATORS_SIGNAL_H
#define WASMOTE_ACCELERATORS_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

/* Whatever is no number as the canonical NaN. */
static inline float canonical(float value) { return value != value ? __builtin_nanf("") : value; }

static inline uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* One row of samples times a window of as many; the output may be the input. */
void wasmote_signal_window(const int16_t *input, const int16_t *window, int16_t *output, int32_t length, int32_t shift);

/* Answers the bits by which it has shifted; the output may be the input. */
int32_t wasmote_fft_auto_scale(const int16_t *input, int16_t *output, int32_t elements);

/* Radices of a transform's stages: three bits each, the first in the lowest. */
enum { radixBits = 3, radixMask = 7, mostRadix = 5 };

typedef struct real_fft
{
    const int16_t *input;
    int16_t *output;            /* [points + 1, 2]; may not be the input */
    uint32_t *scratch;          /* [points] */
    const uint32_t *twiddles;   /* [points + points / 2], pairs of int16 */
    uint32_t length;            /* samples of the input; what is missing counts as 0 */
    uint32_t points, radices;   /* radices of 2 to 5, whose product is points */
} real_fft;

/* One row. */
void wasmote_rfft_s16(const real_fft *of);

/* The number of the sample that is taken after another, in the order in which stages work in place. */
uint32_t wasmote_next_in_order(uint32_t index, uint32_t points, uint32_t radices);

/* Of float32 all that is not typed is float32; of int16 the input is int16, all else int32. */
typedef struct power_spectrum
{
    const void *input;
    float *output;              /* [points + 1] */
    void *samples;              /* [2 * points]; in front of the spectrum */
    void *spectrum;             /* [points + 1, 2] */
    const void *window;         /* [length], or NULL */
    const void *twiddles;       /* [points + points / 2, 2] */
    uint32_t length;            /* samples of the input; what is missing counts as 0 */
    uint32_t points, radices;   /* radices of 2 and 4 */
    uint32_t start, end;        /* the bins that are computed, at most points + 1; others are 0 */
    bool magnitude;
    float scale;
} power_spectrum;

/* One row. */
void wasmote_power_spectrum(const power_spectrum *of);
void wasmote_power_spectrum_s16(const power_spectrum *of);

/* The root of what is not negative, rounded to the nearest. */
float wasmote_float_root(float x);

void wasmote_energy(const int16_t *input, uint32_t *output, uint32_t elements, uint32_t start, uint32_t end);

/* A band of a filter bank, as it lies in the weights section: behind it a pair of int16, or a float, for each bin. */
typedef struct filter_band
{
    uint32_t firstByte;         /* of the input */
    uint32_t bins;
} filter_band;

static inline const filter_band *band_after(const filter_band *band)
{
    return (const filter_band *) (const void *) ((const uint32_t *) (const void *) (band + 1) + band->bins);
}

/* 64 bits in linear memory, which boards align to 4 bytes. */
typedef uint64_t __attribute__((aligned(4))) long_element;

typedef struct mel_filter_bank
{
    const uint8_t *input;       /* rows of `bins` float32 */
    const filter_band *bands;   /* weights are float32 */
    float *output;              /* [rows, channels] */
    uint32_t rows, bins, channels;
    bool logarithms, adds;      /* whether logarithms are given, and whether the floor is added, or the least */
    float floor;
} mel_filter_bank;

void wasmote_mel_filter_bank(const mel_filter_bank *of);

void wasmote_filter_bank(const uint8_t *input, const filter_band *bands, uint32_t channels, long_element *output);

void wasmote_square_roots(const long_element *input, uint32_t *output, uint32_t elements, int32_t scaleBits);

typedef struct spectral_subtraction
{
    const uint32_t *input;
    uint32_t *output, *noise, *estimate;        /* the output may be the input */
    uint32_t channels;
    const uint32_t *factors;    /* of even and of odd channels, two each: of the signal, and of the estimate */
    uint32_t minSignalRemaining;
    int32_t smoothingBits, bits;
    bool clamping;
} spectral_subtraction;

void wasmote_spectral_subtraction(const spectral_subtraction *of);

/* Entries of a table of gains. */
enum { gainEntries = 125 };

typedef struct pcan
{
    const uint32_t *input, *noise;
    const int16_t *gains;
    uint32_t *output;           /* may be the input or the noise */
    uint32_t elements;
    int32_t shift;
} pcan;

void wasmote_pcan(const pcan *of);

/* Entries of a table of logarithms. */
enum { logarithmEntries = 130 };

typedef struct logarithms
{
    const uint32_t *input;
    int16_t *output;
    const uint16_t *table;
    uint32_t elements, scale;
    int32_t correctionBits;
} logarithms;

void wasmote_filter_bank_log(const logarithms *of);

typedef struct frames_operation
{
    const uint8_t *input;
    uint8_t *output, *valid, *history;
    int32_t *countdown;
    uint32_t rows, hops, hopBytes, historyBytes, frameBytes;    /* frameBytes is at most hopBytes + historyBytes */
    int32_t every;
} frames_operation;

void wasmote_frames(const frames_operation *of);

/* An event's rule, as it lies in the weights section, and its state. */
typedef struct trigger_rule
{
    uint32_t class;             /* below `classes` */
    float on, off;
    int32_t hold, release, refractory;
} trigger_rule;

typedef struct trigger_state
{
    int32_t row, lasts, wait;
} trigger_state;

typedef struct trigger_operation
{
    const float *scores;
    const trigger_rule *rules;
    uint8_t *events, *active;
    float *levels;
    trigger_state *states;
    int32_t count, classes;
    int32_t highest;            /* classes with the highest scores that may begin; 0: all */
    bool together;
} trigger_operation;

void wasmote_trigger(const trigger_operation *of);

void wasmote_dequantize_s8(const int8_t *input, float *output, uint32_t elements, float scale, int32_t zeroPoint);
void wasmote_dequantize_s16(const int16_t *input, float *output, uint32_t elements, float scale, int32_t zeroPoint);

typedef struct quantize_operation
{
    const float *input;
    uint8_t *output;            /* may be the input */
    uint32_t elements;
    float scale;
    int32_t zeroPoint, low, high;   /* low - zeroPoint and high - zeroPoint are within 2^24 of 0 */
} quantize_operation;

void wasmote_quantize_bytes(const quantize_operation *of);

#endif

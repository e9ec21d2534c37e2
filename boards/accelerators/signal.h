/*
 * Native micro-kernels of front ends of sound, byte for byte as the kernels of the same names in assembly/kernels/signal. Nothing
 * here is checked: imports/ has done it.
 *
 * Source: KISS FFT and TensorFlow Lite Micro's signal library, as those kernels say.
 */
#ifndef WASMOTE_ACCELERATORS_SIGNAL_H
#define WASMOTE_ACCELERATORS_SIGNAL_H

#include <stdint.h>

/* Spectra of rows of real samples, of int16. */
typedef struct rfft_operation
{
    const int16_t *input;       /* [rows, length], at most 2 * points; what is missing is 0 */
    int16_t *output;            /* [rows, points + 1, 2] */
    const int16_t *factors;     /* [points, 2] of the stages, [points / 2, 2] that join even and odd samples */
    int32_t rows, length;
    int32_t points;             /* of the complex transform */
    int32_t radices;            /* of its stages, 2 or 4, in three bits each, the first one's in the lowest */
} rfft_operation;

void wasmote_rfft_s16(const rfft_operation *of);

/* Rows of samples times a window. */
typedef struct signal_window_operation
{
    const int16_t *input;       /* [rows, length] */
    int16_t *output;            /* may be the input */
    const int16_t *window;      /* [length] */
    int32_t rows, length, shift;
} signal_window_operation;

void wasmote_signal_window_s16(const signal_window_operation *of);

/* A band of a filter bank, as it lies in the weights section; weight and unweight of each bin follow, int16. */
typedef struct filter_band
{
    int32_t startBytes, bins;
} filter_band;

/* Sums of bands that overlap: of each its own of weights, and that of unweights of the band before it. */
typedef struct filter_bank_operation
{
    const uint32_t *input;
    uint64_t *output;           /* [channels - 1] */
    const filter_band *bands;
    int32_t channels;
} filter_bank_operation;

void wasmote_filter_bank_u32(const filter_bank_operation *of);

#endif

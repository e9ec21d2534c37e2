/*
 * Depthwise 3x3, each channel to one: four channels at a time, three input rows of each lie in scratch memory in slots
 * that are filled anew in turn. A row's slot is its number modulo 3, so that weights are taken in turn as well.
 */
#ifndef WASMOTE_ACCELERATORS_DEPTHWISE_H
#define WASMOTE_ACCELERATORS_DEPTHWISE_H

#include "kernels.h"
#include "target.h"

/* A depthwise convolution of 3x3 taps, each channel to one. False where it is of another kind: nothing is done then. */
bool wasmote_depthwise_3x3(const window_operation *of);

/*
 * A channel's weights by filter row, the first two rows again at the end, and its requantization.
 *
 * TARGET_DSP   [row][0]: weights 0 and 1, [row][1]: weights 1 and 2, doubled, as pairs of int16; bias doubled
 * else         [row]: weights 0, 1 and 2
 */
typedef struct row_channel
{
    int32_t bias, multiplier, rounding, shift;      /* rounding with the zero point, as quick_rounding gives it */
#if TARGET_DSP
    uint32_t weights[5][2];
#else
    int32_t weights[5][3];
#endif
} row_channel;

/* Bytes of scratch memory for one channel's three rows. */
uint32_t wasmote_row_bytes(const window_operation *of);

/* Writes input row y of 4 channels, or of as many as `count` says, the first of them at `image`, into a slot. */
void wasmote_fill_rows(const window_operation *of, const int8_t *image, int32_t y, int count, uint32_t slot, void *rows);

/* Sets the weights of a channel of a tile whose 9 taps start at `taps`, 4 bytes from one to the next. */
void wasmote_row_weights(row_channel *to, const int8_t *taps);

/* One channel's output row; `first` is the filter row that goes with slot 0. */
void wasmote_row_outputs(const window_operation *of, const row_channel *channel, const void *rows, uint32_t first, int8_t *output);

#endif

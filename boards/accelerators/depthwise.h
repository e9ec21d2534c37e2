/*
 * Depthwise of any kind: at positions side by side whose windows have the same taps inside the input, tile by tile. What is
 * outside is summed once for them all; taps inside are rows and columns that need no test.
 *
 * Depthwise 3x3, each channel to one: four channels at a time, three input rows of each lie in scratch memory in slots
 * that are filled anew in turn. A row's slot is its number modulo 3, so that weights are taken in turn as well.
 */
#ifndef WASMOTE_ACCELERATORS_DEPTHWISE_H
#define WASMOTE_ACCELERATORS_DEPTHWISE_H

#include "kernels.h"
#include "target.h"

/*
 * A depthwise convolution of 3x3 taps, each channel to one and requantized the short way, its outputs not limited yet. False where
 * it is of another kind: nothing is done then.
 */
bool wasmote_depthwise_3x3(const window_operation *of);

/*
 * Positions side by side whose windows have the same taps inside the input, and a tile of channels there. The assembly knows the
 * offsets.
 */
typedef struct depthwise_tile
{
    uint32_t start[4];          /* 0: sums of the taps outside, with the bias */
    const tile_constants *constants;    /* 16 */
    int32_t offset;             /* 20: twice the output's zero point, and 1 */
    int32_t once;               /* 24: not 0 where the channels are rounded once */
    const int8_t *pixel;        /* 28: of the first position's first tap inside, and of the first channel */
    int32_t rows;               /* 32: of taps inside, each of columnBytes of weights */
    const int8_t *weights;      /* 36: of the first tap inside */
    int32_t columnBytes;        /* 40 */
    int32_t tapBytes;           /* 44: from a tap's pixel to the next one's; where a row has one, 0 */
    int32_t rowRest, weightRest;    /* 48, 52: from the end of a row of taps inside to the next one */
    int32_t outputBytes, positionBytes; /* 56, 60: from a position to the next */
    int32_t positions;          /* 64 */
    int32_t apart[4];           /* input channels, less the first one */
    int32_t count;              /* of channels */
    bool quick;                 /* whether they are requantized the short way */
} depthwise_tile;

/*
 * Outputs of four quick channels that are all rounded once or all twice, not limited yet. With TARGET_DSP their inputs are side by
 * side.
 */
void wasmote_depthwise_four(const depthwise_tile *tile, int8_t *output);

/*
 * A channel's requantization and its weights by filter row, the first two rows again at the end.
 *
 * TARGET_DSP   [row][0]: weights 0 and 1, [row][1]: weights 1 and 2, doubled, as pairs of int16; bias doubled
 * else         [row]: weights 0, 1 and 2
 */
typedef struct row_channel
{
#if TARGET_DSP
    const uint32_t *end;        /* 0: of the pairs of columns that a turn starts with */
#endif
    int32_t bias, multiplier;   /* with TARGET_DSP 4, 8: the assembly's offsets */
    int32_t rounding;           /* 12: with the zero point, as quick_rounding gives it */
    int32_t shift;              /* 16 */
#if TARGET_DSP
    uint32_t odd;               /* 20: whether an output is left after the last turn */
    uint32_t step;              /* 24: bytes from an output to the next */
    uint32_t weights[5][2];
#else
    int32_t weights[5][3];
#endif
    bool once;                  /* whether it is rounded once; `shift` is the shift alone */
} row_channel;

/* Bytes of scratch memory for one channel's three rows. */
uint32_t wasmote_row_bytes(const window_operation *of);

/* Writes input row y of 4 channels, or of as many as `count` says, the first of them at `image`, into a slot. */
void wasmote_fill_rows(const window_operation *of, const int8_t *image, int32_t y, int count, uint32_t slot, void *rows);

/* Sets what is still to be set of a channel whose rows are at `rows` and whose 9 taps start at `taps`, 4 bytes apart. */
void wasmote_row_channel(const window_operation *of, row_channel *to, const void *rows, const int8_t *taps);

/* One channel's output row, saturated; `first` is the filter row that goes with slot 0. */
#if TARGET_DSP
typedef void wasmote_row_function(const void *rows, int8_t *output, const row_channel *channel, const uint32_t *weights);

wasmote_row_function wasmote_row_stride_1, wasmote_row_stride_2, wasmote_row_stride_1_once, wasmote_row_stride_2_once;

static inline void row_outputs(const window_operation *of, const row_channel *channel, const void *rows, uint32_t first, int8_t *output)
{
    const uint32_t *const weights = channel->weights[first];
    if (channel->once)
    {
        if (of->strideWidth == 1) wasmote_row_stride_1_once(rows, output, channel, weights);
        else wasmote_row_stride_2_once(rows, output, channel, weights);
    }
    else if (of->strideWidth == 1) wasmote_row_stride_1(rows, output, channel, weights);
    else wasmote_row_stride_2(rows, output, channel, weights);
}
#else
void wasmote_row_outputs(const window_operation *of, const row_channel *channel, const void *rows, uint32_t first, int8_t *output);

static inline void row_outputs(const window_operation *of, const row_channel *channel, const void *rows, uint32_t first, int8_t *output)
{
    wasmote_row_outputs(of, channel, rows, first, output);
}
#endif

#endif

/*
 * Depthwise convolutions of any filter: positions of a row whose windows hold the same taps, four channels at a time. The walk over
 * images, rows and such positions is in depthwise.c.
 */
#ifndef WASMOTE_ACCELERATORS_DEPTHWISE_POSITIONS_H
#define WASMOTE_ACCELERATORS_DEPTHWISE_POSITIONS_H

#include "kernels.h"

/* A tile's output channels, and what of them stays the same at all positions. */
typedef struct depthwise_tile
{
    const tile_constants *constants;
    const int8_t *weights;
    int count;              /* output channels, of 4 */
    int32_t apart[4];       /* of each, the input channel from the first one's on */
    bool quick;             /* requantized the short way */
    bool wide;              /* four neighbouring input channels */
    bool narrow;            /* outputs are limited to less than int8 */
    int32_t rounding[4];    /* of quick channels, as `shift` */
    int32_t shift[4];
    int32_t once;           /* `roundedOnce` where channels are rounded once, which is part of their shifts then */
} depthwise_tile;

/* Positions of a row whose windows hold the same taps of the input, which are a rectangle. */
typedef struct depthwise_positions
{
    int32_t start[4];           /* what the other taps give, and the bias where channels are quick */
    const int8_t *pixel, *weights;
    int8_t *output;
    int32_t count, rows, columns;
    int32_t tapBytes;           /* from a pixel of a window to the next */
    int32_t pixelRest, weightRest;  /* from behind a row to the next one's beginning */
    int32_t strideBytes, outputBytes;
} depthwise_positions;

/* Computes the outputs of a tile's channels at some positions. */
void wasmote_depthwise_positions(const window_operation *of, const depthwise_tile *tile, const depthwise_positions *at);

#endif

/*
 * Depthwise convolutions, four channels at a time, in one of three ways (all saturate to int8, and the range follows):
 *
 *   lanes      any: channels are the lanes, four neighbouring positions share a load of a tap's weights
 *   windows    filters of up to 4x4, each channel to one: input rows lie in scratch memory as columns, of each column 4
 *              channels, of each channel 4 rows. One load has a channel's whole window, one multiplication its sum
 *   pairs      filters of up to 3x3 at strides of 1: one such load has the windows of two positions in each of two rows
 */
#ifndef WASMOTE_ACCELERATORS_DEPTHWISE_HELIUM_H
#define WASMOTE_ACCELERATORS_DEPTHWISE_HELIUM_H

#include "kernels.h"
#include "requantize_helium.h"

/* Four channels of a tile of one image: the first of its pixels' and outputs' channels, and how they are requantized. */
typedef struct channel_group
{
    const int8_t *image;
    const int8_t *tile;
    int8_t *output;
    requantize_way way;
} channel_group;

/* Where the weights of a window in scratch memory lie among a tile's, the filter some columns and rows further on. */
typedef struct weight_places
{
    uint8_t at[16];
    mve_pred16_t there;
} weight_places;

/* What is the same for all rows of outputs. */
typedef struct windows
{
    weight_places places[4];    /* of pairs: as it is, a column to the right, and both a row further down */
    int8_t padding[16];
    uint32_t pixels[4];         /* offsets of 4 pixels of a row */
    int8_t *columns;            /* the first is the left padding's */
    int8_t *inputs;             /* the first that is no padding */
    int32_t inputColumns;
    int32_t overwritten;        /* columns of padding that follows which each row overwrites */
    int32_t filterRows;         /* of input in a column */
    int32_t line;               /* bytes of a row of input */
    int32_t insideRows;         /* windows that start at rows from 0 to one less are gathered from rows of input only */
    bool isPair;                /* windows are done as pairs */
    bool isAligned;             /* four channels of a pixel are a word */
} windows;

/* Whether channels that are shifted to the right can be done from windows in scratch memory, and how; pads them. */
bool wasmote_find_windows(const window_operation *of, windows *to);

void wasmote_depthwise_windows(const window_operation *of, const windows *from, const channel_group *group);

#endif

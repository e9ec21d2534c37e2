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

/* Whether 4 channels that are shifted to the right can be done from columns in scratch memory. */
bool wasmote_depthwise_has_windows(const window_operation *of);

void wasmote_depthwise_windows(const window_operation *of, const channel_group *group);

#endif

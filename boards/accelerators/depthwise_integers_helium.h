/* Depthwise products of integers by Helium: the four channels of a tile are lanes of 32 bits. */
#ifndef WASMOTE_ACCELERATORS_DEPTHWISE_INTEGERS_HELIUM_H
#define WASMOTE_ACCELERATORS_DEPTHWISE_INTEGERS_HELIUM_H

#include "product.h"

#if TARGET_HELIUM

#include "wide_constants_helium.h"

/* A tile's outputs, from number n on. */
typedef struct wide_lanes
{
    wide_constants constants;
    uint32x4_t channels;        /* of the input, from the first output's on */
    int32_t channel;            /* that one */
    bool areNeighbours;         /* four that follow each other */
} wide_lanes;

/* Weights less their zero point. */
void wasmote_widen_bytes(const int8_t *from, uint32_t count, int32_t zeroPoint, int16_t *to);

/* False where sums take 64 bits. */
bool wasmote_find_lanes(const product_operation *of, const uint8_t *header, int32_t n, wide_lanes *to);

/* The outputs of a row, of which all windows lie at the rows of `part`; `image` and `output` are numbers of the first elements. */
void wasmote_depthwise_wide_row(const product_operation *of, const wide_lanes *lanes, const window_part *part, uint32_t image, uint32_t output);

#endif
#endif

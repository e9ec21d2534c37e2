/*
 * Products of any kind, as assembly/kernels/convolution/product and depthwise-product define them: activations of int8,
 * int16 or float32, weights as they are stored. Nothing here is checked: imports/accel_product.c has done it.
 *
 * Tiles: for every 4 outputs a header, bias[4] (int64 where sums are long), multiplier[4] and shift[4] int32, of float32 bias
 * and scale; then for every 4 inputs 4 outputs of 4 weights (depthwise: for every tap 4 channels, filled up to 16 bytes), in fewer
 * than 8 bits filled up to rounds.
 */
#ifndef WASMOTE_ACCELERATORS_PRODUCT_H
#define WASMOTE_ACCELERATORS_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

#include "stored_weights.h"
#include "target.h"

typedef struct product_operation
{
    const void *input;
    void *output;
    void *scratch;              /* aligned to 4 bytes */
    uint32_t scratchBytes;
    const uint8_t *weights;     /* the first tile; aligned to 4 bytes */
    const uint8_t *table;       /* of weights that are stored in one */
    int32_t batches, inputHeight, inputWidth, inputChannels;
    int32_t outputHeight, outputWidth;
    int32_t outputs;            /* output channels; of a depthwise convolution, for each input channel */
    int32_t filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft;
    int32_t inputZeroPoint, outputZeroPoint, low, high;
    float lowest, highest;
    int32_t storage, weightsZeroPoint;
    bool isWide;                /* activations are int16, else int8 */
    bool isLong;                /* biases and sums have 64 bits, else 32, which wrap */
} product_operation;

enum
{
    productGroup = 16,          /* weights of 4 inputs by 4 outputs */
    productPositions = 6,       /* output positions at once, at most */
    /* Products of int16 by int8, at most 2^22 each, that an int32 holds the sum of; a multiple of 4. */
    productRun = 508
};

/* Bytes of scratch memory that a product of integers cannot do without; more makes it faster. */
uint32_t wasmote_product_scratch_bytes(uint32_t depth, int32_t storage);
uint32_t wasmote_depthwise_scratch_bytes(uint32_t taps, int32_t storage);

void wasmote_product_integers(const product_operation *of);
void wasmote_depthwise_integers(const product_operation *of);
void wasmote_product_f32(const product_operation *of);
void wasmote_depthwise_f32(const product_operation *of);

/* The part of a window that lies inside the input: taps from first to last - 1 of each axis. */
typedef struct window_part
{
    int32_t y, x, firstRow, lastRow, firstColumn, lastColumn;
} window_part;

static inline uint32_t product_header_bytes(const product_operation *of)
{
    return of->isLong ? 64 : 48;
}

/*
 * Whether all sums of int16 that an int32 holds are finished the quick way: by a multiplier of 16 bits, a bias of 30 bits and
 * a shift to the right by 8 to 31 bits. `tileBytes` are those from one of the tiles of `outputs` outputs to the next.
 */
bool wasmote_is_quick_product(const product_operation *of, int32_t outputs, uint32_t tileBytes);

/* The outputs of sums of output `lane` of a tile that is_quick_product, each `stride` from the one before. */
static inline void finish_quick_sums(const uint8_t *header, int lane, const int32_t *sums, uint32_t positions, int16_t *output, uint32_t stride, int32_t low, int32_t high)
{
    const int32_t bias = ((const int32_t *) (const void *) header)[2 * lane];
    const int32_t *const constants = (const int32_t *) (const void *) (header + 32) + lane;
    const int32_t multiplier = constants[0], shift = constants[4];
    const int64_t start = (int64_t) bias * multiplier + (1u << (shift - 1));
    for (const int32_t *const end = sums + positions; sums < end; sums++, output += stride)
    {
        const int64_t product = start + (int64_t) *sums * multiplier;
        int32_t value = (int32_t) ((uint32_t) ((uint64_t) product >> 32) << (32 - shift) | (uint32_t) product >> shift);
        if (value < low) value = low;
        if (value > high) value = high;
        *output = (int16_t) value;
    }
}

/* A sum without its bias to an output of output `lane` of the tile whose header is there. */
void wasmote_finish_sum(const product_operation *of, const uint8_t *header, int lane, int64_t sum, uint32_t output);

#endif

/*
 * Native micro-kernels (product.h has those of other dtypes): int8 operators with requantization fused, byte for byte as the kernels of the same names in
 * assembly/kernels. Activations are NHWC. Nothing here is checked: imports/ has done it.
 *
 * Tiles of weights are those of assembly/kernels: for every 4 output channels bias[4], multiplier[4], shift[4] int32
 * (positive: right), then 4 int8 of each channel for every 4 inputs (depthwise: 1 int8 of each channel for every tap,
 * filled up to 16 bytes). -inputZeroPoint * sum(weights) is folded into the bias.
 *
 * Source: TFLite 8-bit quantization specification; TFLite's reference kernels.
 */
#ifndef WASMOTE_ACCELERATORS_KERNELS_H
#define WASMOTE_ACCELERATORS_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

enum
{
    tileHeaderBytes = 48,
    tileGroupBytes = 16         /* 4 outputs of 4 inputs */
};

/* A tile's constants, as they lie in the weights section. */
typedef struct tile_constants
{
    int32_t bias[4], multiplier[4], shift[4];
} tile_constants;

/* A convolution. Pixels outside the input count as inputZeroPoint. */
typedef struct window_operation
{
    const int8_t *input;
    int8_t *output;
    void *scratch;              /* aligned to 4 bytes */
    uint32_t scratchBytes;
    const int8_t *weights;      /* the first tile; aligned to 4 bytes */
    const uint8_t *table;       /* of a convolution's weights that are stored in one */
    int32_t storage;            /* of a convolution's weights: 0 or of fewer than 8 bits (stored_weights.h) */
    int32_t batches, inputHeight, inputWidth, inputChannels;
    int32_t outputHeight, outputWidth;
    int32_t outputs;            /* output channels; of a depthwise convolution, for each input channel */
    int32_t filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft;
    int32_t inputZeroPoint, outputZeroPoint, low, high;
} window_operation;

/* Bytes of scratch memory that a convolution cannot do without; more makes it faster. */
uint32_t wasmote_conv_scratch_bytes(uint32_t depth, int32_t storage);

void wasmote_conv_s8(const window_operation *of);

void wasmote_depthwise_s8(const window_operation *of);

typedef struct fully_connected_operation
{
    const int8_t *input;        /* [rows, inputs] */
    int8_t *output;             /* [rows, outputs] */
    void *scratch;
    uint32_t scratchBytes;
    const int8_t *weights;      /* the first tile */
    const uint8_t *table;       /* of weights that are stored in one */
    int32_t storage;            /* 0 or of fewer than 8 bits (stored_weights.h); then 32 bytes of scratch memory are needed */
    int32_t rows, inputs, outputs, outputZeroPoint, low, high;
} fully_connected_operation;

void wasmote_fully_connected_s8(const fully_connected_operation *of);

/* wideSign * wide + narrowSign * narrow, as assembly/kernels/add defines it. */
typedef struct add_operation
{
    const int8_t *wide, *narrow;
    int8_t *output;             /* may be either operand */
    int32_t length, wideZeroPoint, narrowZeroPoint;
    int32_t wideSign, narrowSign;               /* 1 or -1 */
    int32_t narrowMultiplier, narrowShift;      /* shift to the right, 0 to 31 */
    int32_t multiplier, shift;                  /* shift to the right, 1 to 31 */
    int32_t outputZeroPoint, low, high;
} add_operation;

void wasmote_add_s8(const add_operation *of);

typedef struct pool_operation
{
    const int8_t *input;
    int8_t *output;             /* may be the input, where no padding is at the top and the left */
    int32_t batches, inputHeight, inputWidth, outputHeight, outputWidth, channels;
    int32_t filterHeight, filterWidth, strideHeight, strideWidth, padTop, padLeft, low, high;
} pool_operation;

/* False where a window lies outside the input: an average of nothing. */
bool wasmote_average_pool_s8(const pool_operation *of);

/* As of int8, of int16 at `input` and `output`, which are aligned to 2 bytes; a window has at most maxWidePool pixels. */
enum { maxWidePool = 1 << 15 };
bool wasmote_average_pool_s16(const pool_operation *of);

/* As of an average pool, the largest one of each window. */
bool wasmote_max_pool_s8(const pool_operation *of);

/* The output may be the input. */
void wasmote_lookup_table(const uint8_t *input, uint8_t *output, int32_t elements, const uint8_t table[256]);

/* A row of products, as assembly/kernels/elementwise/mul defines them. */
typedef struct mul_operation
{
    const int8_t *first, *second;
    int8_t *output;             /* may be an operand whose step is 1 */
    int32_t length;             /* at least 1 */
    int32_t firstStep, secondStep;              /* 1, or 0 of an operand that is the same for the whole row */
    int32_t firstZeroPoint, secondZeroPoint, multiplier;
    int32_t shift;                              /* to the right, -14 to 31 */
    int32_t outputZeroPoint, low, high;
} mul_operation;

void wasmote_mul_s8(const mul_operation *of);

/* Means of [kept0, reduced0, kept1, reduced1, kept2], as assembly/kernels/reduction/mean defines them. */
typedef struct mean_operation
{
    const int8_t *input;
    int8_t *output;             /* [kept0, kept1, kept2]; may be the input */
    int32_t kept0, reduced0, kept1, reduced1, kept2;
    int32_t offset, multiplier;
    int32_t shift;              /* to the right, -30 to 31 */
    int32_t zeroPoint;
} mean_operation;

void wasmote_mean_s8(const mean_operation *of);

typedef struct softmax_operation
{
    const int8_t *input;
    int8_t *output;             /* may be the input */
    const int32_t *exponentials;    /* of the differences -entries + 1 .. 0 */
    int32_t entries, rows, depth;
} softmax_operation;

void wasmote_softmax_s8(const softmax_operation *of);

#endif

/*
 * Products of float32: each output one sum, of products added in the order of assembly/kernels, none of them fused with its
 * addition, so that bits are the same everywhere.
 */
#include "product.h"
#include "product_f32_helium.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
/* GCC would make vectors of float32 for Helium, which take numbers that are not normal for 0. */
#pragma GCC optimize("fp-contract=off", "no-tree-vectorize")
#endif

enum { floatHeaderBytes = 48 };

static inline float float16_at(const uint8_t *from)
{
    uint16_t bits;
    __builtin_memcpy(&bits, from, sizeof bits);
    const uint32_t moved = (uint32_t) (bits & 0x8000) << 16 | (uint32_t) (bits & 0x7fff) << 13;
    float value;
    __builtin_memcpy(&value, &moved, sizeof value);
    return value * 0x1p112f;
}

/* Weights of a tile: where they lie, or in scratch memory; weight i has the scale of output (i >> laneShift) & 3. */
static const float *unpack_floats(const product_operation *of, const uint8_t *tile, uint32_t count, uint32_t laneShift)
{
    const float *const scales = (const float *) (const void *) (tile + 16);
    const uint8_t *const stored = tile + floatHeaderBytes;
    float *const to = of->scratch;
    switch (of->storage)
    {
    case storedFloat16:
        for (uint32_t i = 0; i < count; i++) to[i] = float16_at(stored + 2 * i);
        return to;
    case storedAsComputed:
        return (const float *) (const void *) stored;
    }
    const int8_t *from = (const int8_t *) stored;
    if (is_narrow(of->storage))
    {
        /* At the end, so that each is written where none lies that is still to be read. */
        int8_t *const narrow = (int8_t *) (to + count) - count;
        wasmote_unpack(of->storage, of->table, stored, count, 0, count / roundWeights, narrow);
        from = narrow;
    }
    for (uint32_t i = 0; i < count; i++) to[i] = scales[i >> laneShift & 3] * (float) (from[i] - of->weightsZeroPoint);
    return to;
}

static inline void store_float(const product_operation *of, const uint8_t *tile, int lane, float sum, float *output)
{
    const float total = sum + ((const float *) (const void *) tile)[lane];
    *output = total < of->lowest ? of->lowest : total > of->highest ? of->highest : total;
}

/* Adds the products of `count` neighbouring inputs, of which the first is number k, to the sums of 4 outputs. */
static inline void add_run(float sums[4], const float *x, const float *weights, uint32_t k, uint32_t count)
{
    const float *const end = x + count;
    const float *w = weights + (k >> 2) * productGroup + (k & 3);
    float s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    while (x < end)
    {
        if ((k & 3) == 0)
        {
            for (; end - x >= 4; x += 4, w += productGroup)
            {
                const float x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
                s0 += x0 * w[0];
                s1 += x0 * w[4];
                s2 += x0 * w[8];
                s3 += x0 * w[12];
                s0 += x1 * w[1];
                s1 += x1 * w[5];
                s2 += x1 * w[9];
                s3 += x1 * w[13];
                s0 += x2 * w[2];
                s1 += x2 * w[6];
                s2 += x2 * w[10];
                s3 += x2 * w[14];
                s0 += x3 * w[3];
                s1 += x3 * w[7];
                s2 += x3 * w[11];
                s3 += x3 * w[15];
            }
            if (x == end) break;
        }
        const float value = *x++;
        s0 += value * w[0];
        s1 += value * w[4];
        s2 += value * w[8];
        s3 += value * w[12];
        w += ++k & 3 ? 1 : 13;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

typedef void adder(float sums[4], const float *x, const float *weights, uint32_t k, uint32_t count);

/* The sums of a tile's outputs of the window that starts at y, x of an image. */
__attribute__((always_inline)) static inline void sum_window_by(adder *add, const product_operation *of, const float *image, const float *weights, int32_t y0, int32_t x0, float sums[4])
{
    for (int lane = 0; lane < 4; lane++) sums[lane] = 0;
    const int32_t channels = of->inputChannels, width = of->inputWidth;
    const bool together = of->dilationWidth == 1;
    const int32_t room = width - x0, most = room < of->filterWidth ? room : of->filterWidth;
    const int32_t first = together && x0 < 0 ? -x0 : 0, last = together ? most : of->filterWidth;
    for (int32_t fy = 0, y = y0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        if ((uint32_t) y >= (uint32_t) of->inputHeight) continue;
        const float *const line = image + y * width * channels;
        const int32_t tap = fy * of->filterWidth;
        if (together)
        {
            if (first < last)
                add(sums, line + (x0 + first) * channels, weights, (uint32_t) ((tap + first) * channels), (uint32_t) ((last - first) * channels));
            continue;
        }
        for (int32_t fx = 0, x = x0; fx < last; fx++, x += of->dilationWidth)
        {
            if ((uint32_t) x < (uint32_t) width) add(sums, line + x * channels, weights, (uint32_t) ((tap + fx) * channels), (uint32_t) channels);
        }
    }
}

static void sum_window(const product_operation *of, const float *image, const float *weights, int32_t y0, int32_t x0, float sums[4])
{
#if TARGET_HELIUM
    forget_flushes();
    sum_window_by(add_run_helium, of, image, weights, y0, x0, sums);
    if (!was_flushed()) return;
#endif
    sum_window_by(add_run, of, image, weights, y0, x0, sums);
}

void wasmote_product_f32(const product_operation *of)
{
    const uint32_t depth = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth * (uint32_t) of->inputChannels;
    const uint32_t places = (uint32_t) filled_weights(of->storage, (depth + 3) / 4 * productGroup);
    const uint32_t tileBytes = floatHeaderBytes + (uint32_t) wasmote_stored_bytes(of->storage, places, 4);
    const uint8_t *tile = of->weights;

    for (int32_t n = 0; n < of->outputs; n += 4, tile += tileBytes)
    {
        const int count = of->outputs - n < 4 ? (int) (of->outputs - n) : 4;
        const float *const weights = unpack_floats(of, tile, places, 2);
        const float *image = of->input;
        float *output = (float *) of->output + n;
        for (int32_t b = 0; b < of->batches; b++, image += of->inputHeight * of->inputWidth * of->inputChannels)
        {
            for (int32_t y = 0; y < of->outputHeight; y++)
            {
                for (int32_t x = 0; x < of->outputWidth; x++, output += of->outputs)
                {
                    float sums[4];
                    sum_window(of, image, weights, y * of->strideHeight - of->padTop, x * of->strideWidth - of->padLeft, sums);
                    for (int lane = 0; lane < count; lane++) store_float(of, tile, lane, sums[lane], output + lane);
                }
            }
        }
    }
}

/* A tile's sums of the depthwise window at y, x, of input channels `channel`. */
static void sum_taps_alone(const product_operation *of, const float *image, const float *weights, int32_t y0, int32_t x0, const int32_t channel[4], float sums[4])
{
    const float *w = weights;
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int32_t fy = 0, y = y0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        if ((uint32_t) y >= (uint32_t) of->inputHeight)
        {
            w += 4 * of->filterWidth;
            continue;
        }
        const float *const line = image + y * of->inputWidth * of->inputChannels;
        int32_t x = x0;
        for (const float *const end = w + 4 * of->filterWidth; w < end; w += 4, x += of->dilationWidth)
        {
            if ((uint32_t) x >= (uint32_t) of->inputWidth) continue;
            const float *const pixel = line + x * of->inputChannels;
            s0 += pixel[channel[0]] * w[0];
            s1 += pixel[channel[1]] * w[1];
            s2 += pixel[channel[2]] * w[2];
            s3 += pixel[channel[3]] * w[3];
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

static void sum_taps(const product_operation *of, const float *image, const float *weights, int32_t y0, int32_t x0, const int32_t channel[4], float sums[4])
{
#if TARGET_HELIUM
    forget_flushes();
    sum_taps_helium(of, image, weights, y0, x0, channel, sums);
    if (!was_flushed()) return;
#endif
    sum_taps_alone(of, image, weights, y0, x0, channel, sums);
}

void wasmote_depthwise_f32(const product_operation *of)
{
    const int32_t outputs = of->inputChannels * of->outputs;
    const uint32_t places = (uint32_t) filled_weights(of->storage, (uint32_t) (of->filterHeight * of->filterWidth) * 4);
    const uint32_t tileBytes = floatHeaderBytes + (((uint32_t) wasmote_stored_bytes(of->storage, places, 4) + 15) & ~15u);
    const uint8_t *tile = of->weights;

    for (int32_t n = 0; n < outputs; n += 4, tile += tileBytes)
    {
        const int count = outputs - n < 4 ? (int) (outputs - n) : 4;
        const float *const weights = unpack_floats(of, tile, places, 0);
        const float *image = of->input;
        float *output = (float *) of->output + n;
        int32_t channel[4];
        for (int lane = 0; lane < 4; lane++) channel[lane] = (n + (lane < count ? lane : 0)) / of->outputs;
        for (int32_t b = 0; b < of->batches; b++, image += of->inputHeight * of->inputWidth * of->inputChannels)
        {
            for (int32_t y = 0; y < of->outputHeight; y++)
            {
                for (int32_t x = 0; x < of->outputWidth; x++, output += outputs)
                {
                    float sums[4];
                    sum_taps(of, image, weights, y * of->strideHeight - of->padTop, x * of->strideWidth - of->padLeft, channel, sums);
                    for (int lane = 0; lane < count; lane++) store_float(of, tile, lane, sums[lane], output + lane);
                }
            }
        }
    }
}

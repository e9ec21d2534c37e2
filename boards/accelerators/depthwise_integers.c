#include "product.h"

/* Weights of a tile as int16, 4 a tap. */
static uint32_t widened_bytes(uint32_t taps)
{
    return taps * 8;
}

uint32_t wasmote_depthwise_scratch_bytes(uint32_t taps, int32_t storage)
{
    (void) storage;
    return widened_bytes(taps);
}

static void widen_weights(const product_operation *of, const uint8_t *stored, uint32_t weights, int16_t *to)
{
    const int32_t zeroPoint = of->weightsZeroPoint;
    for (uint32_t i = 0; i < weights; i++)
        to[i] = (int16_t) ((of->storage == storedInt4 ? int4_at(stored, i) : ((const int8_t *) stored)[i]) - zeroPoint);
}

/* The part of a window that lies inside the input: taps from first to last - 1 of each axis. */
typedef struct window_part
{
    int32_t y, x, firstRow, lastRow, firstColumn, lastColumn;
} window_part;

static void clip_taps(int32_t from, int32_t step, int32_t taps, int32_t length, int32_t *first, int32_t *last)
{
    *first = from < 0 ? (-from + step - 1) / step : 0;
    const int32_t inside = length > from ? (length - from + step - 1) / step : 0;
    *last = inside < taps ? inside : taps;
}

#if TARGET_DSP
/* 4 neighbouring channels of int16, taps of which the products' sums stay within int32. */
static inline void add_wide(const product_operation *of, const window_part *part, const int16_t *image, const int16_t *weights, int32_t sums[4])
{
    const int32_t channels = of->inputChannels, step = of->dilationWidth * channels;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int32_t fy = part->firstRow; fy < part->lastRow; fy++)
    {
        const int32_t y = part->y + fy * of->dilationHeight, x = part->x + part->firstColumn * of->dilationWidth;
        const int16_t *pixel = image + (y * of->inputWidth + x) * channels;
        const int16_t *w = weights + 4 * (fy * of->filterWidth + part->firstColumn);
        for (const int16_t *const end = w + 4 * (part->lastColumn - part->firstColumn); w < end; w += 4, pixel += step)
        {
            const uint32_t a = load_word(pixel), b = load_word(pixel + 2);
            const uint32_t v = ((const uint32_t __attribute__((may_alias)) *) w)[0], u = ((const uint32_t __attribute__((may_alias)) *) w)[1];
            __asm__("smlabb %0, %1, %2, %0" : "+r"(s0) : "r"(a), "r"(v));
            __asm__("smlatt %0, %1, %2, %0" : "+r"(s1) : "r"(a), "r"(v));
            __asm__("smlabb %0, %1, %2, %0" : "+r"(s2) : "r"(b), "r"(u));
            __asm__("smlatt %0, %1, %2, %0" : "+r"(s3) : "r"(b), "r"(u));
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}
#endif

/* One output channel, at input number `at` of the image's first pixel. */
static int64_t sum_channel(const product_operation *of, const window_part *part, uint32_t at, const int16_t *weights)
{
    int64_t sum = 0;
    for (int32_t fy = part->firstRow; fy < part->lastRow; fy++)
    {
        for (int32_t fx = part->firstColumn; fx < part->lastColumn; fx++)
        {
            const int32_t y = part->y + fy * of->dilationHeight, x = part->x + fx * of->dilationWidth;
            const uint32_t i = at + (uint32_t) (y * of->inputWidth + x) * (uint32_t) of->inputChannels;
            const int32_t value = of->isWide ? ((const int16_t *) of->input)[i] : ((const int8_t *) of->input)[i] - of->inputZeroPoint;
            sum += value * weights[4 * (fy * of->filterWidth + fx)];
        }
    }
    return sum;
}

/* The outputs of a tile at one position; `output` is the number of the first. */
static void depthwise_outputs(const product_operation *of, const window_part *part, const uint8_t *header, int32_t n, int count, uint32_t image, uint32_t output)
{
    const int16_t *const weights = of->scratch;
#if TARGET_DSP
    if (of->isWide && of->outputs == 1 && count == 4 && of->filterHeight * of->filterWidth <= productRun)
    {
        int32_t sums[4];
        add_wide(of, part, (const int16_t *) of->input + image + (uint32_t) n, weights, sums);
        for (int lane = 0; lane < 4; lane++) wasmote_finish_sums(of, header, lane, sums + lane, 1, output + (uint32_t) lane, 1);
        return;
    }
#endif
    for (int lane = 0; lane < count; lane++)
    {
        const uint32_t channel = (uint32_t) ((n + lane) / of->outputs);
        wasmote_finish_sum(of, header, lane, sum_channel(of, part, image + channel, weights + lane), output + (uint32_t) lane);
    }
}

void wasmote_depthwise_integers(const product_operation *of)
{
    const int32_t outputs = of->inputChannels * of->outputs;
    const uint32_t taps = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth, headerBytes = product_header_bytes(of);
    const uint32_t tileBytes = headerBytes + (((uint32_t) stored_bytes(of->storage, taps * 4, 1) + 15) & ~15u);
    const uint8_t *tile = of->weights;

    for (int32_t n = 0; n < outputs; n += 4, tile += tileBytes)
    {
        uint32_t image = 0, output = (uint32_t) n;
        widen_weights(of, tile + headerBytes, taps * 4, of->scratch);
        for (int32_t b = 0; b < of->batches; b++, image += (uint32_t) of->inputHeight * (uint32_t) of->inputWidth * (uint32_t) of->inputChannels)
        {
            for (int32_t y = 0; y < of->outputHeight; y++)
            {
                window_part part = { .y = y * of->strideHeight - of->padTop };
                clip_taps(part.y, of->dilationHeight, of->filterHeight, of->inputHeight, &part.firstRow, &part.lastRow);
                for (int32_t x = 0; x < of->outputWidth; x++, output += (uint32_t) outputs)
                {
                    part.x = x * of->strideWidth - of->padLeft;
                    clip_taps(part.x, of->dilationWidth, of->filterWidth, of->inputWidth, &part.firstColumn, &part.lastColumn);
                    depthwise_outputs(of, &part, tile, n, outputs - n < 4 ? (int) (outputs - n) : 4, image, output);
                }
            }
        }
    }
}

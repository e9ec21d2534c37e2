#include "depthwise_integers_helium.h"

/* Weights of a tile are widened to int16, 4 a tap. */
uint32_t wasmote_depthwise_scratch_bytes(uint32_t taps, int32_t storage)
{
    return 2 * (uint32_t) filled_weights(storage, taps * 4);
}

static void widen_weights(const product_operation *of, const uint8_t *stored, uint32_t weights, int16_t *to)
{
    const int8_t *from = (const int8_t *) stored;
    if (is_narrow(of->storage))
    {
        /* In the upper half, so that each is written where none lies that is still to be read. */
        int8_t *const narrow = (int8_t *) to + weights;
        wasmote_unpack(of->storage, of->table, stored, weights, 0, weights / roundWeights, narrow);
        from = narrow;
    }
#if TARGET_HELIUM
    wasmote_widen_bytes(from, weights, of->weightsZeroPoint, to);
#else
    for (uint32_t i = 0; i < weights; i++) to[i] = (int16_t) (from[i] - of->weightsZeroPoint);
#endif
}

static void clip_taps(int32_t from, int32_t step, int32_t taps, int32_t length, int32_t *first, int32_t *last)
{
    *first = 0;
    *last = taps;
    if (from >= 0 && from + (taps - 1) * step < length) return;
    *first = from < 0 ? (-from + step - 1) / step : 0;
    const int32_t inside = length > from ? (length - from + step - 1) / step : 0;
    *last = inside < taps ? inside : taps;
}

#if TARGET_DSP && !TARGET_HELIUM
/* Adds the products of 4 neighbouring channels at `pixel`, and moves on to the next tap. */
static inline void add_wide_tap(int32_t sums[4], const int16_t **pixel, const int16_t **weights, int32_t stepBytes)
{
    uint32_t inputs, pair;
    __asm__("ldr %[x], [%[p]]\n"
            "ldr %[w], [%[q]], #4\n"
            "smlabb %[s0], %[x], %[w], %[s0]\n"
            "smlatt %[s1], %[x], %[w], %[s1]\n"
            "ldr %[x], [%[p], #4]\n"
            "ldr %[w], [%[q]], #4\n"
            "smlabb %[s2], %[x], %[w], %[s2]\n"
            "smlatt %[s3], %[x], %[w], %[s3]\n"
            "add %[p], %[p], %[step]\n"
            : [x] "=&r"(inputs), [w] "=&r"(pair), [p] "+r"(*pixel), [q] "+r"(*weights),
              [s0] "+r"(sums[0]), [s1] "+r"(sums[1]), [s2] "+r"(sums[2]), [s3] "+r"(sums[3])
            : [step] "r"(stepBytes)
            : "memory");
}

/*
 * 4 neighbouring channels of int16, taps of which the products' sums stay within int32, at the window that starts at
 * `firstLine`, the first input row's first pixel; sums lie `apart` from each other.
 */
static inline void add_wide(const product_operation *of, const window_part *part, const int16_t *firstLine, int32_t line, const int16_t *weights, int32_t *sums, uint32_t apart)
{
    const int32_t channels = of->inputChannels, step = of->dilationWidth * channels, columns = part->lastColumn - part->firstColumn;
    const int32_t lineRest = line - columns * step, weightRest = 4 * (of->filterWidth - columns);
    const int16_t *pixel = firstLine + part->x * channels + part->firstColumn * step, *w = weights + 4 * part->firstColumn;
    int32_t four[4] = { 0, 0, 0, 0 }, rows = part->lastRow - part->firstRow;
    if (columns == 3)
    {
        for (; rows > 0; rows--, pixel += lineRest, w += weightRest)
        {
            add_wide_tap(four, &pixel, &w, 2 * step);
            add_wide_tap(four, &pixel, &w, 2 * step);
            add_wide_tap(four, &pixel, &w, 2 * step);
        }
    }
    for (; rows > 0; rows--, pixel += lineRest, w += weightRest)
        for (int32_t left = columns; left > 0; left--) add_wide_tap(four, &pixel, &w, 2 * step);
    for (int lane = 0; lane < 4; lane++) sums[(uint32_t) lane * apart] = four[lane];
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

/* The windows of up to productPositions positions of a row, from `x` on, of which all lie at the rows of `part`. */
static void depthwise_outputs(const product_operation *of, window_part part, bool isQuick, const uint8_t *header, int32_t n, int32_t x, uint32_t positions, uint32_t image, uint32_t output)
{
    const int16_t *const weights = of->scratch;
    const int32_t outputs = of->inputChannels * of->outputs;
    const int count = outputs - n < 4 ? (int) (outputs - n) : 4;
    int32_t sums[4 * productPositions];
#if TARGET_DSP && !TARGET_HELIUM
    const bool fast = isQuick && of->outputs == 1 && count == 4 && of->filterHeight * of->filterWidth <= productRun / 2;
    const int32_t line = of->dilationHeight * of->inputWidth * of->inputChannels;
    const int32_t y = part.y + part.firstRow * of->dilationHeight;
    const int16_t *const firstLine = (const int16_t *) of->input + image + y * of->inputWidth * of->inputChannels + n;
    const int16_t *const firstWeights = weights + 4 * part.firstRow * of->filterWidth;
#else
    const bool fast = false;
    (void) isQuick;
#endif
    for (uint32_t i = 0; i < positions; i++)
    {
        part.x = (x + (int32_t) i) * of->strideWidth - of->padLeft;
        clip_taps(part.x, of->dilationWidth, of->filterWidth, of->inputWidth, &part.firstColumn, &part.lastColumn);
#if TARGET_DSP && !TARGET_HELIUM
        if (fast) add_wide(of, &part, firstLine, line, firstWeights, sums + i, positions);
#endif
        for (int lane = 0; lane < count && !fast; lane++)
        {
            const uint32_t channel = (uint32_t) ((n + lane) / of->outputs);
            wasmote_finish_sum(of, header, lane, sum_channel(of, &part, image + channel, weights + lane), output + i * (uint32_t) outputs + (uint32_t) lane);
        }
    }
    int16_t *const to = (int16_t *) of->output + output;
    for (int lane = 0; lane < count && fast; lane++)
        finish_quick_sums(header, lane, sums + (uint32_t) lane * positions, positions, to + lane, (uint32_t) outputs, of->low, of->high);
}

void wasmote_depthwise_integers(const product_operation *of)
{
    const int32_t outputs = of->inputChannels * of->outputs;
    const uint32_t taps = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth, headerBytes = product_header_bytes(of);
    const uint32_t weights = (uint32_t) filled_weights(of->storage, taps * 4);
    const uint32_t tileBytes = headerBytes + (((uint32_t) wasmote_stored_bytes(of->storage, weights, 1) + 15) & ~15u);
#if TARGET_DSP && !TARGET_HELIUM
    const bool isQuick = wasmote_is_quick_product(of, outputs, tileBytes);
#else
    const bool isQuick = false;
#endif
    const uint8_t *tile = of->weights;

    for (int32_t n = 0; n < outputs; n += 4, tile += tileBytes)
    {
        uint32_t image = 0, output = (uint32_t) n;
        widen_weights(of, tile + headerBytes, weights, of->scratch);
#if TARGET_HELIUM
        wide_lanes lanes;
        const bool areLanes = wasmote_find_lanes(of, tile, n, &lanes);
#endif
        for (int32_t b = 0; b < of->batches; b++, image += (uint32_t) of->inputHeight * (uint32_t) of->inputWidth * (uint32_t) of->inputChannels)
        {
            for (int32_t y = 0; y < of->outputHeight; y++)
            {
                window_part part = { .y = y * of->strideHeight - of->padTop };
                clip_taps(part.y, of->dilationHeight, of->filterHeight, of->inputHeight, &part.firstRow, &part.lastRow);
#if TARGET_HELIUM
                if (areLanes)
                {
                    wasmote_depthwise_wide_row(of, &lanes, &part, image, output);
                    output += (uint32_t) (of->outputWidth * outputs);
                    continue;
                }
#endif
                for (int32_t x = 0; x < of->outputWidth; x += productPositions)
                {
                    const int32_t left = of->outputWidth - x;
                    const uint32_t positions = (uint32_t) (left < productPositions ? left : productPositions);
                    depthwise_outputs(of, part, isQuick, tile, n, x, positions, image, output);
                    output += positions * (uint32_t) outputs;
                }
            }
        }
    }
}

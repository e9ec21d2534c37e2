#include "target.h"

#if TARGET_HELIUM

#include "depthwise_helium.h"
#include "clamp_helium.h"

/* Channels of a tile as lanes. */
typedef struct lanes
{
    const int8_t *weights;
    const tile_constants *constants;
    requantize_way way;
    uint32_t at[4];             /* of each lane its input channel; lanes that are not there repeat the last */
    mve_pred16_t there;
    bool isPlain;               /* four neighbouring channels, each to one */
    int32_t outside[4];         /* bias of windows of which each input is less its zero point */
} lanes;

/* The part of a window that lies inside the input along one axis: taps from first to last - 1. */
typedef struct taps
{
    int32_t first, last;
} taps;

static taps clip(int32_t from, int32_t step, int32_t count, int32_t length)
{
    taps part = { 0, count };
    if (from >= 0 && from + (count - 1) * step < length) return part;
    part.first = from < 0 ? (-from + step - 1) / step : 0;
    const int32_t inside = length > from ? (length - from + step - 1) / step : 0;
    if (inside < count) part.last = inside;
    return part;
}

static inline __attribute__((always_inline)) int32x4_t inputs_of(const int8_t *pixel, uint32x4_t at, const bool isPlain)
{
    return isPlain ? vldrbq_s32(pixel) : vldrbq_gather_offset_s32(pixel, at);
}

static inline void store_lanes(const window_operation *of, const lanes *from, int32x4_t sums, int8_t *output)
{
    const int32x4_t multipliers = vldrwq_s32(from->constants->multiplier);
    const int32x4_t values = requantize_four(from->way, sums, multipliers, requantize_shifts(from->way, from->constants->shift));
    const int32x4_t low = vdupq_n_s32(-128), high = vdupq_n_s32(127);
    vstrbq_p_s32(output, vminq_s32(vmaxq_s32(vaddq_n_s32(values, of->outputZeroPoint), low), high), from->there);
}

/* One position, whose window may lie outside the input in part. */
static void clipped(const window_operation *of, const lanes *from, const int8_t *image, int32_t y0, taps rows, int32_t x0, int8_t *output)
{
    const uint32x4_t at = vldrwq_u32(from->at);
    const taps columns = clip(x0, of->dilationWidth, of->filterWidth, of->inputWidth);
    int32x4_t sums = vldrwq_s32(from->outside);
    for (int32_t fy = rows.first; fy < rows.last; fy++)
    {
        const int32_t step = of->dilationWidth * of->inputChannels;
        const int8_t *pixel = image + ((y0 + fy * of->dilationHeight) * of->inputWidth + x0) * of->inputChannels + columns.first * step;
        const int8_t *weights = from->weights + 4 * (fy * of->filterWidth + columns.first);
        for (int32_t left = columns.last - columns.first; left > 0; left--, pixel += step, weights += 4)
        {
            const int32x4_t inputs = vsubq_n_s32(vldrbq_gather_offset_s32(pixel, at), of->inputZeroPoint);
            sums = vaddq_s32(sums, vmulq_s32(inputs, vldrbq_s32(weights)));
        }
    }
    store_lanes(of, from, sums, output);
}

/* Four neighbouring positions of which all taps of `rows` lie inside the input; `start` is their bias. */
static inline __attribute__((always_inline)) void four_positions(
    const window_operation *of, const lanes *from, const int8_t *pixel, const int8_t *weights, int32_t rows, int32x4_t start, int8_t *output, const bool isPlain)
{
    const int32_t apart = of->strideWidth * of->inputChannels, step = of->dilationWidth * of->inputChannels;
    const int32_t line = of->dilationHeight * of->inputWidth * of->inputChannels, outputs = of->inputChannels * of->outputs;
    const uint32x4_t at = vldrwq_u32(from->at);
    int32x4_t s0 = start, s1 = start, s2 = start, s3 = start;
    for (; rows > 0; rows--, pixel += line)
    {
        const int8_t *p0 = pixel, *p1 = p0 + apart, *p2 = p1 + apart, *p3 = p2 + apart;
        for (int32_t left = of->filterWidth; left > 0; left--, weights += 4, p0 += step, p1 += step, p2 += step, p3 += step)
        {
            const int32x4_t w = vldrbq_s32(weights);
            s0 = vaddq_s32(s0, vmulq_s32(inputs_of(p0, at, isPlain), w));
            s1 = vaddq_s32(s1, vmulq_s32(inputs_of(p1, at, isPlain), w));
            s2 = vaddq_s32(s2, vmulq_s32(inputs_of(p2, at, isPlain), w));
            s3 = vaddq_s32(s3, vmulq_s32(inputs_of(p3, at, isPlain), w));
        }
    }
    store_lanes(of, from, s0, output);
    store_lanes(of, from, s1, output + outputs);
    store_lanes(of, from, s2, output + 2 * outputs);
    store_lanes(of, from, s3, output + 3 * outputs);
}

/* The bias of windows of which the rows of taps beside `rows` lie outside the input. */
static int32x4_t bias_of_rows(const window_operation *of, const lanes *from, taps rows)
{
    int32x4_t sums = vdupq_n_s32(0);
    const int8_t *weights = from->weights;
    for (int32_t fy = 0; fy < of->filterHeight; fy++)
    {
        const bool isInside = fy >= rows.first && fy < rows.last;
        for (int32_t left = isInside ? 0 : of->filterWidth; left > 0; left--, weights += 4) sums = vaddq_s32(sums, vldrbq_s32(weights));
        if (isInside) weights += 4 * of->filterWidth;
    }
    return vaddq_s32(vmulq_n_s32(sums, of->inputZeroPoint), vldrwq_s32(from->constants->bias));
}

static void row_of_lanes(const window_operation *of, const lanes *from, const int8_t *image, int32_t y0, int8_t *output)
{
    const int32_t outputs = of->inputChannels * of->outputs, span = (of->filterWidth - 1) * of->dilationWidth + 1;
    const taps rows = clip(y0, of->dilationHeight, of->filterHeight, of->inputHeight);
    const int32_t count = rows.last > rows.first ? rows.last - rows.first : 0, first = count ? rows.first : 0;
    const int8_t *const line = image + (y0 + first * of->dilationHeight) * of->inputWidth * of->inputChannels;
    const int8_t *const weights = from->weights + 4 * first * of->filterWidth;
    const int32x4_t start = bias_of_rows(of, from, rows);
    for (int32_t x = 0; x < of->outputWidth;)
    {
        const int32_t x0 = x * of->strideWidth - of->padLeft;
        if (x0 < 0 || x + 4 > of->outputWidth || x0 + 3 * of->strideWidth + span > of->inputWidth)
        {
            clipped(of, from, image, y0, rows, x0, output + x * outputs);
            x++;
            continue;
        }
        const int8_t *const pixel = line + x0 * of->inputChannels;
        if (from->isPlain) four_positions(of, from, pixel, weights, count, start, output + x * outputs, true);
        else four_positions(of, from, pixel, weights, count, start, output + x * outputs, false);
        x += 4;
    }
}

/* Output channels n..n+count-1 of an image. */
static void do_lanes(const window_operation *of, const int8_t *image, const int8_t *tile, requantize_way way, int32_t n, int count, int8_t *output)
{
    const int32_t first = n / of->outputs;
    lanes to = {
        .weights = tile + tileHeaderBytes,
        .constants = (const tile_constants *) (const void *) tile,
        .way = way,
        .there = vctp32q((uint32_t) count),
        .isPlain = of->outputs == 1 && count == 4,
    };
    for (int lane = 0; lane < 4; lane++) to.at[lane] = (uint32_t) ((n + (lane < count ? lane : count - 1)) / of->outputs - first);
    vstrwq_s32(to.outside, bias_of_rows(of, &to, (taps) { 0, 0 }));
    for (int32_t y = 0; y < of->outputHeight; y++, output += of->outputWidth * of->inputChannels * of->outputs)
        row_of_lanes(of, &to, image + first, y * of->strideHeight - of->padTop, output);
}

void wasmote_depthwise_s8(const window_operation *of)
{
    const int32_t channels = of->inputChannels * of->outputs;
    const int32_t tileBytes = tileHeaderBytes + ((of->filterHeight * of->filterWidth * 4 + 15) & ~15);
    const int32_t imageBytes = of->inputHeight * of->inputWidth * of->inputChannels, outputBytes = of->outputHeight * of->outputWidth * channels;
    windows from;
    const bool hasWindows = wasmote_find_windows(of, &from);
    const int8_t *tile = of->weights;
    for (int32_t n = 0; n < channels; n += 4, tile += tileBytes)
    {
        const int count = channels - n < 4 ? (int) (channels - n) : 4;
        const requantize_way way = requantize_way_of((const tile_constants *) (const void *) tile, count);
        const int8_t *image = of->input;
        int8_t *output = of->output + n;
        for (int32_t b = 0; b < of->batches; b++, image += imageBytes, output += outputBytes)
        {
            const channel_group group = { image + n, tile, output, way };
            if (hasWindows && count == 4 && way != requantizedAnyhow) wasmote_depthwise_windows(of, &from, &group);
            else do_lanes(of, image, tile, way, n, count, output);
        }
    }
    clamp_bytes(of->output, of->batches * outputBytes, of->low, of->high);
}

#endif

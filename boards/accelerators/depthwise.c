#include "depthwise.h"
#include "depthwise_positions.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

/* Whether all channels of a tile are quick, and rounded as often as its first; some that are may be found not to be. */
static bool is_quick_work(const depthwise_tile *tile)
{
    uint32_t biases = 0, shifts = 0;
    for (int lane = 0; lane < tile->count; lane++)
    {
        biases |= (uint32_t) tile->constants->bias[lane] + (1u << 29);
        shifts |= (uint32_t) (tile->constants->shift[lane] - tile->once) - 1;
    }
    return biases < 1u << 30 && shifts < 16;
}

static void set_tile(const window_operation *of, depthwise_tile *to, const int8_t *tile, int32_t n, int32_t channel)
{
    const int32_t left = of->inputChannels * of->outputs - n;
    to->constants = (const tile_constants *) tile;
    to->weights = tile + tileHeaderBytes;
    to->count = left < 4 ? (int) left : 4;
    to->wide = of->outputs == 1 && to->count == 4;
    to->narrow = of->low > -128 || of->high < 127;
    to->once = is_rounded_once(to->constants->shift[0]) ? roundedOnce : 0;
    to->quick = is_quick_work(to) && of->filterHeight * of->filterWidth <= quickDepth;
    for (int lane = 0; lane < 4 && to->quick; lane++)
    {
        /* Lanes without a channel have a shift of 0. */
        to->shift[lane] = lane < to->count ? to->constants->shift[lane] - to->once : 1;
        to->rounding[lane] = quick_rounding(to->shift[lane], of->outputZeroPoint);
    }
    if (to->wide) return;
    for (int lane = 0; lane < 4; lane++) to->apart[lane] = lane < to->count ? (n + lane) / of->outputs - channel : 0;
}

/* The taps of a row or column of windows from `from` on that lie in an input of so many pixels: from first to last - 1. */
static void clip(int32_t from, int32_t dilation, int32_t taps, int32_t length, int32_t *first, int32_t *last)
{
    *first = 0;
    *last = taps;
    if (from < 0)
    {
        const int32_t before = dilation == 1 ? -from : (dilation - 1 - from) / dilation;
        *first = before < taps ? before : taps;
    }
    if (from + (taps - 1) * dilation >= length)
    {
        const int32_t inside = from >= length ? 0 : dilation == 1 ? length - from : (length - from + dilation - 1) / dilation;
        *last = inside > *first ? inside : *first;
    }
}

/* Adds taps from `weights` to `end`, of pixels outside the input. */
static void add_outside(int32_t zeroPoint, int32_t sums[4], const int8_t *weights, const int8_t *end)
{
    for (; weights < end; weights += 4)
    {
        sums[0] += zeroPoint * weights[0];
        sums[1] += zeroPoint * weights[1];
        sums[2] += zeroPoint * weights[2];
        sums[3] += zeroPoint * weights[3];
    }
}

/* How many positions from `x` on, whose window is at `x0`, hold the same columns: all that are whole, or one. */
static int32_t alike(const window_operation *of, int32_t x, int32_t x0, bool whole)
{
    if (!whole) return 1;
    const int32_t room = of->inputWidth - 1 - (of->filterWidth - 1) * of->dilationWidth - x0, left = of->outputWidth - x;
    const int32_t more = of->strideWidth == 1 ? room : room / of->strideWidth;
    return more < left ? more + 1 : left;
}

/* A tile's channels of one image. */
static void tile_image(const window_operation *of, const depthwise_tile *tile, const int8_t *image, int8_t *output)
{
    const int32_t channels = of->inputChannels, line = of->inputWidth * channels, columns = of->filterWidth;
    depthwise_positions at = {
        .output = output,
        .tapBytes = of->dilationWidth * channels,
        .strideBytes = of->strideWidth * channels,
        .outputBytes = channels * of->outputs,
    };
    for (int32_t y = 0; y < of->outputHeight; y++)
    {
        const int32_t y0 = y * of->strideHeight - of->padTop;
        int32_t firstRow, lastRow, above[4];
        clip(y0, of->dilationHeight, of->filterHeight, of->inputHeight, &firstRow, &lastRow);
        for (int lane = 0; lane < 4; lane++) above[lane] = tile->quick ? tile->constants->bias[lane] : 0;
        const int8_t *const top = tile->weights + 4 * firstRow * columns, *const bottom = tile->weights + 4 * lastRow * columns;
        add_outside(of->inputZeroPoint, above, tile->weights, top);
        add_outside(of->inputZeroPoint, above, bottom, tile->weights + 4 * of->filterHeight * columns);

        for (int32_t x = 0, x0 = -of->padLeft; x < of->outputWidth; x += at.count, x0 += at.count * of->strideWidth)
        {
            int32_t first, last;
            clip(x0, of->dilationWidth, columns, of->inputWidth, &first, &last);
            const bool whole = first == 0 && last == columns;
            for (int lane = 0; lane < 4; lane++) at.start[lane] = above[lane];
            for (const int8_t *row = top; row < bottom && !whole; row += 4 * columns)
            {
                add_outside(of->inputZeroPoint, at.start, row, row + 4 * first);
                add_outside(of->inputZeroPoint, at.start, row + 4 * last, row + 4 * columns);
            }
            at.count = alike(of, x, x0, whole);
            at.columns = last - first;
            at.rows = at.columns > 0 ? lastRow - firstRow : 0;
            at.pixelRest = of->dilationHeight * line - at.columns * at.tapBytes;
            at.weightRest = 4 * (columns - at.columns);
            at.weights = top + 4 * first;
            at.pixel = image + (y0 + firstRow * of->dilationHeight) * line + x0 * channels + first * at.tapBytes;
            wasmote_depthwise_positions(of, tile, &at);
            at.output += at.count * at.outputBytes;
        }
    }
}

void wasmote_depthwise_s8(const window_operation *of)
{
    if (wasmote_depthwise_3x3(of)) return;

    const int32_t outputChannels = of->inputChannels * of->outputs;
    const uint32_t tileBytes = tileHeaderBytes + (((uint32_t) of->filterHeight * (uint32_t) of->filterWidth * 4 + 15) & ~15u);
    const int8_t *image = of->input;
    int8_t *output = of->output;
    for (int32_t b = 0; b < of->batches; b++)
    {
        const int8_t *weights = of->weights;
        for (int32_t n = 0; n < outputChannels; n += 4, weights += tileBytes)
        {
            depthwise_tile tile;
            const int32_t channel = of->outputs == 1 ? n : n / of->outputs;
            set_tile(of, &tile, weights, n, channel);
            tile_image(of, &tile, image + channel, output + n);
        }
        image += of->inputHeight * of->inputWidth * of->inputChannels;
        output += of->outputHeight * of->outputWidth * outputChannels;
    }
}

#endif

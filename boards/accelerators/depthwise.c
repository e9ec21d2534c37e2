#include "depthwise.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

/* Taps of a window's row or column that are inside the input. */
typedef struct range
{
    int32_t first, last;
} range;

/* Of taps at `at` and so on. */
static range taps_inside(int32_t at, int32_t dilation, int32_t taps, int32_t size)
{
    range found = { 0, 0 };
    for (; found.first < taps && at < 0; at += dilation) found.first++;
    for (found.last = found.first; found.last < taps && at < size; at += dilation) found.last++;
    return found;
}

/* Adds the taps outside the input of a window to the sums of a tile with these weights. */
static void add_outside(const window_operation *of, range rows, range columns, const int8_t *weights, uint32_t sums[4])
{
    const int32_t zeroPoint = of->inputZeroPoint, height = of->filterHeight, width = of->filterWidth, inside = columns.last - columns.first;
    uint32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    for (int32_t row = 0; row < height; row++)
    {
        const int32_t first = inside > 0 && row >= rows.first && row < rows.last ? columns.first : width;
        for (int32_t column = 0; column < width; column++, weights += 4)
        {
            if (column == first)
            {
                column += inside - 1;
                weights += 4 * (inside - 1);
                continue;
            }
            s0 += (uint32_t) (zeroPoint * weights[0]);
            s1 += (uint32_t) (zeroPoint * weights[1]);
            s2 += (uint32_t) (zeroPoint * weights[2]);
            s3 += (uint32_t) (zeroPoint * weights[3]);
        }
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

/* Outputs of any channels, one by one. */
static void each_channel(const window_operation *of, const depthwise_tile *tile, int8_t *output)
{
    const int8_t *pixel = tile->pixel;
    for (int32_t left = tile->positions; left > 0; left--, pixel += tile->positionBytes, output += tile->outputBytes)
    {
        for (int lane = 0; lane < tile->count; lane++)
        {
            const int8_t *p = pixel + tile->apart[lane], *w = tile->weights + lane;
            uint32_t sum = tile->start[lane];
            for (int32_t rows = tile->rows; rows > 0; rows--, p += tile->rowRest, w += tile->weightRest)
                for (int32_t columns = tile->columnBytes; columns > 0; columns -= 4, p += tile->tapBytes, w += 4) sum += (uint32_t) (*p * *w);
            if (tile->quick) output[lane] = finish_quick((int32_t) sum, tile->constants, lane, tile->offset);
            else output[lane] = wasmote_finish_any((int32_t) sum, tile->constants, lane, of->outputZeroPoint, of->low, of->high);
        }
    }
}

/* All channels of the positions of `tile`, whose windows have these taps inside. */
static void do_positions(const window_operation *of, range rows, range columns, quick_way way, depthwise_tile *tile, int8_t *output)
{
    const int32_t channels = tile->outputBytes, inside = tile->rows * tile->columnBytes, all = 4 * of->filterHeight * of->filterWidth;
    const int32_t first = 4 * (rows.first * of->filterWidth + columns.first);
    const int8_t *const pixel = tile->pixel, *lies = of->weights;
    for (int32_t n = 0; n < channels; n += 4)
    {
        tile->constants = (const tile_constants *) lies;
        lies += tileHeaderBytes;
        tile->weights = lies + first;
        __builtin_memcpy(tile->start, tile->constants->bias, sizeof tile->start);
        if (inside < all) add_outside(of, rows, columns, lies, tile->start);
        lies += (uint32_t) (all + 15) & ~15u;
        tile->pixel = pixel + n;
        tile->count = channels - n < 4 ? channels - n : 4;
        if (of->outputs > 1)
        {
            const int32_t channel = n / of->outputs;
            tile->pixel = pixel + channel;
            for (int lane = 1; lane < tile->count; lane++) tile->apart[lane] = (n + lane) / of->outputs - channel;
        }
        const bool four = tile->count == 4 && (of->outputs == 1 || !TARGET_DSP) && (way == quickTwice || way == quickOnce);
        if (four) wasmote_depthwise_four(tile, output + n);
        else each_channel(of, tile, output + n);
    }
}

static void any_depthwise(const window_operation *of, quick_way way)
{
    const int32_t channels = of->inputChannels, lineBytes = of->inputWidth * channels;
    depthwise_tile tile = {
        .offset = 2 * of->outputZeroPoint + 1,
        .once = way == quickOnce,
        .quick = way != anyWay,
        .positionBytes = (int32_t) ((uint32_t) of->strideWidth * (uint32_t) channels),
        .outputBytes = channels * of->outputs,
        .pixel = of->input,
        .apart = { 0, 1, 2, 3 },
    };
    const int8_t *image = of->input;
    int8_t *output = of->output;
    for (int32_t b = 0; b < of->batches; b++, image += of->inputHeight * lineBytes)
    {
        for (int32_t line = 0; line < of->outputHeight; line++)
        {
            const int32_t y = line * of->strideHeight - of->padTop;
            const range rows = taps_inside(y, of->dilationHeight, of->filterHeight, of->inputHeight);
            int32_t x = -of->padLeft;
            range columns = taps_inside(x, of->dilationWidth, of->filterWidth, of->inputWidth);
            for (int32_t left = of->outputWidth; left > 0; left -= tile.positions)
            {
                const range same = columns;
                const int32_t width = same.last - same.first, height = width > 0 ? rows.last - rows.first : 0;
                tile.rows = height;
                tile.columnBytes = 4 * width;
                tile.tapBytes = width > 1 ? of->dilationWidth * channels : 0;
                tile.rowRest = (height > 1 ? of->dilationHeight * lineBytes : 0) - width * tile.tapBytes;
                tile.weightRest = 4 * (of->filterWidth - width);
                if (height > 0)
                    tile.pixel = image + (y + rows.first * of->dilationHeight) * lineBytes + (x + same.first * of->dilationWidth) * channels;
                tile.positions = 0;
                do
                {
                    tile.positions++;
                    x += of->strideWidth;
                    columns = taps_inside(x, of->dilationWidth, of->filterWidth, of->inputWidth);
                } while (tile.positions < left && columns.first == same.first && columns.last == same.last);
                do_positions(of, rows, same, way, &tile, output);
                output += tile.positions * tile.outputBytes;
            }
        }
    }
}

void wasmote_depthwise_s8(const window_operation *of)
{
    const uint32_t taps = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth;
    const int32_t channels = of->inputChannels * of->outputs;
    const quick_way way = wasmote_quick_way(of->weights, channels, tileHeaderBytes + ((taps * 4 + 15) & ~15u), taps);
    if (way == anyWay || !wasmote_depthwise_3x3(of)) any_depthwise(of, way);
    wasmote_clamp_outputs(of->output, of->batches * of->outputHeight * of->outputWidth * channels, of->low, of->high);
}

#endif

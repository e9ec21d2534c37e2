#include "depthwise.h"
#include "requantize.h"

enum { taps = 9, tapBytes = 48 };   /* 9 taps of 4 channels, filled up */

static bool is_3x3(const window_operation *of)
{
    return of->filterHeight == 3 && of->filterWidth == 3 && of->dilationHeight == 1 && of->dilationWidth == 1
        && of->outputs == 1 && of->strideWidth <= 2;
}

/* Up to 4 channels of one image, from the tile's first on. */
static void tile_channels(const window_operation *of, const int8_t *image, const int8_t *tile, int count, int8_t *output)
{
    const tile_constants *const constants = (const tile_constants *) tile;
    const uint32_t rowBytes = wasmote_row_bytes(of);
    row_channel channels[4];
    for (int lane = 0; lane < count; lane++)
    {
        row_channel *channel = &channels[lane];
        channel->bias = constants->bias[lane];
        channel->multiplier = constants->multiplier[lane];
        channel->once = is_rounded_once(constants->shift[lane]);
        channel->shift = shift_alone(constants->shift[lane]);
        channel->rounding = quick_rounding(channel->shift, of->outputZeroPoint);
        wasmote_row_channel(of, channel, (const uint8_t *) of->scratch + (uint32_t) lane * rowBytes, tile + tileHeaderBytes + lane);
    }

    int32_t next = 0;
    for (int32_t y = 0; y < of->outputHeight; y++, output += of->outputWidth * of->inputChannels)
    {
        const int32_t top = y * of->strideHeight;
        for (next = next > top ? next : top; next < top + 3; next++)
            wasmote_fill_rows(of, image, next - of->padTop, count, (uint32_t) next % 3, of->scratch);

        const uint32_t first = (3 - (uint32_t) top % 3) % 3;
        const uint8_t *rows = of->scratch;
        for (int lane = 0; lane < count; lane++, rows += rowBytes) row_outputs(of, &channels[lane], rows, first, output + lane);
    }
}

bool wasmote_depthwise_3x3(const window_operation *of)
{
    if (!is_3x3(of) || of->scratchBytes < 4 * wasmote_row_bytes(of)) return false;

    const int8_t *image = of->input;
    int8_t *output = of->output;
    const int32_t channels = of->inputChannels;
    for (int32_t b = 0; b < of->batches; b++)
    {
        const int8_t *tile = of->weights;
        for (int32_t n = 0; n < channels; n += 4, tile += tileHeaderBytes + tapBytes)
            tile_channels(of, image + n, tile, channels - n < 4 ? (int) (channels - n) : 4, output + n);
        image += of->inputHeight * of->inputWidth * channels;
        output += of->outputHeight * of->outputWidth * channels;
    }
    return true;
}

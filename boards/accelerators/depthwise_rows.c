#include "depthwise.h"
#include "requantize.h"

#if !TARGET_DSP

/* Columns that the windows of a row span. */
static uint32_t row_columns(const window_operation *of)
{
    return (uint32_t) ((of->outputWidth - 1) * of->strideWidth + 3);
}

uint32_t wasmote_row_bytes(const window_operation *of)
{
    return 3 * row_columns(of);
}

void wasmote_fill_rows(const window_operation *of, const int8_t *image, int32_t y, int count, uint32_t slot, void *rows)
{
    const int32_t columns = (int32_t) row_columns(of), channels = of->inputChannels;
    const bool outside = (uint32_t) y >= (uint32_t) of->inputHeight;
    for (int lane = 0; lane < count; lane++)
    {
        int8_t *to = (int8_t *) rows + lane * 3 * columns + (int32_t) slot * columns;
        const int8_t *from = image + lane + (outside ? 0 : y * of->inputWidth * channels);
        int32_t x = -of->padLeft, column = 0;
        for (; column < columns && (outside || x < 0); column++, x++) *to++ = (int8_t) of->inputZeroPoint;
        for (; column < columns && x < of->inputWidth; column++, x++, from += channels) *to++ = *from;
        for (; column < columns; column++) *to++ = (int8_t) of->inputZeroPoint;
    }
}

void wasmote_row_channel(const window_operation *of, row_channel *to, const void *rows, const int8_t *taps)
{
    (void) of;
    (void) rows;
    for (int row = 0; row < 5; row++)
        for (int column = 0; column < 3; column++) to->weights[row][column] = taps[(row % 3 * 3 + column) * 4];
}

void wasmote_row_outputs(const window_operation *of, const row_channel *channel, const void *rows, uint32_t first, int8_t *output)
{
    const int32_t (*const w)[3] = channel->weights + first;
    const int32_t w0 = w[0][0], w1 = w[0][1], w2 = w[0][2], w3 = w[1][0], w4 = w[1][1], w5 = w[1][2];
    const int32_t w6 = w[2][0], w7 = w[2][1], w8 = w[2][2];
    const int32_t stride = of->strideWidth, step = of->inputChannels;
    const uint32_t columns = row_columns(of);
    const int8_t *p = rows, *q = p + columns, *r = q + columns;
    for (int32_t left = of->outputWidth; left > 0; left--, p += stride, q += stride, r += stride, output += step)
    {
        const int32_t sum = channel->bias + p[0] * w0 + p[1] * w1 + p[2] * w2 + q[0] * w3 + q[1] * w4 + q[2] * w5
            + r[0] * w6 + r[1] * w7 + r[2] * w8;
        *output = saturate(
            channel->once ? requantize_once_quick(sum, channel->multiplier, channel->rounding, channel->shift)
                          : requantize_quick(sum, channel->multiplier, channel->rounding, channel->shift));
    }
}

#endif

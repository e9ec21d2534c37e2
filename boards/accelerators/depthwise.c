#include "depthwise.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

/* Adds a tap's products: 4 channels from `pixel` on, or as many as there are; with a multiplier, of any channels. */
static inline void add_tap(int32_t sums[4], const int8_t *pixel, const int8_t *weights)
{
    for (int lane = 0; lane < 4; lane++) sums[lane] += pixel[lane] * weights[lane];
}

/* Output channels n..n+count-1 of one position, whose window starts at y0, x0. */
static void general(const window_operation *of, const int8_t *image, const int8_t *tile, int32_t n, int count, int32_t y0, int32_t x0, int8_t *output)
{
    const tile_constants *const constants = (const tile_constants *) tile;
    const int8_t *weights = tile + tileHeaderBytes;
    const int32_t channels = of->inputChannels;
    int32_t channel[4], sums[4] = { 0, 0, 0, 0 };
    for (int lane = 0; lane < 4; lane++) channel[lane] = (n + (lane < count ? lane : 0)) / of->outputs;
    const bool wide = of->outputs == 1 && count == 4;

    for (int32_t fy = 0, y = y0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        for (int32_t fx = 0, x = x0; fx < of->filterWidth; fx++, x += of->dilationWidth, weights += 4)
        {
            if ((uint32_t) y >= (uint32_t) of->inputHeight || (uint32_t) x >= (uint32_t) of->inputWidth)
            {
                for (int lane = 0; lane < 4; lane++) sums[lane] += of->inputZeroPoint * weights[lane];
                continue;
            }
            const int8_t *const pixel = image + (y * of->inputWidth + x) * channels;
            if (wide) add_tap(sums, pixel + n, weights);
            else for (int lane = 0; lane < 4; lane++) sums[lane] += pixel[channel[lane]] * weights[lane];
        }
    }
    for (int lane = 0; lane < count; lane++)
    {
        const int32_t sum = (int32_t) ((uint32_t) sums[lane] + (uint32_t) constants->bias[lane]);
        output[lane] = finish_any(sum, constants, lane, of->outputZeroPoint, of->low, of->high);
    }
}

static uint32_t tile_bytes(const window_operation *of)
{
    return tileHeaderBytes + (((uint32_t) of->filterHeight * (uint32_t) of->filterWidth * 4 + 15) & ~15u);
}

void wasmote_depthwise_s8(const window_operation *of)
{
    if (wasmote_depthwise_3x3(of)) return;

    const int32_t outputChannels = of->inputChannels * of->outputs;
    const uint32_t tileBytes = tile_bytes(of);
    const int8_t *image = of->input;
    int8_t *output = of->output;

    for (int32_t b = 0; b < of->batches; b++, image += of->inputHeight * of->inputWidth * of->inputChannels)
    {
        for (int32_t y = 0; y < of->outputHeight; y++)
        {
            for (int32_t x = 0; x < of->outputWidth; x++, output += outputChannels)
            {
                const int32_t y0 = y * of->strideHeight - of->padTop, x0 = x * of->strideWidth - of->padLeft;
                const int8_t *tile = of->weights;
                for (int32_t n = 0; n < outputChannels; n += 4, tile += tileBytes)
                    general(of, image, tile, n, outputChannels - n < 4 ? (int) (outputChannels - n) : 4, y0, x0, output + n);
            }
        }
    }
}

#endif

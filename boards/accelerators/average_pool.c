#include "kernels.h"
#include "pools.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

static inline int32_t average(int32_t sum, int32_t count, int32_t half)
{
    return (sum > 0 ? sum + half : sum - half) / count;
}

/* A pool, and all channels of one window of rows x taps pixels, the first of them at `window`, of elements of one type. */
#define AVERAGE_POOL(name, element) \
    static void name##_window(const pool_operation *of, const element *window, element *output, int32_t rows, int32_t taps) \
    { \
        const int32_t count = rows * taps, half = count >> 1, channels = of->channels; \
        const int32_t lineBytes = (of->inputWidth - taps) * channels; \
        int32_t c = 0; \
        for (; c + 4 <= channels; c += 4) \
        { \
            int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0; \
            const element *pixel = window + c; \
            for (int32_t y = 0; y < rows; y++, pixel += lineBytes) \
            { \
                for (int32_t x = 0; x < taps; x++, pixel += channels) \
                { \
                    s0 += pixel[0]; \
                    s1 += pixel[1]; \
                    s2 += pixel[2]; \
                    s3 += pixel[3]; \
                } \
            } \
            output[c] = (element) clamp(average(s0, count, half), of->low, of->high); \
            output[c + 1] = (element) clamp(average(s1, count, half), of->low, of->high); \
            output[c + 2] = (element) clamp(average(s2, count, half), of->low, of->high); \
            output[c + 3] = (element) clamp(average(s3, count, half), of->low, of->high); \
        } \
        for (; c < channels; c++) \
        { \
            int32_t sum = 0; \
            const element *pixel = window + c; \
            for (int32_t y = 0; y < rows; y++, pixel += lineBytes) \
            { \
                for (int32_t x = 0; x < taps; x++, pixel += channels) sum += *pixel; \
            } \
            output[c] = (element) clamp(average(sum, count, half), of->low, of->high); \
        } \
    } \
 \
    bool name(const pool_operation *of) \
    { \
        const element *input = (const element *) (const void *) of->input; \
        element *output = (element *) (void *) of->output; \
        const int32_t lineBytes = of->inputWidth * of->channels; \
 \
        for (int32_t b = 0; b < of->batches; b++, input += of->inputHeight * lineBytes) \
        { \
            for (int32_t y = 0; y < of->outputHeight; y++) \
            { \
                const int32_t y0 = y * of->strideHeight - of->padTop, top = most(y0, 0); \
                const int32_t rows = least(y0 + of->filterHeight, of->inputHeight) - top; \
                for (int32_t x = 0; x < of->outputWidth; x++, output += of->channels) \
                { \
                    const int32_t x0 = x * of->strideWidth - of->padLeft, left = most(x0, 0); \
                    const int32_t taps = least(x0 + of->filterWidth, of->inputWidth) - left; \
                    if (rows <= 0 || taps <= 0) return false; \
                    name##_window(of, input + top * lineBytes + left * of->channels, output, rows, taps); \
                } \
            } \
        } \
        return true; \
    }

AVERAGE_POOL(wasmote_average_pool_s8, int8_t)
AVERAGE_POOL(wasmote_average_pool_s16, int16_t)

#endif

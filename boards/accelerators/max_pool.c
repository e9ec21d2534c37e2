#include "kernels.h"
#include "pools.h"
#include "target.h"

#if TARGET_HELIUM
#include <arm_mve.h>
#endif

/* The largest values of channels, of one window of rows x taps pixels, `line` apart from one row's end to the next one's start. */
typedef struct max_window
{
    int32_t rows, taps, channels, line, low, high;
} max_window;

#if TARGET_HELIUM
/* 16 channels at once. */
static void largest(const max_window *of, const int8_t *from, int8_t *output)
{
    for (int32_t left = of->channels; left > 0; left -= 16, from += 16, output += 16)
    {
        const mve_pred16_t there = vctp8q((uint32_t) left);
        int8x16_t found = vdupq_n_s8((int8_t) of->low);
        const int8_t *pixel = from;
        for (int32_t y = of->rows; y > 0; y--, pixel += of->line)
            for (int32_t x = of->taps; x > 0; x--, pixel += of->channels) found = vmaxq_s8(found, vldrbq_z_s8(pixel, there));
        vstrbq_p_s8(output, vminq_s8(found, vdupq_n_s8((int8_t) of->high)), there);
    }
}
#else
static inline int32_t largest_of_one(const max_window *of, const int8_t *pixel)
{
    int32_t found = of->low;
    for (int32_t y = of->rows; y > 0; y--, pixel += of->line)
        for (int32_t x = of->taps; x > 0; x--, pixel += of->channels) found = most(found, *pixel);
    return least(found, of->high);
}

#if TARGET_DSP
/* Of each of four int8 the larger one, or the smaller one. */
static inline uint32_t larger(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(result) : "r"(a), "r"(b));
    return result;
}

static inline uint32_t smaller(uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("ssub8 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(result) : "r"(a), "r"(b));
    return result;
}

static inline void largest_of_four(const max_window *of, const int8_t *pixel, int8_t *output)
{
    uint32_t found = 0x01010101u * (uint8_t) of->low;
    for (int32_t y = of->rows; y > 0; y--, pixel += of->line)
        for (int32_t x = of->taps; x > 0; x--, pixel += of->channels) found = larger(load_word(pixel), found);
    found = smaller(found, 0x01010101u * (uint8_t) of->high);
    __builtin_memcpy(output, &found, sizeof found);
}
#else
static inline void largest_of_four(const max_window *of, const int8_t *pixel, int8_t *output)
{
    int32_t m0 = of->low, m1 = m0, m2 = m0, m3 = m0;
    for (int32_t y = of->rows; y > 0; y--, pixel += of->line)
    {
        for (int32_t x = of->taps; x > 0; x--, pixel += of->channels)
        {
            m0 = most(m0, pixel[0]);
            m1 = most(m1, pixel[1]);
            m2 = most(m2, pixel[2]);
            m3 = most(m3, pixel[3]);
        }
    }
    output[0] = (int8_t) least(m0, of->high);
    output[1] = (int8_t) least(m1, of->high);
    output[2] = (int8_t) least(m2, of->high);
    output[3] = (int8_t) least(m3, of->high);
}
#endif

static void largest(const max_window *of, const int8_t *from, int8_t *output)
{
    int32_t c = 0;
    for (; c + 4 <= of->channels; c += 4) largest_of_four(of, from + c, output + c);
    for (; c < of->channels; c++) output[c] = (int8_t) largest_of_one(of, from + c);
}
#endif

bool wasmote_max_pool_s8(const pool_operation *of)
{
    const int8_t *input = of->input;
    int8_t *output = of->output;
    const int32_t line = of->inputWidth * of->channels;
    max_window window = { .channels = of->channels, .low = of->low, .high = of->high };

    for (int32_t b = 0; b < of->batches; b++, input += of->inputHeight * line)
    {
        for (int32_t y = 0; y < of->outputHeight; y++)
        {
            const int32_t y0 = y * of->strideHeight - of->padTop, top = most(y0, 0);
            window.rows = least(y0 + of->filterHeight, of->inputHeight) - top;
            for (int32_t x = 0; x < of->outputWidth; x++, output += of->channels)
            {
                const int32_t x0 = x * of->strideWidth - of->padLeft, left = most(x0, 0);
                window.taps = least(x0 + of->filterWidth, of->inputWidth) - left;
                if (window.rows <= 0 || window.taps <= 0) return false;
                window.line = line - window.taps * of->channels;
                largest(&window, input + top * line + left * of->channels, output);
            }
        }
    }
    return true;
}

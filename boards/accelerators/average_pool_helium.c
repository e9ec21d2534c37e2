#include "kernels.h"
#include "pools.h"
#include "target.h"

#if TARGET_HELIUM

#include <arm_mve.h>

/* A window inside the input, and how its sums are divided. */
typedef struct pool_window
{
    int32_t rows, taps, count;
    uint32_t reciprocal;        /* 2^32 / count, rounded up, or 0 where that is not exact for every sum */
} pool_window;

/*
 * The upper word of n * ceil(2^32 / count) is floor(n / count) as long as n * count < 2^32; n is at most count and a half times
 * `most`, the largest magnitude.
 */
static uint32_t reciprocal_of(int32_t count, int32_t most)
{
    if (count == 1 || ((uint64_t) most + 1) * (uint64_t) count * (uint64_t) count >> 32) return 0;
    return 0xffffffffu / (uint32_t) count + 1;
}

/* Rounded, ties away from zero. */
static int32x4_t divide(int32x4_t sums, const pool_window *window)
{
    const uint32_t half = (uint32_t) window->count >> 1;
    const uint32x4_t magnitudes = vaddq_n_u32(vreinterpretq_u32_s32(vabsq_s32(sums)), half);
    uint32_t each[4];
    uint32x4_t quotients;
    if (window->reciprocal) quotients = vmulhq_u32(magnitudes, vdupq_n_u32(window->reciprocal));
    else
    {
        vstrwq_u32(each, magnitudes);
        for (int lane = 0; lane < 4; lane++) each[lane] /= (uint32_t) window->count;
        quotients = vldrwq_u32(each);
    }
    const int32x4_t positive = vreinterpretq_s32_u32(quotients);
    return vnegq_m_s32(positive, positive, vcmpltq_n_s32(sums, 0));
}

static inline int32x4_t clamped(int32x4_t sums, const pool_window *window, const pool_operation *of)
{
    return vminq_s32(vmaxq_s32(divide(sums, window), vdupq_n_s32(of->low)), vdupq_n_s32(of->high));
}

/* A pool, and all channels of one window, the first of them at `from`, of elements of one type, which is loaded as int32. */
#define AVERAGE_POOL(name, element, load, load_some, store_some) \
    static void name##_sixteen(const pool_operation *of, const pool_window *window, const element *pixel, element *output) \
    { \
        int32x4_t s0 = vdupq_n_s32(0), s1 = s0, s2 = s0, s3 = s0; \
        const int32_t channels = of->channels, line = (of->inputWidth - window->taps) * channels; \
        const mve_pred16_t all = vctp32q(4); \
        for (int32_t y = window->rows; y > 0; y--, pixel += line) \
        { \
            for (int32_t x = window->taps; x > 0; x--, pixel += channels) \
            { \
                s0 = vaddq_s32(s0, load(pixel)); \
                s1 = vaddq_s32(s1, load(pixel + 4)); \
                s2 = vaddq_s32(s2, load(pixel + 8)); \
                s3 = vaddq_s32(s3, load(pixel + 12)); \
            } \
        } \
        store_some(output, clamped(s0, window, of), all); \
        store_some(output + 4, clamped(s1, window, of), all); \
        store_some(output + 8, clamped(s2, window, of), all); \
        store_some(output + 12, clamped(s3, window, of), all); \
    } \
 \
    static void name##_window(const pool_operation *of, const pool_window *window, const element *from, element *output) \
    { \
        const int32_t channels = of->channels, line = (of->inputWidth - window->taps) * channels; \
        int32_t left = channels; \
        for (; left >= 16; left -= 16, from += 16, output += 16) name##_sixteen(of, window, from, output); \
        for (; left > 0; left -= 4, from += 4, output += 4) \
        { \
            const mve_pred16_t there = vctp32q((uint32_t) left); \
            int32x4_t sums = vdupq_n_s32(0); \
            const element *pixel = from; \
            for (int32_t y = window->rows; y > 0; y--, pixel += line) \
                for (int32_t x = window->taps; x > 0; x--, pixel += channels) sums = vaddq_s32(sums, load_some(pixel, there)); \
            store_some(output, clamped(sums, window, of), there); \
        } \
    } \
 \
    bool name(const pool_operation *of) \
    { \
        const element *input = (const element *) (const void *) of->input; \
        element *output = (element *) (void *) of->output; \
        const int32_t line = of->inputWidth * of->channels; \
        pool_window window = { 0, 0, 0, 0 }; \
 \
        for (int32_t b = 0; b < of->batches; b++, input += of->inputHeight * line) \
        { \
            for (int32_t y = 0; y < of->outputHeight; y++) \
            { \
                const int32_t y0 = y * of->strideHeight - of->padTop, top = most(y0, 0); \
                window.rows = least(y0 + of->filterHeight, of->inputHeight) - top; \
                for (int32_t x = 0; x < of->outputWidth; x++, output += of->channels) \
                { \
                    const int32_t x0 = x * of->strideWidth - of->padLeft, left = most(x0, 0); \
                    window.taps = least(x0 + of->filterWidth, of->inputWidth) - left; \
                    if (window.rows <= 0 || window.taps <= 0) return false; \
                    const int32_t count = window.rows * window.taps; \
                    if (count != window.count) window.reciprocal = reciprocal_of(count, 1 << (8 * sizeof(element) - 1)); \
                    window.count = count; \
                    name##_window(of, &window, input + top * line + left * of->channels, output); \
                } \
            } \
        } \
        return true; \
    }

AVERAGE_POOL(wasmote_average_pool_s8, int8_t, vldrbq_s32, vldrbq_z_s32, vstrbq_p_s32)
AVERAGE_POOL(wasmote_average_pool_s16, int16_t, vldrhq_s32, vldrhq_z_s32, vstrhq_p_s32)

#endif

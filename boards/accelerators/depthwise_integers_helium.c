#include "depthwise_integers_helium.h"

#if TARGET_HELIUM

enum
{
    together = 3,               /* positions whose windows share loads of weights */
    sumsAtOnce = 8              /* positions of which sums are made before they are finished */
};

void wasmote_widen_bytes(const int8_t *from, uint32_t count, int32_t zeroPoint, int16_t *to)
{
    for (int32_t left = (int32_t) count; left > 0; left -= 8, from += 8, to += 8)
    {
        const mve_pred16_t there = vctp16q((uint32_t) left);
        vstrhq_p_s16(to, vsubq_n_s16(vldrbq_z_s16(from, there), (int16_t) zeroPoint), there);
    }
}

bool wasmote_find_lanes(const product_operation *of, const uint8_t *header, int32_t n, wide_lanes *to)
{
    const int32_t outputs = of->inputChannels * of->outputs, count = outputs - n < 4 ? outputs - n : 4;
    const uint32_t taps = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth;
    uint32_t channels[4];
    to->constants = wide_constants_of(of, header, (int) count, of->weightsZeroPoint ? 2 * taps : taps);
    to->channel = n / of->outputs;
    /* Lanes that are no output read what the last one reads. */
    for (int32_t lane = 0; lane < 4; lane++) channels[lane] = (uint32_t) ((n + (lane < count ? lane : count - 1)) / of->outputs - to->channel);
    to->channels = vldrwq_u32(channels);
    to->areNeighbours = of->outputs == 1 && count == 4;
    return !to->constants.isLong;
}

/* How four channels of a pixel are loaded. */
typedef enum lane_loads { loadHalves, loadHalvesApart, loadBytes, loadBytesApart } lane_loads;

/* What is the same for all positions of a row. */
typedef struct lane_steps
{
    int32_t tap, row, pixel, position;  /* bytes of input from one to the next */
    int32_t zeroPoint;
    uint32x4_t channels;
    lane_loads loads;
} lane_steps;

static inline __attribute__((always_inline)) int32x4_t load_lanes(lane_loads loads, const lane_steps *steps, const int8_t *at)
{
    if (loads == loadHalvesApart) return vldrhq_gather_shifted_offset_s32((const int16_t *) (const void *) at, steps->channels);
    const int32x4_t bytes = loads == loadBytes ? vldrbq_s32(at) : vldrbq_gather_offset_s32(at, steps->channels);
    return vsubq_n_s32(bytes, steps->zeroPoint);
}

/* Taps that lie inside: rows and columns of them, and bytes of input and of weights from the end of a row of them to the next. */
typedef struct inside_taps
{
    int32_t rows, columns, rest, weightRest;
} inside_taps;

/* The sum of a window, whose first tap is at `pixel`. */
static inline __attribute__((always_inline)) int32x4_t sum_window(lane_loads loads, const lane_steps *steps, const inside_taps *taps, const int8_t *pixel, const int16_t *weights, int32x4_t sum)
{
    for (int32_t rows = taps->rows; rows > 0; rows--, pixel += taps->rest, weights += taps->weightRest / 2)
        for (int32_t left = taps->columns; left > 0; left--, pixel += steps->tap, weights += 4)
            sum = vaddq_s32(sum, vmulq_s32(load_lanes(loads, steps, pixel), vldrhq_s32(weights)));
    return sum;
}

/* The same of neighbouring channels of int16. There are such taps. */
static inline int32x4_t sum_window_of_halves(const lane_steps *steps, const inside_taps *taps, const int8_t *pixel, const int16_t *weights, int32x4_t sum)
{
    int32_t rows = taps->rows;
    __asm__ volatile("1:\n"
                     "  dls lr, %[columns]\n"
                     "2:\n"
                     "  vldrh.s32 q0, [%[pixel]]\n"
                     "  vldrh.s32 q1, [%[weights]], #8\n"
                     "  vmul.i32 q0, q0, q1\n"
                     "  add %[pixel], %[pixel], %[tap]\n"
                     "  vadd.i32 %q[sum], %q[sum], q0\n"
                     "  le lr, 2b\n"
                     "  add %[pixel], %[pixel], %[rest]\n"
                     "  add %[weights], %[weights], %[weightRest]\n"
                     "  subs %[rows], %[rows], #1\n"
                     "  bne 1b\n"
                     : [sum] "+&w"(sum), [pixel] "+&l"(pixel), [weights] "+&l"(weights), [rows] "+&r"(rows)
                     : [columns] "r"(taps->columns), [tap] "r"(steps->tap), [rest] "r"(taps->rest), [weightRest] "r"(taps->weightRest)
                     : "lr", "q0", "q1", "cc", "memory");
    return sum;
}

/* The same at `together` positions. */
static inline void sum_windows_of_halves(const lane_steps *steps, const inside_taps *taps, const int8_t *pixel, const int16_t *weights, int32x4_t bias, int32_t *sums)
{
    int32_t rows = taps->rows;
    const int8_t *second = pixel + steps->position, *third = second + steps->position;
    int32x4_t a = bias, b = bias, c = bias;
    __asm__ volatile("1:\n"
                     "  dls lr, %[columns]\n"
                     "2:\n"
                     "  vldrh.s32 q0, [%[pixel]]\n"
                     "  vldrh.s32 q1, [%[weights]], #8\n"
                     "  vmul.i32 q0, q0, q1\n"
                     "  vldrh.s32 q2, [%[second]]\n"
                     "  vadd.i32 %q[a], %q[a], q0\n"
                     "  vldrh.s32 q0, [%[third]]\n"
                     "  vmul.i32 q2, q2, q1\n"
                     "  add %[pixel], %[pixel], %[tap]\n"
                     "  vadd.i32 %q[b], %q[b], q2\n"
                     "  add %[second], %[second], %[tap]\n"
                     "  vmul.i32 q0, q0, q1\n"
                     "  add %[third], %[third], %[tap]\n"
                     "  vadd.i32 %q[c], %q[c], q0\n"
                     "  le lr, 2b\n"
                     "  add %[pixel], %[pixel], %[rest]\n"
                     "  add %[second], %[second], %[rest]\n"
                     "  add %[third], %[third], %[rest]\n"
                     "  add %[weights], %[weights], %[weightRest]\n"
                     "  subs %[rows], %[rows], #1\n"
                     "  bne 1b\n"
                     : [a] "+&w"(a), [b] "+&w"(b), [c] "+&w"(c), [pixel] "+&l"(pixel), [second] "+&l"(second), [third] "+&l"(third), [weights] "+&l"(weights), [rows] "+&r"(rows)
                     : [columns] "r"(taps->columns), [tap] "r"(steps->tap), [rest] "r"(taps->rest), [weightRest] "r"(taps->weightRest)
                     : "lr", "q0", "q1", "q2", "cc", "memory");
    vstrwq_s32(sums, a);
    vstrwq_s32(sums + 4, b);
    vstrwq_s32(sums + 8, c);
}

/* One window, of which some taps may lie outside. */
static int32x4_t sum_any_window(const lane_steps *steps, const inside_taps *taps, const int8_t *pixel, const int16_t *weights, int32x4_t bias)
{
    if (taps->rows <= 0 || taps->columns <= 0) return bias;
    if (steps->loads == loadHalves) return sum_window_of_halves(steps, taps, pixel, weights, bias);
    if (steps->loads == loadHalvesApart) return sum_window(loadHalvesApart, steps, taps, pixel, weights, bias);
    if (steps->loads == loadBytes) return sum_window(loadBytes, steps, taps, pixel, weights, bias);
    return sum_window(loadBytesApart, steps, taps, pixel, weights, bias);
}

/* The sums at `count` positions of a row from `x` on; `line` is the row's first pixel, `weights` those of the first tap of its first row. */
static void sum_positions(const product_operation *of, const lane_steps *steps, const window_part *part, int32x4_t bias, const int8_t *line, const int16_t *weights, int32_t x,
    int32_t count, int32_t *sums)
{
    const int32_t step = of->dilationWidth, width = of->filterWidth, lastX = of->inputWidth - 1 - (width - 1) * step;
    inside_taps taps = { .rows = part->lastRow - part->firstRow, .columns = width, .rest = steps->row - width * steps->tap };
    const inside_taps all = taps;
    while (count > 0)
    {
        const bool isInside = x >= 0 && x <= lastX;
        if (isInside && count >= together && x + (together - 1) * of->strideWidth <= lastX && steps->loads == loadHalves && all.rows > 0)
        {
            sum_windows_of_halves(steps, &all, line + x * steps->pixel, weights, bias, sums);
            x += together * of->strideWidth;
            sums += 4 * together;
            count -= together;
            continue;
        }
        int32_t first = 0;
        taps = all;
        if (!isInside)
        {
            const int32_t room = of->inputWidth - x, inside = room > 0 ? (room + step - 1) / step : 0;
            if (x < 0) first = (-x + step - 1) / step;
            taps.columns = (inside < width ? inside : width) - first;
            taps.rest = steps->row - taps.columns * steps->tap;
            taps.weightRest = 8 * (width - taps.columns);
        }
        vstrwq_s32(sums, sum_any_window(steps, &taps, line + x * steps->pixel + first * steps->tap, weights + 4 * first, bias));
        x += of->strideWidth;
        sums += 4;
        count--;
    }
}

void wasmote_depthwise_wide_row(const product_operation *of, const wide_lanes *lanes, const window_part *part, uint32_t image, uint32_t output)
{
    const int32_t bytes = of->isWide ? 2 : 1, pixelBytes = of->inputChannels * bytes, near = lanes->areNeighbours;
    const lane_steps steps = {
        .tap = of->dilationWidth * pixelBytes,
        .row = of->dilationHeight * of->inputWidth * pixelBytes,
        .pixel = pixelBytes,
        .position = of->strideWidth * pixelBytes,
        .zeroPoint = of->inputZeroPoint,
        .channels = lanes->channels,
        .loads = of->isWide ? (near ? loadHalves : loadHalvesApart) : near ? loadBytes : loadBytesApart,
    };
    const uint32_t outputs = (uint32_t) (of->inputChannels * of->outputs);
    const int32_t y = part->y + part->firstRow * of->dilationHeight;
    const int8_t *const line = (const int8_t *) of->input + ((int32_t) image + lanes->channel) * bytes + y * of->inputWidth * pixelBytes;
    const int16_t *const weights = (const int16_t *) of->scratch + 4 * part->firstRow * of->filterWidth;
    for (int32_t first = 0; first < of->outputWidth; first += sumsAtOnce)
    {
        int32_t sums[4 * sumsAtOnce];
        const int32_t left = of->outputWidth - first, count = left < sumsAtOnce ? left : sumsAtOnce;
        sum_positions(of, &steps, part, lanes->constants.bias, line, weights, first * of->strideWidth - of->padLeft, count, sums);
        wasmote_finish_wide(of, &lanes->constants, sums, (uint32_t) count, output + (uint32_t) first * outputs, outputs);
    }
}

#endif

#include "target.h"

#if TARGET_HELIUM

#include "depthwise_helium.h"
#include "clamp_helium.h"

/* What of a row or column lies inside the input: taps, or positions, from first to last - 1. */
typedef struct taps
{
    int32_t first, last;
} taps;

/* Channels of a tile as lanes. */
typedef struct lanes
{
    const int8_t *weights;
    const tile_constants *constants;
    requantize_way way;
    int32x4_t shifts;           /* as that way takes them */
    uint32_t at[4];             /* of each lane its input channel; lanes that are not there repeat the last */
    mve_pred16_t there;
    bool isPlain;               /* four neighbouring channels, each to one */
    taps inside;                /* positions of a row of which all columns lie inside the input */
    int32_t outside[4];         /* bias of windows of which each input is less its zero point */
} lanes;

/* The taps of a window, which starts at `from`, along one axis. */
static taps clip(int32_t from, int32_t step, int32_t count, int32_t length)
{
    taps part = { 0, count };
    if (from >= 0 && from + (count - 1) * step < length) return part;
    part.first = from < 0 ? (-from + step - 1) / step : 0;
    const int32_t inside = length > from ? (length - from + step - 1) / step : 0;
    if (inside < count) part.last = inside;
    return part;
}

/* The lanes that are there, with the zero point, saturated. */
static inline void store_lanes(const window_operation *of, const lanes *from, int32x4_t values, int8_t *output)
{
    __asm__ volatile(
        "  vadd.i32 %q[values], %q[values], %[zero]\n"
        "  vqmovnb.s32 %q[values], %q[values]\n"
        "  vqmovnb.s16 %q[values], %q[values]\n"
        "  vpst\n"
        "  vstrbt.32 %q[values], [%[output]]\n"
        : [values] "+w"(values)
        : [zero] "r"(of->outputZeroPoint), [output] "l"(output), [there] "Up"(from->there)
        : "memory");
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
    const int32x4_t multipliers = vldrwq_s32(from->constants->multiplier);
    store_lanes(of, from, requantize_four(from->way, sums, multipliers, from->shifts), output);
}

/*
 * Adds the products of a row of taps to the sums of four positions, which is all of the work: 4 instructions for 4 of
 * them, 1 for the 4 weights, 1 of the loop. An input is at `offset` of the position, `[%[p0]OFFSET]`.
 */
#define ADD_TAPS(OFFSET, ...)                               \
    __asm__ volatile(                                       \
        "  dls lr, %[count]\n"                              \
        "1: vldrb.s32 q6, [%[weights]], #4\n"               \
        "  vldrb.s32 q7, [%[p0]" OFFSET "]\n"               \
        "  vmul.i32 q7, q7, q6\n"                           \
        "  vadd.i32 %q[s0], %q[s0], q7\n"                   \
        "  add %[p0], %[p0], %[step]\n"                     \
        "  vldrb.s32 q7, [%[p1]" OFFSET "]\n"               \
        "  vmul.i32 q7, q7, q6\n"                           \
        "  vadd.i32 %q[s1], %q[s1], q7\n"                   \
        "  add %[p1], %[p1], %[step]\n"                     \
        "  vldrb.s32 q7, [%[p2]" OFFSET "]\n"               \
        "  vmul.i32 q7, q7, q6\n"                           \
        "  vadd.i32 %q[s2], %q[s2], q7\n"                   \
        "  add %[p2], %[p2], %[step]\n"                     \
        "  vldrb.s32 q7, [%[p3]" OFFSET "]\n"               \
        "  vmul.i32 q7, q7, q6\n"                           \
        "  vadd.i32 %q[s3], %q[s3], q7\n"                   \
        "  add %[p3], %[p3], %[step]\n"                     \
        "  le lr, 1b\n"                                     \
        : [weights] "+l"(weights), [p0] "+l"(p0), [p1] "+l"(p1), [p2] "+l"(p2), [p3] "+l"(p3), \
          [s0] "+w"(s0), [s1] "+w"(s1), [s2] "+w"(s2), [s3] "+w"(s3) \
        : [count] "r"(of->filterWidth), [step] "r"(step), __VA_ARGS__ \
        : "lr", "q6", "q7", "memory")

/* Four neighbouring positions of which all taps of `rows` lie inside the input; `start` is their bias. */
static void four_positions(
    const window_operation *of, const lanes *from, const int8_t *pixel, const int8_t *weights, int32_t rows, int32x4_t start, int8_t *output)
{
    const int32_t apart = of->strideWidth * of->inputChannels, step = of->dilationWidth * of->inputChannels;
    const int32_t line = of->dilationHeight * of->inputWidth * of->inputChannels, outputs = of->inputChannels * of->outputs;
    const uint32x4_t at = vldrwq_u32(from->at);
    int32x4_t s0 = start, s1 = start, s2 = start, s3 = start;
    for (; rows > 0; rows--, pixel += line)
    {
        const int8_t *p0 = pixel, *p1 = p0 + apart, *p2 = p1 + apart, *p3 = p2 + apart;
        if (from->isPlain) ADD_TAPS("", [at] "w"(at));
        else ADD_TAPS(", %q[at]", [at] "w"(at));
    }
    const int32x4_t multipliers = vldrwq_s32(from->constants->multiplier), shifts = from->shifts;
    if (from->way == requantizedTwice)
    {
        s0 = requantize_twice(s0, multipliers, shifts);
        s1 = requantize_twice(s1, multipliers, shifts);
        s2 = requantize_twice(s2, multipliers, shifts);
        s3 = requantize_twice(s3, multipliers, shifts);
    }
    else
    {
        s0 = requantize_four(from->way, s0, multipliers, shifts);
        s1 = requantize_four(from->way, s1, multipliers, shifts);
        s2 = requantize_four(from->way, s2, multipliers, shifts);
        s3 = requantize_four(from->way, s3, multipliers, shifts);
    }
    store_lanes(of, from, s0, output);
    store_lanes(of, from, s1, output + outputs);
    store_lanes(of, from, s2, output + 2 * outputs);
    store_lanes(of, from, s3, output + 3 * outputs);
}

/* One position of which all taps of `rows` lie inside the input. */
static void one_position(
    const window_operation *of, const lanes *from, const int8_t *pixel, const int8_t *weights, int32_t rows, int32x4_t sums, int8_t *output)
{
    const int32_t step = of->dilationWidth * of->inputChannels, line = of->dilationHeight * of->inputWidth * of->inputChannels;
    const uint32x4_t at = vldrwq_u32(from->at);
    for (; rows > 0; rows--, pixel += line)
    {
        const int8_t *p = pixel;
        for (int32_t left = of->filterWidth; left > 0; left--, p += step, weights += 4)
            sums = vaddq_s32(sums, vmulq_s32(vldrbq_gather_offset_s32(p, at), vldrbq_s32(weights)));
    }
    const int32x4_t multipliers = vldrwq_s32(from->constants->multiplier);
    store_lanes(of, from, requantize_four(from->way, sums, multipliers, from->shifts), output);
}

/* The bias of windows of which the rows of taps beside `rows` lie outside the input. */
static int32x4_t bias_of_rows(const window_operation *of, const lanes *from, taps rows)
{
    const int32x4_t bias = vldrwq_s32(from->constants->bias);
    if (rows.first == 0 && rows.last == of->filterHeight) return bias;
    int32x4_t sums = vdupq_n_s32(0);
    const int8_t *weights = from->weights;
    for (int32_t fy = 0; fy < of->filterHeight; fy++)
    {
        const bool isInside = fy >= rows.first && fy < rows.last;
        for (int32_t left = isInside ? 0 : of->filterWidth; left > 0; left--, weights += 4) sums = vaddq_s32(sums, vldrbq_s32(weights));
        if (isInside) weights += 4 * of->filterWidth;
    }
    return vaddq_s32(vmulq_n_s32(sums, of->inputZeroPoint), bias);
}

/* Positions of a row from first to last - 1, of which all columns of taps lie inside the input. */
static taps inside_positions(const window_operation *of)
{
    const int32_t room = of->inputWidth - (of->filterWidth - 1) * of->dilationWidth - 1 + of->padLeft, stride = of->strideWidth;
    taps inside = { (of->padLeft + stride - 1) / stride, room < 0 ? 0 : room / stride + 1 };
    if (inside.last > of->outputWidth) inside.last = of->outputWidth;
    if (inside.first > inside.last) inside.first = inside.last;
    return inside;
}

static void row_of_lanes(const window_operation *of, const lanes *from, const int8_t *image, int32_t y0, int8_t *output)
{
    const int32_t outputs = of->inputChannels * of->outputs;
    const taps rows = clip(y0, of->dilationHeight, of->filterHeight, of->inputHeight), inside = from->inside;
    int32_t x = 0;
    for (; x < inside.first; x++)
        clipped(of, from, image, y0, rows, x * of->strideWidth - of->padLeft, output + x * outputs);
    if (x < inside.last)
    {
        const int32_t count = rows.last > rows.first ? rows.last - rows.first : 0, first = count ? rows.first : 0;
        const int8_t *const line = image + ((y0 + first * of->dilationHeight) * of->inputWidth - of->padLeft) * of->inputChannels;
        const int8_t *const weights = from->weights + 4 * first * of->filterWidth;
        const int32_t apart = of->strideWidth * of->inputChannels;
        const int32x4_t start = bias_of_rows(of, from, rows);
        const bool hasFour = inside.last - x >= 4;
        while (x < inside.last)
        {
            /* Where less than four are left, some are done twice. */
            if (hasFour && x + 4 > inside.last) x = inside.last - 4;
            (hasFour ? four_positions : one_position)(of, from, line + x * apart, weights, count, start, output + x * outputs);
            x += hasFour ? 4 : 1;
        }
    }
    for (; x < of->outputWidth; x++)
        clipped(of, from, image, y0, rows, x * of->strideWidth - of->padLeft, output + x * outputs);
}

/* Of each lane its input channel, less the first lane's; lanes from `count` on repeat the last. */
static uint32x4_t channels_of(int32_t outputs, int32_t n, int count)
{
    const uint32x4_t lanes = vminq_u32(vidupq_n_u32(0, 1), vdupq_n_u32((uint32_t) count - 1));
    if (outputs == 1) return lanes;
    uint32_t at[4];
    vstrwq_u32(at, vaddq_n_u32(lanes, (uint32_t) (n % outputs)));
    for (int lane = 0; lane < 4; lane++) at[lane] /= (uint32_t) outputs;
    return vldrwq_u32(at);
}

/* Output channels n..n+count-1 of an image. */
static __attribute__((noinline)) void do_lanes(const window_operation *of, taps inside, const int8_t *image, const int8_t *tile, requantize_way way, int32_t n, int count, int8_t *output)
{
    lanes to;
    to.weights = tile + tileHeaderBytes;
    to.constants = (const tile_constants *) (const void *) tile;
    to.way = way;
    to.shifts = requantize_shifts(way, to.constants->shift);
    to.there = vctp32q((uint32_t) count);
    to.isPlain = of->outputs == 1 && count == 4;
    to.inside = inside;
    vstrwq_u32(to.at, channels_of(of->outputs, n, count));
    if (inside.first > 0 || inside.last < of->outputWidth) vstrwq_s32(to.outside, bias_of_rows(of, &to, (taps) { 0, 0 }));
    const int32_t rowBytes = of->outputWidth * of->inputChannels * of->outputs;
    image += n / of->outputs;
    for (int32_t y = 0, y0 = -of->padTop; y < of->outputHeight; y++, y0 += of->strideHeight, output += rowBytes)
        row_of_lanes(of, &to, image, y0, output);
}

static __attribute__((noinline)) void do_depthwise(const window_operation *of)
{
    const int32_t channels = of->inputChannels * of->outputs;
    const int32_t tileBytes = tileHeaderBytes + ((of->filterHeight * of->filterWidth * 4 + 15) & ~15);
    const int32_t imageBytes = of->inputHeight * of->inputWidth * of->inputChannels, outputBytes = of->outputHeight * of->outputWidth * channels;
    windows from;
    const bool hasWindows = wasmote_find_windows(of, &from);
    const taps inside = inside_positions(of);
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
            else do_lanes(of, inside, image, tile, way, n, count, output);
        }
    }
    clamp_bytes(of->output, of->batches * outputBytes, of->low, of->high);
}

/* The same with height and width changed, where nothing is more than one pixel wide. */
static __attribute__((noinline)) void do_column(const window_operation *of)
{
    window_operation to = *of;
    to.inputWidth = of->inputHeight;
    to.outputWidth = of->outputHeight;
    to.filterWidth = of->filterHeight;
    to.strideWidth = of->strideHeight;
    to.dilationWidth = of->dilationHeight;
    to.padLeft = of->padTop;
    to.inputHeight = to.outputHeight = to.filterHeight = to.strideHeight = to.dilationHeight = 1;
    to.padTop = 0;
    do_depthwise(&to);
}

void wasmote_depthwise_s8(const window_operation *of)
{
    const bool isColumn = of->inputWidth == 1 && of->outputWidth == 1 && of->filterWidth == 1 && of->padLeft == 0;
    if (isColumn) do_column(of);
    else do_depthwise(of);
}

#endif

#include "depthwise.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

/* A tile's output channels, and what of them stays the same at all positions. */
typedef struct tile_work
{
    const tile_constants *constants;
    const int8_t *weights;
    int count;              /* output channels, of 4 */
    int32_t apart[4];       /* of each, the input channel from the first one's on */
    bool quick;             /* requantized the short way */
    bool wide;              /* four neighbouring input channels */
    bool narrow;            /* outputs are limited to less than int8 */
    int32_t rounding[4];    /* of quick channels, as `shift` */
    int32_t shift[4];
    int32_t once;           /* `roundedOnce` where channels are rounded once, which is part of their shifts then */
} tile_work;

/* Whether all channels of a tile are quick, and rounded as often as its first; some that are may be found not to be. */
static bool is_quick_work(const tile_work *tile)
{
    uint32_t biases = 0, shifts = 0;
    for (int lane = 0; lane < tile->count; lane++)
    {
        biases |= (uint32_t) tile->constants->bias[lane] + (1u << 29);
        shifts |= (uint32_t) (tile->constants->shift[lane] - tile->once) - 1;
    }
    return biases < 1u << 30 && shifts < 16;
}

static void set_tile(const window_operation *of, tile_work *to, const int8_t *tile, int32_t n, int32_t channel)
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

#if TARGET_DSP
#define ADD_HALVES(instruction) \
    static inline int32_t instruction(int32_t sum, uint32_t a, uint32_t b) \
    { \
        int32_t result; \
        __asm__(#instruction " %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum)); \
        return result; \
    }

ADD_HALVES(smlabb)
ADD_HALVES(smlabt)
ADD_HALVES(smlatt)
#endif

/* Adds a tap's products of four channels, the next ones of which lie at `apart`. */
static inline __attribute__((always_inline)) void add_tap(const bool wide, int32_t b, int32_t c, int32_t d, int32_t sums[4], const int8_t *pixel, const int8_t *weights)
{
#if TARGET_DSP
    const uint32_t word = load_word(weights), even = even_pair(word), odd = odd_pair(word);
    if (wide)
    {
        const uint32_t inputs = load_word(pixel), evenInputs = even_pair(inputs), oddInputs = odd_pair(inputs);
        sums[0] = smlabb(sums[0], evenInputs, even);
        sums[1] = smlabb(sums[1], oddInputs, odd);
        sums[2] = smlatt(sums[2], evenInputs, even);
        sums[3] = smlatt(sums[3], oddInputs, odd);
        return;
    }
    sums[0] = smlabb(sums[0], (uint32_t) pixel[0], even);
    sums[1] = smlabb(sums[1], (uint32_t) pixel[b], odd);
    sums[2] = smlabt(sums[2], (uint32_t) pixel[c], even);
    sums[3] = smlabt(sums[3], (uint32_t) pixel[d], odd);
#else
    sums[0] += pixel[0] * weights[0];
    sums[1] += pixel[wide ? 1 : b] * weights[1];
    sums[2] += pixel[wide ? 2 : c] * weights[2];
    sums[3] += pixel[wide ? 3 : d] * weights[3];
#endif
}

/* Positions of a row whose windows hold the same taps of the input, which are a rectangle. */
typedef struct positions
{
    int32_t start[4];           /* what the other taps give, and the bias where channels are quick */
    const int8_t *pixel, *weights;
    int8_t *output;
    int32_t count, rows, columns;
    int32_t tapBytes;           /* from a pixel of a window to the next */
    int32_t pixelRest, weightRest;  /* from behind a row to the next one's beginning */
    int32_t strideBytes, outputBytes;
} positions;

/* Outputs of a tile of any channels, whose sums are without the bias. */
static __attribute__((noinline)) void finish_slowly(const window_operation *of, const tile_work *tile, const int32_t sums[4], int8_t *output)
{
    for (int lane = 0; lane < tile->count; lane++)
    {
        const int32_t sum = (int32_t) ((uint32_t) sums[lane] + (uint32_t) tile->constants->bias[lane]);
        output[lane] = finish_any(sum, tile->constants, lane, of->outputZeroPoint, of->low, of->high);
    }
}

/* Outputs of a tile of quick channels, whose sums have the bias; all are computed before one is stored. */
static inline __attribute__((always_inline)) void finish_quickly(const window_operation *of, const tile_work *tile, const bool wide, const int32_t sums[4], int8_t *output)
{
    const int32_t *const multiplier = tile->constants->multiplier, *const rounding = tile->rounding, *const shift = tile->shift;
    int32_t s0, s1, s2, s3;
#define ALL(requantize) \
    s0 = requantize(sums[0], multiplier[0], rounding[0], shift[0]); \
    s1 = requantize(sums[1], multiplier[1], rounding[1], shift[1]); \
    s2 = requantize(sums[2], multiplier[2], rounding[2], shift[2]); \
    s3 = requantize(sums[3], multiplier[3], rounding[3], shift[3])
    if (tile->once) { ALL(requantize_once_quick); }
    else { ALL(requantize_quick); }
#undef ALL
    if (tile->narrow)
    {
        s0 = clamp(s0, of->low, of->high);
        s1 = clamp(s1, of->low, of->high);
        s2 = clamp(s2, of->low, of->high);
        s3 = clamp(s3, of->low, of->high);
    }
    const int count = tile->count;
    const int8_t a = saturate(s0), b = saturate(s1), c = saturate(s2), d = saturate(s3);
    output[0] = a;
    if (wide || count > 1) output[1] = b;
    if (wide || count > 2) output[2] = c;
    if (wide || count > 3) output[3] = d;
}

static inline __attribute__((always_inline)) void compute(const window_operation *of, const tile_work *tile, const positions *at, const bool wide)
{
    const int8_t *pixel = at->pixel;
    int8_t *output = at->output;
    const bool quick = tile->quick;
    const int32_t b = tile->apart[1], c = tile->apart[2], d = tile->apart[3], tapBytes = at->tapBytes, weightBytes = 4 * at->columns;
    for (int32_t left = at->count; left > 0; left--, pixel += at->strideBytes, output += at->outputBytes)
    {
        int32_t sums[4] = { at->start[0], at->start[1], at->start[2], at->start[3] };
        const int8_t *input = pixel, *weights = at->weights;
        for (int32_t rows = at->rows; rows > 0; rows--, input += at->pixelRest, weights += at->weightRest)
        {
            const int8_t *const end = weights + weightBytes;
            do
            {
                add_tap(wide, b, c, d, sums, input, weights);
                weights += 4;
                input += tapBytes;
            } while (weights < end);
        }
        if (quick) finish_quickly(of, tile, wide, sums, output);
        else finish_slowly(of, tile, sums, output);
    }
}

static __attribute__((noinline)) void compute_wide(const window_operation *of, const tile_work *tile, const positions *at)
{
    compute(of, tile, at, true);
}

static __attribute__((noinline)) void compute_any(const window_operation *of, const tile_work *tile, const positions *at)
{
    compute(of, tile, at, false);
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
static void tile_image(const window_operation *of, const tile_work *tile, const int8_t *image, int8_t *output)
{
    const int32_t channels = of->inputChannels, line = of->inputWidth * channels, columns = of->filterWidth;
    positions at = {
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
            if (tile->wide) compute_wide(of, tile, &at);
            else compute_any(of, tile, &at);
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
            tile_work tile;
            const int32_t channel = of->outputs == 1 ? n : n / of->outputs;
            set_tile(of, &tile, weights, n, channel);
            tile_image(of, &tile, image + channel, output + n);
        }
        image += of->inputHeight * of->inputWidth * of->inputChannels;
        output += of->outputHeight * of->outputWidth * outputChannels;
    }
}

#endif

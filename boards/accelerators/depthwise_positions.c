#include "depthwise_positions.h"
#include "requantize.h"
#include "target.h"

#if !TARGET_HELIUM

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

/* Outputs of a tile of any channels, whose sums are without the bias. */
static __attribute__((noinline)) void finish_slowly(const window_operation *of, const depthwise_tile *tile, const int32_t sums[4], int8_t *output)
{
    for (int lane = 0; lane < tile->count; lane++)
    {
        const int32_t sum = (int32_t) ((uint32_t) sums[lane] + (uint32_t) tile->constants->bias[lane]);
        output[lane] = finish_any(sum, tile->constants, lane, of->outputZeroPoint, of->low, of->high);
    }
}

/* Outputs of a tile of quick channels, whose sums have the bias; all are computed before one is stored. */
static inline __attribute__((always_inline)) void finish_quickly(const window_operation *of, const depthwise_tile *tile, const bool wide, const int32_t sums[4], int8_t *output)
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

static __attribute__((noinline)) void finish_channels(const window_operation *of, const depthwise_tile *tile, const int32_t sums[4], int8_t *output)
{
    if (tile->quick) finish_quickly(of, tile, false, sums, output);
    else finish_slowly(of, tile, sums, output);
}

static inline __attribute__((always_inline)) void compute(const window_operation *of, const depthwise_tile *tile, const depthwise_positions *at, const bool wide)
{
    const int8_t *pixel = at->pixel;
    int8_t *output = at->output;
    const bool quick = wide && TARGET_THUMB2 && tile->quick;     /* Where it is long, it is there once. */
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
        if (quick) finish_quickly(of, tile, true, sums, output);
        else finish_channels(of, tile, sums, output);
    }
}

static __attribute__((noinline)) void compute_any(const window_operation *of, const depthwise_tile *tile, const depthwise_positions *at)
{
    compute(of, tile, at, false);
}

void wasmote_depthwise_positions(const window_operation *of, const depthwise_tile *tile, const depthwise_positions *at)
{
    if (tile->wide) compute(of, tile, at, true);
    else compute_any(of, tile, at);
}

#endif

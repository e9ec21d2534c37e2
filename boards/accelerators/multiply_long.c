#include "patch.h"
#include "requantize.h"

#if TARGET_LONG_MULTIPLY

/*
 * Two positions share each word of the patch, so that one SMLAL does two multiply-accumulates: the lower position's
 * sum grows in the lower 23 bits of 64, the upper one's above it. Emptied every 252 products.
 */
static inline int32_t lower_lane(int64_t sum)
{
    return (int32_t) ((uint32_t) sum << (32 - laneBits)) >> (32 - laneBits);
}

static inline int32_t upper_lane(int64_t sum)
{
    return (int32_t) ((sum - lower_lane(sum)) >> laneBits);
}

/*
 * Groups of 4 inputs up to `end` of the weights, for three pairs, two, and one. A pair's inputs are loaded at once,
 * which a compiler does not do by itself.
 */
static inline __attribute__((always_inline)) void add_groups_3(
    int64_t *a, int64_t *b, int64_t *c, const int32_t **inputs, const int8_t **weights, const int8_t *end)
{
    int64_t s0 = *a, s1 = *b, s2 = *c;
    const int32_t *x = *inputs;
    const int8_t *w = *weights;
    int32_t weight;
    __asm__ volatile(
        "1:\n"
        ".irp offset, 0, 1, 2, 3\n"
        "  ldrsb %[weight], [%[w], #\\offset]\n"
        "  ldm %[x]!, {r2, r3, r4}\n"
        "  smlal %Q[s0], %R[s0], r2, %[weight]\n"
        "  smlal %Q[s1], %R[s1], r3, %[weight]\n"
        "  smlal %Q[s2], %R[s2], r4, %[weight]\n"
        ".endr\n"
        "  adds %[w], %[w], #16\n"
        "  cmp %[w], %[end]\n"
        "  bne 1b\n"
        : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [x] "+r"(x), [w] "+r"(w), [weight] "=&r"(weight)
        : [end] "r"(end)
        : "r2", "r3", "r4", "cc", "memory");
    *a = s0;
    *b = s1;
    *c = s2;
    *inputs = x;
    *weights = w;
}

static inline __attribute__((always_inline)) void add_groups_2(
    int64_t *a, int64_t *b, const int32_t **inputs, const int8_t **weights, const int8_t *end)
{
    int64_t s0 = *a, s1 = *b;
    const int32_t *x = *inputs;
    const int8_t *w = *weights;
    int32_t weight;
    __asm__ volatile(
        "1:\n"
        ".irp offset, 0, 2\n"
        "  ldm %[x]!, {r2, r3, r4, r5}\n"
        "  ldrsb %[weight], [%[w], #\\offset]\n"
        "  smlal %Q[s0], %R[s0], r2, %[weight]\n"
        "  smlal %Q[s1], %R[s1], r3, %[weight]\n"
        "  ldrsb %[weight], [%[w], #\\offset + 1]\n"
        "  smlal %Q[s0], %R[s0], r4, %[weight]\n"
        "  smlal %Q[s1], %R[s1], r5, %[weight]\n"
        ".endr\n"
        "  adds %[w], %[w], #16\n"
        "  cmp %[w], %[end]\n"
        "  bne 1b\n"
        : [s0] "+r"(s0), [s1] "+r"(s1), [x] "+r"(x), [w] "+r"(w), [weight] "=&r"(weight)
        : [end] "r"(end)
        : "r2", "r3", "r4", "r5", "cc", "memory");
    *a = s0;
    *b = s1;
    *inputs = x;
    *weights = w;
}

static inline __attribute__((always_inline)) void add_groups_1(
    int64_t *a, const int32_t **inputs, const int8_t **weights, const int8_t *end)
{
    int64_t s0 = *a;
    const int32_t *x = *inputs;
    const int8_t *w = *weights;
    for (; w != end; w += tileGroupBytes, x += 4)
    {
        for (int k = 0; k < 4; k++) s0 += (int64_t) x[k] * w[k];
    }
    *a = s0;
    *inputs = x;
    *weights = w;
}

static inline __attribute__((always_inline)) void store(
    const patch_product *of, const tile_constants *constants, int lane, int32_t sum, int8_t *output)
{
    const int32_t biased = (int32_t) ((uint32_t) sum + (uint32_t) constants->bias[lane]);
    if (of->quick)
    {
        const int32_t multiplier = constants->multiplier[lane];
        const int32_t shift = shift_alone(constants->shift[lane]), rounding = quick_rounding(shift, of->zeroPoint);
        const int32_t value = is_rounded_once(constants->shift[lane]) ? requantize_once_quick(biased, multiplier, rounding, shift)
                                                                      : requantize_quick(biased, multiplier, rounding, shift);
        *output = (int8_t) clamp(value, of->low, of->high);
    }
    else *output = wasmote_finish_any(biased, constants, lane, of->zeroPoint, of->low, of->high);
}

static inline __attribute__((always_inline)) void multiply(
    const patch_product *of, const int8_t *tile, int count, int8_t *output, const uint32_t pairs)
{
    const tile_constants *const constants = (const tile_constants *) tile;
    const uint32_t positions = of->patch.positions;

    for (int lane = 0; lane < count; lane++)
    {
        const int32_t *x = of->patch.words;
        const int8_t *w = tile + tileHeaderBytes + 4 * lane;
        int32_t sums[maxPositions] = { 0 };
        for (uint32_t left = of->patch.groups; left > 0;)
        {
            const uint32_t groups = left < laneGroups ? left : laneGroups;
            left -= groups;
            int64_t s0 = 0, s1 = 0, s2 = 0;
            const int8_t *const end = w + groups * tileGroupBytes;
            if (pairs == 3) add_groups_3(&s0, &s1, &s2, &x, &w, end);
            else if (pairs == 2) add_groups_2(&s0, &s1, &x, &w, end);
            else add_groups_1(&s0, &x, &w, end);
            sums[0] += lower_lane(s0);
            sums[1] += upper_lane(s0);
            if (pairs > 1) sums[2] += lower_lane(s1);
            if (pairs > 1) sums[3] += upper_lane(s1);
            if (pairs > 2) sums[4] += lower_lane(s2);
            if (pairs > 2) sums[5] += upper_lane(s2);
        }
        int8_t *at = output + lane;
        for (uint32_t i = 0; i < positions; i++, at += of->outputs) store(of, constants, lane, sums[i], at);
    }
}

void wasmote_multiply_tile(const patch_product *of, const int8_t *tile, int count, int8_t *output)
{
    const uint32_t pairs = (of->patch.positions + 1) >> 1;
    if (pairs == 3) multiply(of, tile, count, output, 3);
    else if (pairs == 2) multiply(of, tile, count, output, 2);
    else multiply(of, tile, count, output, 1);
}

#endif

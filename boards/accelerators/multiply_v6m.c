#include "patch.h"
#include "requantize.h"

#if TARGET_PAIRED

/* What the assembly reads, by its offset. */
typedef struct pair_job
{
    const int8_t *weights;      /* 0: of one output */
    const int8_t *end;          /* 4 */
    const uint32_t *words;      /* 8 */
    int32_t sums[maxPositions]; /* 12: added to */
} pair_job;

/*
 * multiply_pairs_<N>(job): sums of one output at 2N positions. A product of a word of inputs holds those of two
 * positions in its halves, and so does the sum of two of them: at most 2 * 127 * 128 < 2^15 in magnitude, since no
 * weight is -128. It is then split into two sums.
 *
 * r0 words, r1-r4 inputs of two pairs (of positions, two inputs each), r5 weights of the group, r6 and r7 two weights;
 * r8-r12 and lr sums. On the stack: weights and their end.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    ".macro split_sum word, other, lower, upper\n"
    "  sxth \\other, \\word\n"
    "  add \\lower, \\other\n"
    "  subs \\word, \\word, \\other\n"
    "  asrs \\word, \\word, #16\n"
    "  add \\upper, \\word\n"
    ".endm\n"

    ".macro next_weights\n"
    "  sxtb r6, r5\n"
    "  lsrs r5, r5, #8\n"
    "  sxtb r7, r5\n"
    "  lsrs r5, r5, #8\n"
    ".endm\n"

    ".macro two_pairs a, b, c, d\n"
    "  ldm r0!, {r1-r4}\n"
    "  muls r1, r6, r1\n"
    "  muls r2, r7, r2\n"
    "  adds r1, r1, r2\n"
    "  split_sum r1, r2, \\a, \\b\n"
    "  muls r3, r6, r3\n"
    "  muls r4, r7, r4\n"
    "  adds r3, r3, r4\n"
    "  split_sum r3, r4, \\c, \\d\n"
    ".endm\n"

    ".macro one_pair a, b\n"
    "  ldm r0!, {r1, r2}\n"
    "  muls r1, r6, r1\n"
    "  muls r2, r7, r2\n"
    "  adds r1, r1, r2\n"
    "  split_sum r1, r2, \\a, \\b\n"
    ".endm\n"

    ".macro two_inputs pairs\n"
    "  next_weights\n"
    "  .if \\pairs > 1\n"
    "  two_pairs r8, r9, r10, r11\n"
    "  .endif\n"
    "  .if \\pairs == 3\n"
    "  one_pair r12, lr\n"
    "  .endif\n"
    "  .if \\pairs == 1\n"
    "  one_pair r8, r9\n"
    "  .endif\n"
    ".endm\n"

    ".macro multiply_pairs pairs\n"
    "  .section .text.multiply_pairs_\\pairs, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .type multiply_pairs_\\pairs, %function\n"
    "  .thumb_func\n"
    "multiply_pairs_\\pairs:\n"
    "  push {r4-r7, lr}\n"
    "  mov r4, r8\n"
    "  mov r5, r9\n"
    "  mov r6, r10\n"
    "  mov r7, r11\n"
    "  push {r0, r4-r7}\n"
    "  sub sp, #8\n"
    "  mov r1, r0\n"
    "  adds r1, r1, #12\n"
    "  ldm r1!, {r2, r3, r4, r5, r6, r7}\n"
    "  mov r8, r2\n"
    "  mov r9, r3\n"
    "  mov r10, r4\n"
    "  mov r11, r5\n"
    "  mov r12, r6\n"
    "  mov lr, r7\n"
    "  ldm r0!, {r1, r2, r3}\n"
    "  str r1, [sp]\n"
    "  str r2, [sp, #4]\n"
    "  mov r0, r3\n"
    "1:\n"
    "  ldr r6, [sp]\n"
    "  ldm r6!, {r5}\n"
    "  adds r6, r6, #12\n"
    "  str r6, [sp]\n"
    "  two_inputs \\pairs\n"
    "  two_inputs \\pairs\n"
    "  ldr r1, [sp]\n"
    "  ldr r2, [sp, #4]\n"
    "  cmp r1, r2\n"
    "  bne 1b\n"
    "  add sp, #8\n"
    "  ldr r0, [sp]\n"
    "  adds r0, r0, #12\n"
    "  mov r2, r8\n"
    "  mov r3, r9\n"
    "  mov r4, r10\n"
    "  mov r5, r11\n"
    "  mov r6, r12\n"
    "  mov r7, lr\n"
    "  stm r0!, {r2-r7}\n"
    "  pop {r0, r4-r7}\n"
    "  mov r8, r4\n"
    "  mov r9, r5\n"
    "  mov r10, r6\n"
    "  mov r11, r7\n"
    "  pop {r4-r7, pc}\n"
    "  .size multiply_pairs_\\pairs, . - multiply_pairs_\\pairs\n"
    "  .previous\n"
    ".endm\n"

    "multiply_pairs 1\n"
    "multiply_pairs 2\n"
    "multiply_pairs 3\n");

typedef void multiply_function(pair_job *job);

multiply_function multiply_pairs_1, multiply_pairs_2, multiply_pairs_3;

/* The least weight is not to be multiplied in pairs. */
static bool has_least(const int8_t *weights, uint32_t groups)
{
    const uint32_t *word = (const uint32_t *) weights;
    for (; groups > 0; groups--, word += 4)
    {
        const uint32_t flipped = *word ^ 0x80808080u;
        if ((flipped - 0x01010101u) & ~flipped & 0x80808080u) return true;
    }
    return false;
}

/* One product after the other. */
static void multiply_single(const patch *of, const int8_t *weights, int32_t *sums)
{
    const uint32_t pairs = (of->positions + 1) >> 1;
    const uint32_t *word = of->words;
    for (uint32_t group = 0; group < of->groups; group++, weights += tileGroupBytes)
    {
        for (uint32_t half = 0; half < 2; half++)
        {
            for (uint32_t pair = 0; pair < pairs; pair++, word += 2)
            {
                for (int k = 0; k < 2; k++)
                {
                    const int32_t lower = (int16_t) word[k], upper = (int32_t) (word[k] - (uint32_t) lower) >> 16;
                    sums[2 * pair] += lower * weights[2 * half + k];
                    sums[2 * pair + 1] += upper * weights[2 * half + k];
                }
            }
        }
    }
}

void wasmote_multiply_tile(const patch_product *of, const int8_t *tile, int count, int8_t *output)
{
    static multiply_function *const kernels[] = { multiply_pairs_1, multiply_pairs_2, multiply_pairs_3 };
    const tile_constants *const constants = (const tile_constants *) tile;
    const uint32_t groups = of->patch.groups, positions = of->patch.positions;
    const bool narrow = of->low > -128 || of->high < 127;

    for (int lane = 0; lane < count; lane++)
    {
        const int8_t *const weights = tile + tileHeaderBytes + 4 * lane;
        const int32_t bias = constants->bias[lane];
        pair_job job = {
            .weights = weights,
            .end = weights + groups * tileGroupBytes,
            .words = of->patch.words,
            .sums = { bias, bias, bias, bias, bias, bias },
        };
        if (has_least(weights, groups)) multiply_single(&of->patch, weights, job.sums);
        else kernels[((positions + 1) >> 1) - 1](&job);

        int8_t *at = output + lane;
        const int32_t multiplier = constants->multiplier[lane], shift = constants->shift[lane];
        if (of->quick)
        {
            const bool once = is_rounded_once(shift);
            const int32_t right = shift_alone(shift), rounding = quick_rounding(right, of->zeroPoint);
            for (uint32_t i = 0; i < positions; i++, at += of->outputs)
            {
                const int32_t value = saturate(
                    once ? requantize_once_quick(job.sums[i], multiplier, rounding, right)
                         : requantize_quick(job.sums[i], multiplier, rounding, right));
                *at = (int8_t) (narrow ? clamp(value, of->low, of->high) : value);
            }
        }
        else for (uint32_t i = 0; i < positions; i++, at += of->outputs)
            *at = wasmote_finish_any(job.sums[i], constants, lane, of->zeroPoint, of->low, of->high);
    }
}

#endif

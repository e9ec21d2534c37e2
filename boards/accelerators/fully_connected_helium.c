#include "fully_connected.h"
#include "target.h"

#if TARGET_HELIUM

#include "clamp_helium.h"
#include "patch.h"
#include "requantize_helium.h"

/* Nothing is gained by inputs that are prepared. */
uint32_t wasmote_widen(const fully_connected_operation *of, const int8_t *inputs, uint32_t groups)
{
    (void) of, (void) inputs, (void) groups;
    return 0;
}

void wasmote_add_wide_groups(int32_t sums[4], const void *inputs, const int8_t *weights, uint32_t groups)
{
    wasmote_add_groups(sums, inputs, weights, groups);
}

/*
 * `sums` and the products of a row's inputs by the weights of a tile, as in multiply_helium.c: VLD40 to VLD43 take whole groups
 * of 16 inputs' weights of 4 outputs apart; those of `tail` inputs that follow are gathered from `tailAt` on, by their
 * offsets, and what lies beyond is not read.
 */
static inline int32x4_t add_products_of_row(const int32_t sums[4], const int8_t *inputs, const int8_t *weights, uint32_t loops, uint32_t tail, uint32x4_t tailAt)
{
    int32x4_t result;
    __asm__ volatile("ldrd r0, r2, [%[sums]]\n"
                     "ldrd r4, r6, [%[sums], #8]\n"
                     "wls lr, %[loops], 2f\n"
                     "1:\n"
                     "  vld40.32 {q0, q1, q2, q3}, [%[weights]]\n"
                     "  vld41.32 {q0, q1, q2, q3}, [%[weights]]\n"
                     "  vld42.32 {q0, q1, q2, q3}, [%[weights]]\n"
                     "  vld43.32 {q0, q1, q2, q3}, [%[weights]]!\n"
                     "  vldrb.8 q4, [%[inputs]], #16\n"
                     "  vmladava.s8 r0, q0, q4\n"
                     "  vmladava.s8 r2, q1, q4\n"
                     "  vmladava.s8 r4, q2, q4\n"
                     "  vmladava.s8 r6, q3, q4\n"
                     "  le lr, 1b\n"
                     "2:\n"
                     "  cbz %[tail], 3f\n"
                     "  vctp.8 %[tail]\n"
                     "  vadd.i32 q4, %q[tailAt], %[weights]\n"
                     "  vpstttt\n"
                     "  vldrwt.u32 q0, [q4]\n"
                     "  vldrwt.u32 q1, [q4, #4]\n"
                     "  vldrwt.u32 q2, [q4, #8]\n"
                     "  vldrwt.u32 q3, [q4, #12]\n"
                     "  vpst\n"
                     "  vldrbt.8 q4, [%[inputs]]\n"
                     "  vmladava.s8 r0, q0, q4\n"
                     "  vmladava.s8 r2, q1, q4\n"
                     "  vmladava.s8 r4, q2, q4\n"
                     "  vmladava.s8 r6, q3, q4\n"
                     "3:\n"
                     "  vmov q0[2], q0[0], r0, r4\n"
                     "  vmov q0[3], q0[1], r2, r6\n"
                     "  vmov %q[result], q0\n"
                     : [result] "=w"(result), [inputs] "+r"(inputs), [weights] "+r"(weights)
                     : [sums] "r"(sums), [loops] "r"(loops), [tail] "l"(tail), [tailAt] "w"(tailAt)
                     : "r0", "r2", "r4", "r6", "lr", "q0", "q1", "q2", "q3", "q4", "p0", "memory", "cc");
    return result;
}

/* Bytes from a group of 4 inputs to the next, of four. */
static inline uint32x4_t group_offsets(void)
{
    return vmulq_n_u32(vidupq_n_u32(0, 1), tileGroupBytes);
}

void wasmote_add_groups(int32_t sums[4], const int8_t *inputs, const int8_t *weights, uint32_t groups)
{
    vstrwq_s32(sums, add_products_of_row(sums, inputs, weights, groups / 4, groups % 4 * 4, group_offsets()));
}

/* Outputs of a tile from their sums, whatever its channels are. */
static __attribute__((noinline)) void finish_tile(const fully_connected_operation *of, const tile_constants *constants, int32x4_t sums, int32_t left, int8_t *output)
{
    const int32x4_t values = requantize_each(sums, vldrwq_s32(constants->multiplier), vldrwq_s32(constants->shift));
    const int32x4_t moved = vaddq_n_s32(values, of->outputZeroPoint);
    vstrbq_p_s32(output, vminq_s32(vmaxq_s32(moved, vdupq_n_s32(of->low)), vdupq_n_s32(of->high)), vctp32q((uint32_t) left));
}

/* One row; tiles whose channels are all requantized this way take little besides their products. */
static inline __attribute__((always_inline)) void multiply_row(const fully_connected_operation *of, requantize_way way)
{
    const uint32_t inputs = (uint32_t) of->inputs, loops = inputs / 16, tail = inputs % 16;
    const uint32_t tileBytes = tileHeaderBytes + (inputs + 3) / 4 * tileGroupBytes;
    const int32_t least = way == requantizedOnce ? roundedOnce + 1 : 1, zeroPoint = of->outputZeroPoint;
    const int32x4_t low = vdupq_n_s32(of->low), high = vdupq_n_s32(of->high);
    const uint32x4_t offsets = group_offsets();
    const int8_t *const input = of->input, *tile = of->weights;
    int8_t *output = of->output;
    for (int32_t left = of->outputs; left > 0; left -= 4, output += 4, tile += tileBytes)
    {
        const tile_constants *const constants = (const tile_constants *) tile;
        const int32x4_t sums = add_products_of_row(constants->bias, input, tile + tileHeaderBytes, loops, tail, offsets);
        const uint32x4_t beyond = vsubq_n_u32(vldrwq_u32((const uint32_t *) constants->shift), (uint32_t) least);
        if (left < 4 || vcmpcsq_n_u32(beyond, 31) != 0)
        {
            finish_tile(of, constants, sums, left, output);
            continue;
        }
        const int32x4_t values = requantize_four(way, sums, vldrwq_s32(constants->multiplier), requantize_shifts(way, constants->shift));
        vstrbq_s32(output, vminq_s32(vmaxq_s32(vaddq_n_s32(values, zeroPoint), low), high));
    }
}

/* Several rows are positions of a convolution. */
static void multiply_rows(const fully_connected_operation *of)
{
    const uint32_t inputs = (uint32_t) of->inputs, groups = (inputs + 3) / 4;
    const patch_product product = {
        .patch = { .words = (int8_t *) of->input, .positions = (uint32_t) of->rows, .groups = groups, .depth = inputs, .stride = inputs },
        .outputs = of->outputs,
        .zeroPoint = of->outputZeroPoint,
        .low = of->low,
        .high = of->high,
    };
    const int8_t *tile = of->weights;
    for (int32_t n = 0; n < of->outputs; n += 4, tile += tileHeaderBytes + groups * tileGroupBytes)
        wasmote_multiply_tile(&product, tile, of->outputs - n < 4 ? (int) (of->outputs - n) : 4, of->output + n);
    wasmote_clamp_patch(&product, of->output);
}

void wasmote_multiply_whole_weights(const fully_connected_operation *of)
{
    if (of->rows > 1) multiply_rows(of);
    else if (is_rounded_once(*((const tile_constants *) of->weights)->shift)) multiply_row(of, requantizedOnce);
    else multiply_row(of, requantizedTwice);
}

#endif

#include "target.h"

#if TARGET_HELIUM

#include "clamp_helium.h"
#include "patch.h"
#include "requantize_helium.h"

enum { inputsAtOnce = 16, groupBytes = 4 * inputsAtOnce };

/* What the assembly reads, by its offset. */
typedef struct pairs_job
{
    int32_t bias[4];            /* 0 */
    int32_t multiplier[4];      /* 16 */
    int32_t shift[4];           /* 32: as VRSHL takes it */
    uint32_t tailWeights[4];    /* 48: addresses of a tail's groups of 4 inputs */
    const int8_t *weights;      /* 64 */
    const void *enter;          /* 68: the loop, where the first turn begins */
    const void *after;          /* 72: where the loop leads */
    const void *leave;          /* 76: what makes outputs of sums */
    uint32_t step;              /* 80: bytes to the next position's outputs */
    int32_t zeroPoint;          /* 84 */
    uint32_t gap;               /* 88: bytes from the end of what the loop reads of a position to the next one */
    uint32_t stride;            /* 92: bytes to the next position's inputs */
    const int8_t *weightsEnd;   /* 96: of whole groups */
    uint32_t tail;              /* 100: inputs after them */
    const int8_t *input;        /* 104 */
    void *output;               /* 108 */
    void *outputEnd;            /* 112 */
    uint32_t count;             /* 116: outputs of the tile */
} pairs_job;

/*
 * multiply_pairs(job): outputs of a tile at pairs of positions, saturated to int8, or the pairs' sums. VLD40 to VLD43 take 16
 * inputs' weights of 4 outputs apart; each vector of them meets the inputs of two positions. A tail's weights are gathered,
 * and what lies beyond is not read and counts as 0.
 *
 *   r1 weights, r3 and r5 inputs, r7 output, r9 job, r11 end of whole groups; sums in r0, r2, r4, r6 and r8, r10, r12, lr
 *   q0-q3 weights, q4 and q5 inputs, q6 multipliers, q7 shifts
 *
 * Four groups a turn, entered in the middle where their number is no multiple of 4.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    ".macro multiply_two_inputs\n"
    "  vmladava.s8 r0, q0, q4\n"
    "  vmladava.s8 r8, q0, q5\n"
    "  vmladava.s8 r2, q1, q4\n"
    "  vmladava.s8 r10, q1, q5\n"
    "  vmladava.s8 r4, q2, q4\n"
    "  vmladava.s8 r12, q2, q5\n"
    "  vmladava.s8 r6, q3, q4\n"
    "  vmladava.s8 lr, q3, q5\n"
    ".endm\n"

    ".macro whole_group\n"
    "  vld40.32 {q0, q1, q2, q3}, [r1]\n"
    "  vld41.32 {q0, q1, q2, q3}, [r1]\n"
    "  vld42.32 {q0, q1, q2, q3}, [r1]\n"
    "  vld43.32 {q0, q1, q2, q3}, [r1]!\n"
    "  vldrb.8 q4, [r3], #16\n"
    "  vldrb.8 q5, [r5], #16\n"
    "  multiply_two_inputs\n"
    ".endm\n"

    /* Sums to q0 and q1; outputs' step to r0, zero point to r2, the second position's output to r6. */
    ".macro gather_sums\n"
    "  vmov q0[2], q0[0], r0, r4\n"
    "  vmov q0[3], q0[1], r2, r6\n"
    "  vmov q1[2], q1[0], r8, r12\n"
    "  vmov q1[3], q1[1], r10, lr\n"
    "  ldrd r0, r2, [r9, #80]\n"
    "  add r6, r7, r0\n"
    ".endm\n"

    ".macro requantize_pair once\n"
    "  .if \\once\n"
    "  vqdmulh.s32 q0, q0, q6\n"
    "  vqdmulh.s32 q1, q1, q6\n"
    "  .else\n"
    "  movs r4, #1\n"
    "  vqrdmulh.s32 q0, q0, q6\n"
    "  vqrdmulh.s32 q1, q1, q6\n"
    "  vqdmlah.s32 q0, q0, r4\n"
    "  vqdmlah.s32 q1, q1, r4\n"
    "  .endif\n"
    "  vrshl.s32 q0, q0, q7\n"
    "  vrshl.s32 q1, q1, q7\n"
    "  vqmovnb.s32 q0, q0\n"
    "  vqmovnt.s32 q0, q1\n"
    "  vqadd.s16 q0, q0, r2\n"
    "  vqmovnb.s16 q0, q0\n"
    "  vshr.u32 q1, q0, #16\n"
    ".endm\n"

    /* On to the next pair: r6 is the second position's output, r0 the step. */
    ".macro next_pair\n"
    "  add r7, r6, r0\n"
    "  ldrd r0, r2, [r9, #88]\n"
    "  ldr r4, [r9, #112]\n"
    "  add r3, r5, r0\n"
    "  add r5, r3, r2\n"
    "  cmp r7, r4\n"
    "  bne multiply_pairs_next\n"
    "  b multiply_pairs_end\n"
    ".endm\n"

    ".macro leave name, once, part\n"
    "multiply_pairs_\\name:\n"
    "  gather_sums\n"
    "  requantize_pair \\once\n"
    "  .if \\part\n"
    "  ldr r8, [r9, #116]\n"
    "  ldr r10, [r9, #100]\n"
    "  vctp.32 r8\n"
    "  vpstt\n"
    "  vstrbt.32 q0, [r7]\n"
    "  vstrbt.32 q1, [r6]\n"
    "  vctp.8 r10\n"
    "  .else\n"
    "  vstrb.32 q0, [r7]\n"
    "  vstrb.32 q1, [r6]\n"
    "  .endif\n"
    "  next_pair\n"
    ".endm\n"

    "  .section .text.multiply_pairs, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .type multiply_pairs, %function\n"
    "  .thumb_func\n"
    "multiply_pairs:\n"
    "  push {r3-r11, lr}\n"
    "  vpush {d8-d15}\n"
    "  mov r9, r0\n"
    "  vldrw.32 q6, [r9, #16]\n"
    "  vldrw.32 q7, [r9, #32]\n"
    "  ldrd r0, r5, [r9, #88]\n"
    "  ldrd r11, r1, [r9, #96]\n"
    "  ldrd r3, r7, [r9, #104]\n"
    "  vctp.8 r1\n"
    "  add r5, r5, r3\n"

    "multiply_pairs_next:\n"
    "  ldrd r0, r2, [r9]\n"
    "  ldrd r4, r6, [r9, #8]\n"
    "  ldrd r8, r10, [r9]\n"
    "  ldrd r12, lr, [r9, #8]\n"
    "  ldr r1, [r9, #64]\n"
    "  ldr pc, [r9, #68]\n"

    "  .balign 4\n"
    "multiply_pairs_first:\n"
    "  whole_group\n"
    "multiply_pairs_second:\n"
    "  .rept 3\n"
    "  whole_group\n"
    "  .endr\n"
    "  cmp r1, r11\n"
    "  bne multiply_pairs_first\n"
    "  ldr pc, [r9, #72]\n"

    "multiply_pairs_tail:\n"
    "  vldrw.32 q4, [r9, #48]\n"
    "  vpstttt\n"
    "  vldrwt.u32 q0, [q4]\n"
    "  vldrwt.u32 q1, [q4, #4]\n"
    "  vldrwt.u32 q2, [q4, #8]\n"
    "  vldrwt.u32 q3, [q4, #12]\n"
    "  vpstt\n"
    "  vldrbt.8 q4, [r3]\n"
    "  vldrbt.8 q5, [r5]\n"
    "  multiply_two_inputs\n"
    "  ldr pc, [r9, #76]\n"

    "  leave twice, 0, 0\n"
    "  leave once, 1, 0\n"
    "  leave twice_in_part, 0, 1\n"
    "  leave once_in_part, 1, 1\n"

    "multiply_pairs_sums:\n"
    "  gather_sums\n"
    "  vstrw.32 q0, [r7]\n"
    "  vstrw.32 q1, [r6]\n"
    "  next_pair\n"

    "multiply_pairs_end:\n"
    "  vpop {d8-d15}\n"
    "  pop {r3-r11, pc}\n"
    "  .size multiply_pairs, . - multiply_pairs\n"
    "  .previous\n");

void multiply_pairs(const pairs_job *job);

/* Places in it. */
extern const uint8_t multiply_pairs_first[], multiply_pairs_second[], multiply_pairs_tail[];
extern const uint8_t multiply_pairs_twice[], multiply_pairs_once[];
extern const uint8_t multiply_pairs_twice_in_part[], multiply_pairs_once_in_part[], multiply_pairs_sums[];

/* Where LDR to the program counter leads to Thumb code. */
static inline const void *jump_to(const uint8_t *place)
{
    return (const void *) ((uintptr_t) place | 1);
}

static const void *leave_way(requantize_way way, bool inPart)
{
    if (way == requantizedAnyhow) return jump_to(multiply_pairs_sums);
    if (way == requantizedTwice) return jump_to(inPart ? multiply_pairs_twice_in_part : multiply_pairs_twice);
    return jump_to(inPart ? multiply_pairs_once_in_part : multiply_pairs_once);
}

/* Has the job begin at a position; of one position alone both of the pair are the same. */
static inline void begin_at(pairs_job *job, const patch_product *of, uint32_t first, bool alone)
{
    job->stride = alone ? 0 : of->patch.stride;
    job->gap = of->patch.stride - of->patch.depth / inputsAtOnce * inputsAtOnce;
    job->input = (const int8_t *) of->patch.words + first * of->patch.stride;
}

/* Outputs of `positions` positions, one or an even number, as the job says. */
static inline void multiply_positions(pairs_job *job, const patch_product *of, uint32_t first, uint32_t positions, int8_t *output)
{
    const bool alone = positions == 1;
    begin_at(job, of, first, alone);
    output += first * (uint32_t) of->outputs;
    job->step = alone ? 0 : (uint32_t) of->outputs;
    job->output = output;
    job->outputEnd = output + positions * job->step;
    multiply_pairs(job);
}

/* All outputs of channels that are requantized in no common way, by way of their sums. */
static __attribute__((noinline)) void multiply_anyhow(pairs_job *job, const patch_product *of, const tile_constants *constants, int8_t *output)
{
    const int32x4_t multiplier = vldrwq_s32(constants->multiplier), shift = vldrwq_s32(constants->shift);
    const mve_pred16_t there = vctp32q(job->count);
    const uint32_t positions = of->patch.positions;
    job->step = 4 * sizeof(int32_t);
    for (uint32_t i = 0; i < positions; i += 2)
    {
        int32_t sums[8];
        begin_at(job, of, i, i + 1 == positions);
        job->output = sums;
        job->outputEnd = sums + 8;
        multiply_pairs(job);
        for (uint32_t j = 0; j < 2 && i + j < positions; j++, output += of->outputs)
        {
            const int32x4_t values = vaddq_n_s32(requantize_each(vldrwq_s32(sums + 4 * j), multiplier, shift), of->zeroPoint);
            vstrbq_p_s32(output, vminq_s32(vmaxq_s32(values, vdupq_n_s32(of->low)), vdupq_n_s32(of->high)), there);
        }
    }
}

void wasmote_multiply_tile(const patch_product *of, const int8_t *tile, int count, int8_t *output)
{
    const tile_constants *const constants = (const tile_constants *) tile;
    const requantize_way way = requantize_way_of(constants, count);
    const uint32_t loops = of->patch.depth / inputsAtOnce, tail = of->patch.depth % inputsAtOnce, positions = of->patch.positions;
    const int8_t *const weights = tile + tileHeaderBytes, *const end = weights + loops * groupBytes;
    const uint32_t skipped = -loops & 3, turn = (uint32_t) (multiply_pairs_second - multiply_pairs_first);
    const void *const leave = leave_way(way, count < 4);
    const void *const after = tail > 0 ? jump_to(multiply_pairs_tail) : leave;
    pairs_job job;
    job.weights = weights;
    job.enter = loops > 0 ? jump_to(multiply_pairs_first + skipped * turn) : after;
    job.after = after;
    job.leave = leave;
    job.zeroPoint = of->zeroPoint;
    job.weightsEnd = end;
    job.tail = tail;
    job.count = (uint32_t) count;
    vstrwq_s32(job.bias, vldrwq_s32(constants->bias));
    vstrwq_s32(job.multiplier, vldrwq_s32(constants->multiplier));
    vstrwq_s32(job.shift, requantize_shifts(way, constants->shift));
    vstrwq_u32(job.tailWeights, vaddq_n_u32(vmulq_n_u32(vidupq_n_u32(0, 1), tileGroupBytes), (uint32_t) (uintptr_t) end));

    if (way == requantizedAnyhow)
    {
        multiply_anyhow(&job, of, constants, output);
        return;
    }
    const uint32_t even = positions & ~1u;
    if (even > 0) multiply_positions(&job, of, 0, even, output);
    if (even == 0) multiply_positions(&job, of, 0, 1, output);
    else if (even < positions) multiply_positions(&job, of, positions - 2, 2, output);
}

/* Outputs beyond a range that is narrower than int8. */
void wasmote_clamp_patch(const patch_product *of, int8_t *output)
{
    clamp_bytes(output, (int32_t) of->patch.positions * of->outputs, of->low, of->high);
}

#endif

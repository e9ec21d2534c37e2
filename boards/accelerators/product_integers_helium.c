#include "product_sums.h"

#if TARGET_HELIUM

#include "wide_constants_helium.h"

enum
{
    inputsAtOnce = 16, groupBytes = 4 * inputsAtOnce,
    positionsAtOnce = 8,                /* whose sums are made before they are finished */
    runInputs = productRun / inputsAtOnce * inputsAtOnce
};

/* What the assembly reads, by its offset. */
typedef struct sums_job
{
    int32_t bias[4];            /* 0 */
    uint32_t tailWeights[4];    /* 16: addresses of a tail's groups of 4 inputs */
    uint16_t tailInputs[8];     /* 32: offsets of every second input */
    const int8_t *weights;      /* 48 */
    const int8_t *weightsEnd;   /* 52: of whole groups */
    const int16_t *input;       /* 56 */
    int32_t *sums;              /* 60 */
    uint32_t gap;               /* 64: bytes from the end of what the loop reads of a position to the next one */
    uint32_t stride;            /* 68: bytes to the next position's inputs */
    const int32_t *sumsEnd;     /* 72 */
    uint32_t tail;              /* 76: inputs after whole groups */
    uint32_t tailEven;          /* 80: how many of these are at even places, and at odd ones */
    uint32_t tailOdd;           /* 84 */
} sums_job;

/*
 * sum_wide_pairs(job): the sums of a tile's 4 outputs at pairs of positions, [position][output], from their biases on. VLD40 to
 * VLD43 take 16 inputs' weights of 4 outputs apart, VMOVLB and VMOVLT widen those at even and at odd places, and VLD20 and VLD21
 * take inputs apart likewise. Registers hold all of that but for one: the first position's inputs are loaded twice. A tail's
 * weights and inputs are gathered; what lies beyond is not read and counts as 0.
 *
 *   r1 weights, r3 and r5 inputs, r7 sums, r9 job, r11 end of whole groups; sums in r0, r2, r4, r6 and r8, r10, r12, lr
 *   q0-q3 weights, q4 and q5 inputs of the first position, q6 and q7 of the second one
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    /* Products of the weights of one output, widened by \\widen to \\room, and inputs \\a and \\b. */
    ".macro multiply_wide widen, room, weights, a, b, first, second\n"
    "  \\widen \\room, \\weights\n"
    "  vmladava.s16 \\first, \\room, \\a\n"
    "  vmladava.s16 \\second, \\room, \\b\n"
    ".endm\n"

    ".macro multiply_wide_outputs widen, room, a, b\n"
    "  multiply_wide \\widen, \\room, q0, \\a, \\b, r0, r8\n"
    "  multiply_wide \\widen, \\room, q1, \\a, \\b, r2, r10\n"
    "  multiply_wide \\widen, \\room, q2, \\a, \\b, r4, r12\n"
    "  multiply_wide \\widen, \\room, q3, \\a, \\b, r6, lr\n"
    ".endm\n"

    "  .section .text.sum_wide_pairs, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .type sum_wide_pairs, %function\n"
    "  .thumb_func\n"
    "sum_wide_pairs:\n"
    "  push {r3-r11, lr}\n"
    "  vpush {d8-d15}\n"
    "  mov r9, r0\n"
    "  ldr r11, [r9, #52]\n"
    "  ldrd r3, r7, [r9, #56]\n"
    "  ldr r5, [r9, #68]\n"
    "  add r5, r5, r3\n"

    "1:\n"
    "  ldrd r0, r2, [r9]\n"
    "  ldrd r4, r6, [r9, #8]\n"
    "  ldrd r8, r10, [r9]\n"
    "  ldrd r12, lr, [r9, #8]\n"
    "  ldr r1, [r9, #48]\n"
    "  cmp r1, r11\n"
    "  beq 3f\n"

    "2:\n"
    "  vld40.32 {q0, q1, q2, q3}, [r1]\n"
    "  vld41.32 {q0, q1, q2, q3}, [r1]\n"
    "  vld42.32 {q0, q1, q2, q3}, [r1]\n"
    "  vld43.32 {q0, q1, q2, q3}, [r1]!\n"
    "  vld20.16 {q4, q5}, [r3]\n"
    "  vld21.16 {q4, q5}, [r3]\n"
    "  vld20.16 {q6, q7}, [r5]\n"
    "  vld21.16 {q6, q7}, [r5]!\n"
    "  multiply_wide_outputs vmovlb.s8, q5, q4, q6\n"
    "  vld20.16 {q4, q5}, [r3]\n"
    "  vld21.16 {q4, q5}, [r3]!\n"
    "  multiply_wide_outputs vmovlt.s8, q6, q5, q7\n"
    "  cmp r1, r11\n"
    "  bne 2b\n"

    "3:\n"
    "  ldr r1, [r9, #76]\n"
    "  cmp r1, #0\n"
    "  beq 4f\n"
    "  ldr r11, [r9, #80]\n"
    "  vldrw.32 q4, [r9, #16]\n"
    "  vldrw.32 q7, [r9, #32]\n"
    "  vctp.8 r1\n"
    "  vpstttt\n"
    "  vldrwt.u32 q0, [q4]\n"
    "  vldrwt.u32 q1, [q4, #4]\n"
    "  vldrwt.u32 q2, [q4, #8]\n"
    "  vldrwt.u32 q3, [q4, #12]\n"
    "  vctp.16 r11\n"
    "  vpstt\n"
    "  vldrht.u16 q4, [r3, q7]\n"
    "  vldrht.u16 q6, [r5, q7]\n"
    "  multiply_wide_outputs vmovlb.s8, q5, q4, q6\n"
    "  ldr r11, [r9, #84]\n"
    "  adds r1, r3, #2\n"
    "  vctp.16 r11\n"
    "  vpst\n"
    "  vldrht.u16 q4, [r1, q7]\n"
    "  adds r1, r5, #2\n"
    "  ldr r11, [r9, #52]\n"
    "  vpst\n"
    "  vldrht.u16 q6, [r1, q7]\n"
    "  multiply_wide_outputs vmovlt.s8, q5, q4, q6\n"

    "4:\n"
    "  vmov q0[2], q0[0], r0, r4\n"
    "  vmov q0[3], q0[1], r2, r6\n"
    "  vmov q1[2], q1[0], r8, r12\n"
    "  vmov q1[3], q1[1], r10, lr\n"
    "  vstrw.32 q0, [r7], #16\n"
    "  vstrw.32 q1, [r7], #16\n"
    "  ldrd r0, r2, [r9, #64]\n"
    "  ldr r4, [r9, #72]\n"
    "  add r3, r5, r0\n"
    "  add r5, r3, r2\n"
    "  cmp r7, r4\n"
    "  bne 1b\n"
    "  vpop {d8-d15}\n"
    "  pop {r3-r11, pc}\n"
    "  .size sum_wide_pairs, . - sum_wide_pairs\n"
    "  .previous\n");

void sum_wide_pairs(const sums_job *job);

/* Positions that are done together: at most positionsAtOnce. */
typedef struct wide_block
{
    const int16_t *input;
    uint32_t stride;            /* halves from a position to the next */
    uint32_t positions, depth, output;
} wide_block;

/* The sums at all positions, [position][output], over inputs from number `first` to before `end`, from `bias` on. */
static void sum_block(const wide_block *of, const int8_t *weights, uint32_t first, uint32_t end, int32x4_t bias, int32_t *sums)
{
    const uint32_t inputs = end - first, whole = inputs / inputsAtOnce * inputsAtOnce, tail = inputs - whole;
    const bool alone = of->positions == 1;
    const uint32_t even = of->positions & ~1u, stride = alone ? 0 : 2 * of->stride;
    sums_job job;
    job.weights = weights + 4 * first;
    job.weightsEnd = weights + 4 * (first + whole);
    job.input = of->input + first;
    job.sums = sums;
    job.gap = stride - 2 * whole;
    job.stride = stride;
    job.sumsEnd = sums + (alone ? 8 : 4 * even);
    job.tail = tail;
    job.tailEven = (tail + 1) / 2;
    job.tailOdd = tail / 2;
    vstrwq_s32(job.bias, bias);
    vstrwq_u32(job.tailWeights, vaddq_n_u32(vmulq_n_u32(vidupq_n_u32(0, 1), productGroup), (uint32_t) (uintptr_t) job.weightsEnd));
    vstrhq_u16(job.tailInputs, vidupq_n_u16(0, 4));
    sum_wide_pairs(&job);
    if (alone || even == of->positions) return;
    job.input += (even - 1) * of->stride;
    job.sums = sums + 4 * (even - 1);
    job.sumsEnd = job.sums + 8;
    sum_wide_pairs(&job);
}

/* The inputs of each position, added up. */
static void add_inputs(const wide_block *of, int64_t *totals)
{
    for (uint32_t i = 0; i < of->positions; i++)
    {
        const int16_t *at = of->input + i * of->stride;
        int64_t total = 0;
        for (int32_t left = (int32_t) of->depth; left > 0; left -= 8, at += 8) total += vaddvq_s16(vldrhq_z_s16(at, vctp16q((uint32_t) left)));
        totals[i] = total;
    }
}

/* Sums of 64 bits. */
static __attribute__((noinline)) void finish_long(const product_operation *of, const wide_block *block, const uint8_t *header, const int8_t *weights, const int64_t *inputs, int count)
{
    int64_t totals[4 * positionsAtOnce] = { 0 };
    int32_t sums[4 * positionsAtOnce + 4];
    for (uint32_t first = 0; first < block->depth; first += runInputs)
    {
        const uint32_t end = first + runInputs < block->depth ? first + runInputs : block->depth;
        sum_block(block, weights, first, end, vdupq_n_s32(0), sums);
        for (uint32_t i = 0; i < 4 * block->positions; i++) totals[i] += sums[i];
    }
    for (uint32_t i = 0; i < block->positions; i++)
    {
        const int64_t beyond = of->weightsZeroPoint ? of->weightsZeroPoint * inputs[i] : 0;
        const uint32_t output = block->output + i * (uint32_t) of->outputs;
        for (int lane = 0; lane < count; lane++) wasmote_finish_sum(of, header, lane, totals[4 * i + (uint32_t) lane] - beyond, output + (uint32_t) lane);
    }
}

/* Sums that stay within 32 bits, or wrap. */
static __attribute__((noinline)) void finish_short(const product_operation *of, const wide_block *block, const wide_constants *constants, const int8_t *weights, const int64_t *inputs)
{
    int32_t sums[4 * positionsAtOnce + 4];
    sum_block(block, weights, 0, block->depth, constants->bias, sums);
    for (uint32_t i = 0; i < block->positions && of->weightsZeroPoint; i++)
        vstrwq_s32(sums + 4 * i, vsubq_n_s32(vldrwq_s32(sums + 4 * i), (int32_t) (of->weightsZeroPoint * inputs[i])));
    wasmote_finish_wide(of, constants, sums, block->positions, block->output, (uint32_t) of->outputs);
}

/* Whether positions' inputs are a patch as they lie. */
static bool is_in_place(const product_operation *of)
{
    return of->isWide && of->filterHeight == 1 && of->filterWidth == 1 && of->strideHeight == 1 && of->strideWidth == 1
        && of->outputHeight == of->inputHeight && of->outputWidth == of->inputWidth && of->padTop == 0 && of->padLeft == 0;
}

/* All outputs of a patch, some positions at a time. */
static void multiply_tiles(const product_operation *of, const wide_block *patch, int8_t *room)
{
    const uint32_t groups = (patch->depth + 3) / 4, headerBytes = product_header_bytes(of), tileBytes = tile_bytes_of(of, groups);
    const uint8_t *header = of->weights;
    for (int32_t n = 0; n < of->outputs; n += 4, header += tileBytes)
    {
        const int8_t *const weights = unpack_product_tile(of, header + headerBytes, groups, room);
        const int count = of->outputs - n < 4 ? (int) (of->outputs - n) : 4;
        const wide_constants constants = wide_constants_of(of, header, count, patch->depth);
        const bool isLong = constants.isLong || (of->isLong && of->weightsZeroPoint);
        for (uint32_t first = 0; first < patch->positions; first += positionsAtOnce)
        {
            int64_t inputs[positionsAtOnce];
            const uint32_t left = patch->positions - first;
            wide_block block = *patch;
            block.input += first * patch->stride;
            block.positions = left < positionsAtOnce ? left : positionsAtOnce;
            block.output += first * (uint32_t) of->outputs + (uint32_t) n;
            if (of->weightsZeroPoint) add_inputs(&block, inputs);
            if (isLong) finish_long(of, &block, header, weights, inputs, count);
            else finish_short(of, &block, &constants, weights, inputs);
        }
    }
}

void wasmote_product_integers(const product_operation *of)
{
    const uint32_t depth = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth * (uint32_t) of->inputChannels;
    const uint32_t groups = (depth + 3) / 4, total = (uint32_t) of->batches * (uint32_t) of->outputHeight * (uint32_t) of->outputWidth;
    const uint32_t unpacked = unpacked_product_bytes(of->storage, groups);
    int8_t *const room = of->scratch;
    if (is_in_place(of))
    {
        const wide_block whole = { .input = of->input, .stride = depth, .positions = total, .depth = depth };
        multiply_tiles(of, &whole, room);
        return;
    }
    const uint32_t fits = (of->scratchBytes - unpacked) / (groups * 8), most = fits > 1 ? fits & ~1u : 1;
    const wide_patch patch = { .halves = (int16_t *) (void *) (room + unpacked), .groups = groups };
    for (uint32_t first = 0; first < total; first += most)
    {
        const uint32_t count = total - first < most ? total - first : most;
        const wide_block block = {
            .input = patch.halves, .stride = 4 * groups, .positions = count, .depth = depth, .output = first * (uint32_t) of->outputs,
        };
        for (uint32_t i = 0; i < count; i++) wasmote_gather_wide(of, &patch, i, first + i);
        multiply_tiles(of, &block, room);
    }
}

#endif

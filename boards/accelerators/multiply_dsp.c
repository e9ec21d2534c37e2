#include "patch.h"
#include "positions_dsp.h"
#include "requantize.h"

#if TARGET_DSP && !TARGET_HELIUM

_Static_assert(roundedOnce == 64, "the assembly subtracts 64");

/* What the assembly reads, by its offset. */
typedef struct tile_job
{
    const tile_constants *constants;    /* 0 */
    uint32_t groups;                    /* 4 */
    uint32_t outputs;                   /* 8 */
    int32_t zeroPoint;                  /* 12: twice it, plus 1 */
    int32_t count;                      /* 16 */
} tile_job;

/*
 * multiply_<P>(weights, patch, output, job): `count` outputs of a tile at P positions, requantized the quick way and
 * saturated to int8. For one output after the other, its sums at all positions stay in registers; each word of
 * weights is widened once and used P times:
 *
 *   r0 weights, r1 patch, r2-r5 inputs of two positions, r6-r11 sums, r12 and lr pairs of weights
 *
 * Four groups a turn, entered in the middle where their number is no multiple of 4. On the stack: 0 end of the
 * weights, 4 their start, 8 patch, 12 output, 16 constants, 20 count, 24 entry, 28 outputs, 32 zero point.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    POSITIONS_DSP

    ".macro requantize a, once\n"
    "  lsl \\a, \\a, #1\n"
    "  .if \\once\n"
    "  smmul \\a, \\a, r2\n"
    "  .else\n"
    "  smmulr \\a, \\a, r2\n"
    "  add \\a, \\a, \\a, asr #31\n"
    "  .endif\n"
    "  add \\a, \\a, r4\n"
    "  asr \\a, \\a, r3\n"
    "  ssat \\a, #8, \\a\n"
    "  strb \\a, [r0]\n"
    ".endm\n"

    ".macro requantize_all positions, once\n"
    "  requantize r6, \\once\n"
    "  add r0, r0, r1\n"
    "  requantize r7, \\once\n"
    "  add r0, r0, r1\n"
    "  requantize r8, \\once\n"
    "  .if \\positions > 3\n"
    "  add r0, r0, r1\n"
    "  requantize r9, \\once\n"
    "  .endif\n"
    "  .if \\positions > 4\n"
    "  add r0, r0, r1\n"
    "  requantize r10, \\once\n"
    "  .endif\n"
    "  .if \\positions > 5\n"
    "  add r0, r0, r1\n"
    "  requantize r11, \\once\n"
    "  .endif\n"
    ".endm\n"

    ".macro multiply positions\n"
    "  .section .text.multiply_\\positions, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .type multiply_\\positions, %function\n"
    "  .thumb_func\n"
    "multiply_\\positions:\n"
    "  push {r4-r11, lr}\n"
    "  sub sp, sp, #36\n"
    "  ldr r4, [r3]\n"
    "  ldr r5, [r3, #4]\n"
    "  str r0, [sp, #4]\n"
    "  add r6, r0, r5, lsl #4\n"
    "  strd r6, r0, [sp]\n"
    "  strd r1, r2, [sp, #8]\n"
    "  ldr r6, [r3, #16]\n"
    "  strd r4, r6, [sp, #16]\n"
    "  rsb r5, r5, #0\n"
    "  and r5, r5, #3\n"
    "  movs r6, #(2f - 1f)\n"
    "  mul r5, r5, r6\n"
    "  adr r6, 1f\n"
    "  add r5, r5, r6\n"
    "  add r5, r5, #1\n"
    "  ldr r6, [r3, #8]\n"
    "  strd r5, r6, [sp, #24]\n"
    "  ldr r6, [r3, #12]\n"
    "  str r6, [sp, #32]\n"

    "4:\n"
    "  ldr r6, [r4]\n"
    "  mov r7, r6\n"
    "  mov r8, r6\n"
    "  .if \\positions > 3\n"
    "  mov r9, r6\n"
    "  .endif\n"
    "  .if \\positions > 4\n"
    "  mov r10, r6\n"
    "  .endif\n"
    "  .if \\positions > 5\n"
    "  mov r11, r6\n"
    "  .endif\n"
    "  ldr pc, [sp, #24]\n"

    "  .balign 4\n"
    "1:\n"
    "  group \\positions\n"
    "2:\n"
    "  .rept 3\n"
    "  group \\positions\n"
    "  .endr\n"
    "  ldr r12, [sp]\n"
    "  cmp r0, r12\n"
    "  bne 1b\n"

    "  ldr r12, [sp, #16]\n"
    "  ldr r2, [r12, #16]\n"
    "  ldr r3, [r12, #32]\n"
    "  ldr r4, [sp, #32]\n"
    "  ldr r0, [sp, #12]\n"
    "  ldr r1, [sp, #28]\n"
    "  add r5, r0, #1\n"
    "  str r5, [sp, #12]\n"
    "  sub r5, r3, #1\n"
    "  cmp r5, #31\n"
    "  bhs 5f\n"
    "  lsl r4, r4, r5\n"
    "  requantize_all \\positions, 0\n"
    "6:\n"
    "  ldrd r4, r5, [sp, #16]\n"
    "  subs r5, r5, #1\n"
    "  beq 3f\n"
    "  add r4, r4, #4\n"
    "  strd r4, r5, [sp, #16]\n"
    "  ldrd r2, r0, [sp]\n"
    "  add r2, r2, #4\n"
    "  add r0, r0, #4\n"
    "  strd r2, r0, [sp]\n"
    "  ldr r1, [sp, #8]\n"
    "  b 4b\n"
    "3:\n"
    "  add sp, sp, #36\n"
    "  pop {r4-r11, pc}\n"
    "5:\n"
    "  sub r3, r3, #64\n"
    "  sub r5, r5, #64\n"
    "  lsl r4, r4, r5\n"
    "  requantize_all \\positions, 1\n"
    "  b 6b\n"
    "  .size multiply_\\positions, . - multiply_\\positions\n"
    "  .previous\n"
    ".endm\n"

    "multiply 3\n"
    "multiply 4\n"
    "multiply 5\n"
    "multiply 6\n");

typedef void multiply_function(const int8_t *weights, const void *patch, int8_t *output, const tile_job *job);

multiply_function multiply_3, multiply_4, multiply_5, multiply_6;

/* Any channels, any number of positions. */
static void multiply_any(const patch_product *of, const int8_t *tile, int count, int8_t *output)
{
    const tile_constants *const constants = (const tile_constants *) tile;
    const uint32_t step = 2 * of->patch.positions;

    for (uint32_t i = 0; i < of->patch.positions; i++, output += of->outputs)
    {
        for (int lane = 0; lane < count; lane++)
        {
            const uint32_t *x = (const uint32_t *) of->patch.words + 2 * i;
            const int8_t *w = tile + tileHeaderBytes + 4 * lane;
            int32_t sum = constants->bias[lane];
            for (uint32_t group = 0; group < of->patch.groups; group++, x += step, w += tileGroupBytes)
            {
                const uint32_t weights = load_word(w);
                sum = add_products(x[0], even_pair(weights), sum);
                sum = add_products(x[1], odd_pair(weights), sum);
            }
            output[lane] = wasmote_finish_any(sum, constants, lane, of->zeroPoint, of->low, of->high);
        }
    }
}

static void clamp_outputs(const patch_product *of, int count, int8_t *output)
{
    for (uint32_t i = 0; i < of->patch.positions; i++, output += of->outputs)
        for (int lane = 0; lane < count; lane++) output[lane] = (int8_t) clamp(output[lane], of->low, of->high);
}

void wasmote_multiply_tile(const patch_product *of, const int8_t *tile, int count, int8_t *output)
{
    static multiply_function *const kernels[] = { multiply_3, multiply_4, multiply_5, multiply_6 };
    const uint32_t positions = of->patch.positions;

    if (!of->quick || positions < minPositions)
    {
        multiply_any(of, tile, count, output);
        return;
    }
    const tile_job job = {
        .constants = (const tile_constants *) tile,
        .groups = of->patch.groups,
        .outputs = (uint32_t) of->outputs,
        .zeroPoint = 2 * of->zeroPoint + 1,
        .count = count,
    };
    kernels[positions - minPositions](tile + tileHeaderBytes, of->patch.words, output, &job);
    if (of->low > -128 || of->high < 127) clamp_outputs(of, count, output);
}

#endif

#include "positions_dsp.h"
#include "product_sums.h"

#if WIDE_PAIRS

/*
 * sum_<P>(weights, patch, sums, groups): the sums of 4 outputs at P positions, [output][position], 0 where they start. As
 * multiply_<P> in multiply_dsp.c. On the stack: 0 end of an output's weights, 4 entry, 8 outputs left, 12 weights, 16 patch,
 * 20 sums, 24 groups.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    POSITIONS_DSP

    ".macro sum positions\n"
    "  .section .text.wasmote_sum_\\positions, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .type wasmote_sum_\\positions, %function\n"
    "  .thumb_func\n"
    "wasmote_sum_\\positions:\n"
    "  push {r0-r11, lr}\n"
    "  sub sp, sp, #12\n"
    "  add r4, r0, r3, lsl #4\n"
    "  str r4, [sp]\n"
    "  rsb r5, r3, #0\n"
    "  and r5, r5, #3\n"
    "  movs r6, #(2f - 1f)\n"
    "  mul r5, r5, r6\n"
    "  adr r6, 1f\n"
    "  add r5, r5, r6\n"
    "  add r5, r5, #1\n"
    "  movs r6, #4\n"
    "  strd r5, r6, [sp, #4]\n"

    "4:\n"
    "  movs r6, #0\n"
    "  mov r7, r6\n"
    "  mov r8, r6\n"
    "  mov r9, r6\n"
    "  mov r10, r6\n"
    "  mov r11, r6\n"
    "  ldr pc, [sp, #4]\n"

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

    "  ldr r0, [sp, #20]\n"
    "  .if \\positions == 3\n"
    "  stm r0!, {r6-r8}\n"
    "  .endif\n"
    "  .if \\positions == 4\n"
    "  stm r0!, {r6-r9}\n"
    "  .endif\n"
    "  .if \\positions == 5\n"
    "  stm r0!, {r6-r10}\n"
    "  .endif\n"
    "  .if \\positions == 6\n"
    "  stm r0!, {r6-r11}\n"
    "  .endif\n"
    "  str r0, [sp, #20]\n"
    "  add r12, r12, #4\n"
    "  str r12, [sp]\n"
    "  ldrd r0, r1, [sp, #12]\n"
    "  add r0, r0, #4\n"
    "  str r0, [sp, #12]\n"
    "  ldr r2, [sp, #8]\n"
    "  subs r2, r2, #1\n"
    "  str r2, [sp, #8]\n"
    "  bne 4b\n"
    "  add sp, sp, #28\n"
    "  pop {r4-r11, pc}\n"
    "  .size wasmote_sum_\\positions, . - wasmote_sum_\\positions\n"
    "  .previous\n"
    ".endm\n"

    "sum 3\n"
    "sum 4\n"
    "sum 5\n"
    "sum 6\n");

typedef void sum_function(const int8_t *weights, const void *patch, int32_t *sums, uint32_t groups);

sum_function wasmote_sum_3, wasmote_sum_4, wasmote_sum_5, wasmote_sum_6;

void wasmote_sum_groups(const int8_t *weights, const wide_patch *patch, uint32_t first, uint32_t groups, int32_t *sums)
{
    static sum_function *const kernels[] = { wasmote_sum_3, wasmote_sum_4, wasmote_sum_5, wasmote_sum_6 };
    const uint32_t positions = patch->positions;
    const uint32_t *const words = (const uint32_t *) patch->halves + 2 * positions * first;
    if (positions >= widePositionsAtLeast)
    {
        kernels[positions - widePositionsAtLeast](weights, words, sums, groups);
        return;
    }
    for (uint32_t i = 0; i < positions; i++)
    {
        for (uint32_t lane = 0; lane < 4; lane++)
        {
            const uint32_t *x = words + 2 * i;
            const int8_t *w = weights + 4 * lane;
            int32_t sum = 0;
            for (uint32_t group = groups; group > 0; group--, x += 2 * positions, w += productGroup)
            {
                const uint32_t four = load_word(w);
                sum = add_products(x[0], even_pair(four), sum);
                sum = add_products(x[1], odd_pair(four), sum);
            }
            sums[lane * positions + i] = sum;
        }
    }
}

#endif

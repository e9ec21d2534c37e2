#include "fully_connected.h"
#include "target.h"

#if TARGET_DSP && !TARGET_HELIUM

uint32_t wasmote_widen(const fully_connected_operation *of, const int8_t *inputs, uint32_t groups)
{
    const uint32_t room = of->scratchBytes / 8, count = groups < room ? groups : room;
    uint32_t *to = of->scratch;
    for (const int8_t *const end = inputs + 4 * count; inputs != end; inputs += 4, to += 2)
    {
        const uint32_t word = load_word(inputs);
        to[0] = even_pair(word);
        to[1] = odd_pair(word);
    }
    return count;
}

/*
 * r0 sums, r1 inputs, r2 weights, r3 their end; r4-r7 sums, r8-r11 weights of 4 outputs, r12 and lr pairs of inputs.
 * Two groups a turn, entered at the second where their number is odd. r0 is used for pairs of weights and kept on the
 * stack.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    ".macro add_output sum, weights\n"
    "  sxtb16 r0, \\weights\n"
    "  sxtb16 \\weights, \\weights, ror #8\n"
    "  smlad \\sum, r0, r12, \\sum\n"
    "  smlad \\sum, \\weights, lr, \\sum\n"
    ".endm\n"

    ".macro add_group wide\n"
    "  .if \\wide\n"
    "  ldrd r12, lr, [r1], #8\n"
    "  .else\n"
    "  ldr lr, [r1], #4\n"
    "  sxtb16 r12, lr\n"
    "  sxtb16 lr, lr, ror #8\n"
    "  .endif\n"
    "  ldm r2!, {r8-r11}\n"
    "  add_output r4, r8\n"
    "  add_output r5, r9\n"
    "  add_output r6, r10\n"
    "  add_output r7, r11\n"
    ".endm\n"

    ".macro add_groups name, wide\n"
    "  .section .text.\\name, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global \\name\n"
    "  .type \\name, %function\n"
    "  .thumb_func\n"
    "\\name:\n"
    "  push {r0, r4-r11, lr}\n"
    "  ldm r0, {r4-r7}\n"
    "  lsls r12, r3, #31\n"
    "  add r3, r2, r3, lsl #4\n"
    "  bmi 2f\n"
    "1:\n"
    "  add_group \\wide\n"
    "2:\n"
    "  add_group \\wide\n"
    "  cmp r2, r3\n"
    "  bne 1b\n"
    "  pop {r0}\n"
    "  stm r0, {r4-r7}\n"
    "  pop {r4-r11, pc}\n"
    "  .size \\name, . - \\name\n"
    "  .previous\n"
    ".endm\n"

    "add_groups wasmote_add_groups, 0\n"
    "add_groups wasmote_add_wide_groups, 1\n");

#endif

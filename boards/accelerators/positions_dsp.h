/*
 * Assembly of one group of 4 inputs of one output at up to 6 positions, for TARGET_DSP: r0 weights, which move on by a group;
 * r1 patch, likewise; r2-r5 inputs of two positions, r6-r11 sums, r12 and lr pairs of weights.
 */
#ifndef WASMOTE_ACCELERATORS_POSITIONS_DSP_H
#define WASMOTE_ACCELERATORS_POSITIONS_DSP_H

#define POSITIONS_DSP                     \
    ".macro two_positions a, b\n"         \
    "  ldm r1!, {r2-r5}\n"                \
    "  smlad \\a, r2, r12, \\a\n"         \
    "  smlad \\a, r3, lr, \\a\n"          \
    "  smlad \\b, r4, r12, \\b\n"         \
    "  smlad \\b, r5, lr, \\b\n"          \
    ".endm\n"                             \
    ".macro one_position a\n"             \
    "  ldrd r2, r3, [r1], #8\n"           \
    "  smlad \\a, r2, r12, \\a\n"         \
    "  smlad \\a, r3, lr, \\a\n"          \
    ".endm\n"                             \
    ".macro group positions\n"            \
    "  ldr lr, [r0], #16\n"               \
    "  sxtb16 r12, lr\n"                  \
    "  sxtb16 lr, lr, ror #8\n"           \
    "  two_positions r6, r7\n"            \
    "  .if \\positions == 3\n"            \
    "  one_position r8\n"                 \
    "  .else\n"                           \
    "  two_positions r8, r9\n"            \
    "  .endif\n"                          \
    "  .if \\positions == 5\n"            \
    "  one_position r10\n"                \
    "  .endif\n"                          \
    "  .if \\positions == 6\n"            \
    "  two_positions r10, r11\n"          \
    "  .endif\n"                          \
    ".endm\n"

#endif

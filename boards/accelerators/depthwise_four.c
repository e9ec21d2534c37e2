#include "depthwise.h"
#include "requantize.h"

#if !TARGET_HELIUM

#if TARGET_DSP

/*
 * r0 tile, r3 the position's pixel, r4-r7 sums; of a tap r8 pixel, r9 weights, r2 their end in its row, r1 the step to the next
 * pixel; then r12 constants, lr offset, r2 output. On the stack: 0 rows left, 4 positions left, 8 output.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"
    ".macro depthwise_shift a, shift, index\n"
    "  and \\shift, \\shift, #63\n"
    "  lsl r12, lr, \\shift\n"
    "  add \\a, \\a, r12, asr #1\n"
    "  asr \\a, \\a, \\shift\n"
    "  ssat \\a, #8, \\a\n"
    "  strb \\a, [r2, #\\index]\n"
    ".endm\n"
    "  .section .text.wasmote_depthwise_four, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global wasmote_depthwise_four\n"
    "  .type wasmote_depthwise_four, %function\n"
    "  .thumb_func\n"
    "wasmote_depthwise_four:\n"
    "  push {r4-r11, lr}\n"
    "  sub sp, sp, #12\n"
    "  ldr r3, [r0, #28]\n"
    "  ldr r2, [r0, #64]\n"
    "  strd r2, r1, [sp, #4]\n"
    "1:\n"
    "  ldm r0, {r4-r7}\n"
    "  ldrd r10, r9, [r0, #32]\n"
    "  ldr r1, [r0, #44]\n"
    "  mov r8, r3\n"
    "  cmp r10, #0\n"
    "  beq 4f\n"
    "2:\n"
    "  str r10, [sp]\n"
    "  ldr r2, [r0, #40]\n"
    "  add r2, r2, r9\n"
    "3:\n"
    "  ldr r11, [r8]\n"
    "  ldr lr, [r9], #4\n"
    "  add r8, r8, r1\n"
    "  sxtb16 r10, r11\n"
    "  sxtb16 r11, r11, ror #8\n"
    "  sxtb16 r12, lr\n"
    "  sxtb16 lr, lr, ror #8\n"
    "  smlabb r4, r10, r12, r4\n"
    "  smlabb r5, r11, lr, r5\n"
    "  smlatt r6, r10, r12, r6\n"
    "  smlatt r7, r11, lr, r7\n"
    "  cmp r9, r2\n"
    "  bne 3b\n"
    "  ldr r10, [sp]\n"
    "  ldrd r11, r12, [r0, #48]\n"
    "  add r8, r8, r11\n"
    "  add r9, r9, r12\n"
    "  subs r10, r10, #1\n"
    "  bne 2b\n"
    "4:\n"
    "  ldrd r12, lr, [r0, #16]\n"
    "  ldr r1, [r0, #24]\n"
    "  add r12, r12, #16\n"
    "  ldm r12!, {r8-r11}\n"
    "  lsls r4, r4, #1\n"
    "  lsls r5, r5, #1\n"
    "  lsls r6, r6, #1\n"
    "  lsls r7, r7, #1\n"
    "  cbz r1, 5f\n"
    "  smmul r4, r4, r8\n"
    "  smmul r5, r5, r9\n"
    "  smmul r6, r6, r10\n"
    "  smmul r7, r7, r11\n"
    "  b 6f\n"
    "5:\n"
    "  smmulr r4, r4, r8\n"
    "  smmulr r5, r5, r9\n"
    "  smmulr r6, r6, r10\n"
    "  smmulr r7, r7, r11\n"
    "  add r4, r4, r4, asr #31\n"
    "  add r5, r5, r5, asr #31\n"
    "  add r6, r6, r6, asr #31\n"
    "  add r7, r7, r7, asr #31\n"
    "6:\n"
    "  ldm r12, {r8-r11}\n"
    "  ldr r2, [sp, #8]\n"
    "  depthwise_shift r4, r8, 0\n"
    "  depthwise_shift r5, r9, 1\n"
    "  depthwise_shift r6, r10, 2\n"
    "  depthwise_shift r7, r11, 3\n"
    "  ldrd r4, r5, [r0, #56]\n"
    "  ldr r1, [sp, #4]\n"
    "  add r2, r2, r4\n"
    "  add r3, r3, r5\n"
    "  subs r1, r1, #1\n"
    "  strd r1, r2, [sp, #4]\n"
    "  bne 1b\n"
    "  add sp, sp, #12\n"
    "  pop {r4-r11, pc}\n"
    "  .size wasmote_depthwise_four, . - wasmote_depthwise_four\n"
    ".text\n");

#else

void wasmote_depthwise_four(const depthwise_tile *tile, int8_t *output)
{
    const int8_t *pixel = tile->pixel;
    const int32_t b = tile->apart[1], c = tile->apart[2], d = tile->apart[3], columnBytes = tile->columnBytes, tapBytes = tile->tapBytes;
    for (int32_t left = tile->positions; left > 0; left--, pixel += tile->positionBytes, output += tile->outputBytes)
    {
        int32_t s0 = (int32_t) tile->start[0], s1 = (int32_t) tile->start[1], s2 = (int32_t) tile->start[2], s3 = (int32_t) tile->start[3];
        const int8_t *p = pixel, *w = tile->weights;
        for (int32_t rows = tile->rows; rows > 0; rows--, p += tile->rowRest, w += tile->weightRest)
        {
            const int8_t *const end = w + columnBytes;
            do
            {
                s0 += p[0] * w[0];
                s1 += p[b] * w[1];
                s2 += p[c] * w[2];
                s3 += p[d] * w[3];
                p += tapBytes;
                w += 4;
            } while (w < end);
        }
        const int32_t sums[4] = { s0, s1, s2, s3 };
        for (int lane = 0; lane < 4; lane++) output[lane] = finish_quick(sums[lane], tile->constants, lane, tile->offset);
    }
}

#endif

#endif

#include "fully_connected.h"
#include "target.h"

#if !TARGET_DSP

uint32_t wasmote_widen(const fully_connected_operation *of, const int8_t *inputs, uint32_t groups)
{
    (void) of;
    (void) inputs;
    (void) groups;
    return 0;
}

void wasmote_add_wide_groups(int32_t sums[4], const void *inputs, const int8_t *weights, uint32_t groups)
{
    wasmote_add_groups(sums, inputs, weights, groups);
}

#if TARGET_LONG_MULTIPLY

/* r4-r7 sums, r8-r11 weights of 4 outputs, r12 inputs, lr one input, r0 one weight; r0 is kept on the stack. */
__asm__(
    ".syntax unified\n"
    ".thumb\n"
    "  .section .text.wasmote_add_groups, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global wasmote_add_groups\n"
    "  .type wasmote_add_groups, %function\n"
    "  .thumb_func\n"
    "wasmote_add_groups:\n"
    "  push {r0, r4-r11, lr}\n"
    "  ldm r0, {r4-r7}\n"
    "  add r3, r2, r3, lsl #4\n"
    "1:\n"
    "  ldr r12, [r1], #4\n"
    "  ldm r2!, {r8-r11}\n"
    ".irp turn, 0, 8, 16, 24\n"
    "  sxtb lr, r12, ror #\\turn\n"
    "  sxtb r0, r8, ror #\\turn\n"
    "  mla r4, r0, lr, r4\n"
    "  sxtb r0, r9, ror #\\turn\n"
    "  mla r5, r0, lr, r5\n"
    "  sxtb r0, r10, ror #\\turn\n"
    "  mla r6, r0, lr, r6\n"
    "  sxtb r0, r11, ror #\\turn\n"
    "  mla r7, r0, lr, r7\n"
    ".endr\n"
    "  cmp r2, r3\n"
    "  bne 1b\n"
    "  pop {r0}\n"
    "  stm r0, {r4-r7}\n"
    "  pop {r4-r11, pc}\n"
    "  .size wasmote_add_groups, . - wasmote_add_groups\n"
    "  .previous\n");

#else

void wasmote_add_groups(int32_t sums[4], const int8_t *inputs, const int8_t *weights, uint32_t groups)
{
    const int8_t *x = inputs, *w = weights;
    uint32_t s0 = (uint32_t) sums[0], s1 = (uint32_t) sums[1], s2 = (uint32_t) sums[2], s3 = (uint32_t) sums[3];
    for (const int8_t *const end = w + groups * tileGroupBytes; w != end; x += 4, w += tileGroupBytes)
    {
        for (int k = 0; k < 4; k++)
        {
            const int32_t value = x[k];
            s0 += (uint32_t) (value * w[k]);
            s1 += (uint32_t) (value * w[k + 4]);
            s2 += (uint32_t) (value * w[k + 8]);
            s3 += (uint32_t) (value * w[k + 12]);
        }
    }
    sums[0] = (int32_t) s0;
    sums[1] = (int32_t) s1;
    sums[2] = (int32_t) s2;
    sums[3] = (int32_t) s3;
}

#endif

#endif

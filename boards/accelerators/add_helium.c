#include "kernels.h"
#include "target.h"

#if TARGET_HELIUM

#include <arm_mve.h>

/* Bits that the narrow operand is given before it is scaled; the wide one, which is not scaled, is given one less. */
enum { leftShift = 20 };

/*
 * As requantize_helium.h has it: a rounding doubling product, -1 where it is negative, and a rounding shift; an operand that is
 * not shifted has no second rounding, and 0 is added. Every sum is below 2^29 in magnitude.
 */
void wasmote_add_s8(const add_operation *of)
{
    const int8_t *wide = of->wide, *narrow = of->narrow;
    int8_t *output = of->output;
    const int32x4_t factor = vdupq_n_s32(1 << leftShift), wideFactor = vdupq_n_s32(of->wideSign * (1 << (leftShift - 1)));
    const int32x4_t narrowMultiplier = vdupq_n_s32(of->narrowMultiplier), multiplier = vdupq_n_s32(of->multiplier);
    const int32x4_t low = vdupq_n_s32(of->low), high = vdupq_n_s32(of->high);
    const int32_t constants[] = {
        -of->narrowZeroPoint * (1 << leftShift), of->narrowShift ? 1 : 0, -of->narrowShift, of->narrowSign,
        -of->wideZeroPoint * of->wideSign * (1 << (leftShift - 1)), 1, -of->shift, of->outputZeroPoint,
    };
    if (of->length == 0) return;
    __asm__ volatile(
        "  ldrd r0, r2, [%[constants]]\n"
        "  ldrd r4, r6, [%[constants], #8]\n"
        "  ldrd r8, r9, [%[constants], #16]\n"
        "  ldrd r10, r12, [%[constants], #24]\n"
        "  dlstp.32 lr, %[length]\n"
        "1: vldrb.s32 q6, [%[narrow]], #4\n"
        "  vldrb.s32 q7, [%[wide]], #4\n"
        "  vmlas.s32 q6, %q[factor], r0\n"
        "  vqrdmulh.s32 q6, q6, %q[narrowMultiplier]\n"
        "  vqdmlah.s32 q6, q6, r2\n"
        "  vrshl.s32 q6, r4\n"
        "  vmlas.s32 q7, %q[wideFactor], r8\n"
        "  vmla.s32 q7, q6, r6\n"
        "  vqrdmulh.s32 q7, q7, %q[multiplier]\n"
        "  vqdmlah.s32 q7, q7, r9\n"
        "  vrshl.s32 q7, r10\n"
        "  vadd.i32 q7, q7, r12\n"
        "  vmax.s32 q7, q7, %q[low]\n"
        "  vmin.s32 q7, q7, %q[high]\n"
        "  vstrb.32 q7, [%[output]], #4\n"
        "  letp lr, 1b\n"
        : [wide] "+l"(wide), [narrow] "+l"(narrow), [output] "+l"(output)
        : [constants] "r"(constants), [length] "r"(of->length), [factor] "w"(factor), [wideFactor] "w"(wideFactor),
          [narrowMultiplier] "w"(narrowMultiplier), [multiplier] "w"(multiplier), [low] "w"(low), [high] "w"(high)
        : "r0", "r2", "r4", "r6", "r8", "r9", "r10", "r12", "lr", "q6", "q7", "memory");
}

#endif

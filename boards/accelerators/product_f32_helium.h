/*
 * Sums of products of float32 by Helium: one vector has the sums of a tile's 4 outputs, each added up in the order of
 * product_f32.c, products and additions apart, so that bits are the same. But vectors take numbers that are not normal for 0
 * (Arm DDI 0553, Armv8-M Architecture Reference Manual: StandardFPSCRValue), and FPSCR tells of it: such sums are to be made anew
 * without them.
 */
#ifndef WASMOTE_ACCELERATORS_PRODUCT_F32_HELIUM_H
#define WASMOTE_ACCELERATORS_PRODUCT_F32_HELIUM_H

#include "product.h"

#if TARGET_HELIUM

#include <arm_mve.h>

/* FPSCR.UFC and IDC: a result, or an operand, was taken for 0 (or, of the FPU alone, a result is not exact). */
enum { flushFlags = 1 << 3 | 1 << 7 };

static inline uint32_t was_flushed(void)
{
    uint32_t state;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(state));
    return state & flushFlags;
}

static inline void forget_flushes(void)
{
    uint32_t state;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(state));
    if (state & flushFlags) __asm__ volatile("vmsr fpscr, %0" : : "r"(state & ~(uint32_t) flushFlags));
}

/* Adds the products of the weights there, those of 4 outputs by bytes from `w` on, and one input. */
static inline float32x4_t add_one(float32x4_t sums, const float *w, uint32x4_t places, float value)
{
    float32x4_t products;
    __asm__ volatile(
        "  vldrw.u32 %q[products], [%[w], %q[places]]\n"
        "  vmul.f32 %q[products], %q[products], %[value]\n"
        "  vadd.f32 %q[sums], %q[sums], %q[products]\n"
        : [sums] "+w"(sums), [products] "=&w"(products)
        : [w] "r"(w), [places] "w"(places), [value] "r"(value)
        : "memory");
    return sums;
}

/* Of `count` neighbouring inputs, of which the first is number k. VLD40 to VLD43 take the weights of 4 inputs apart. */
static inline void add_run_helium(float sums[4], const float *x, const float *weights, uint32_t k, uint32_t count)
{
    const float *w = weights + (k >> 2) * productGroup + (k & 3);
    const uint32x4_t places = vshlq_n_u32(vidupq_n_u32(0, 4), 2);
    float32x4_t all = vldrwq_f32(sums);
    for (; count > 0 && k & 3; count--, w += ++k & 3 ? 1 : 13) all = add_one(all, w, places, *x++);
    const uint32_t groups = count >> 2;
    uint32_t x0, x1, x2, x3;
    __asm__ volatile(
        "  wls lr, %[groups], 2f\n"
        "1: ldrd %[x0], %[x1], [%[x]], #8\n"
        "  vld40.32 {q0, q1, q2, q3}, [%[w]]\n"
        "  ldrd %[x2], %[x3], [%[x]], #8\n"
        "  vld41.32 {q0, q1, q2, q3}, [%[w]]\n"
        "  vld42.32 {q0, q1, q2, q3}, [%[w]]\n"
        "  vld43.32 {q0, q1, q2, q3}, [%[w]]!\n"
        "  vmul.f32 q0, q0, %[x0]\n"
        "  vmul.f32 q1, q1, %[x1]\n"
        "  vadd.f32 %q[all], %q[all], q0\n"
        "  vmul.f32 q2, q2, %[x2]\n"
        "  vadd.f32 %q[all], %q[all], q1\n"
        "  vmul.f32 q3, q3, %[x3]\n"
        "  vadd.f32 %q[all], %q[all], q2\n"
        "  vadd.f32 %q[all], %q[all], q3\n"
        "  le lr, 1b\n"
        "2:\n"
        : [all] "+w"(all), [x] "+r"(x), [w] "+r"(w), [x0] "=&r"(x0), [x1] "=&r"(x1), [x2] "=&r"(x2), [x3] "=&r"(x3)
        : [groups] "r"(groups)
        : "lr", "q0", "q1", "q2", "q3", "memory");
    for (count &= 3; count > 0; count--) all = add_one(all, w++, places, *x++);
    vstrwq_f32(sums, all);
}

/* Of a depthwise window at y, x, of input channels `channel`. */
static inline void sum_taps_helium(const product_operation *of, const float *image, const float *weights, int32_t y0, int32_t x0, const int32_t channel[4], float sums[4])
{
    const int32_t step = of->dilationWidth * of->inputChannels * (int32_t) sizeof(float);
    const uint32x4_t places = vshlq_n_u32(vreinterpretq_u32_s32(vldrwq_s32(channel)), 2);
    float32x4_t all = vdupq_n_f32(0);
    int32_t before = 0, x = x0;
    for (; before < of->filterWidth && x < 0; before++) x += of->dilationWidth;
    const int32_t room = x < of->inputWidth ? (of->inputWidth - 1 - x) / of->dilationWidth + 1 : 0;
    const int32_t left = of->filterWidth - before, taps = room < left ? room : left;
    for (int32_t fy = 0, y = y0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        if ((uint32_t) y >= (uint32_t) of->inputHeight || taps == 0) continue;
        const float *w = weights + 4 * (fy * of->filterWidth + before);
        const float *pixel = image + (y * of->inputWidth + x) * of->inputChannels;
        __asm__ volatile(
            "  dls lr, %[taps]\n"
            "1: vldrw.u32 q0, [%[pixel], %q[places]]\n"
            "  vldrw.u32 q1, [%[w]], #16\n"
            "  vmul.f32 q0, q0, q1\n"
            "  add %[pixel], %[pixel], %[step]\n"
            "  vadd.f32 %q[all], %q[all], q0\n"
            "  le lr, 1b\n"
            : [all] "+w"(all), [pixel] "+r"(pixel), [w] "+r"(w)
            : [places] "w"(places), [step] "r"(step), [taps] "r"(taps)
            : "lr", "q0", "q1", "memory");
    }
    vstrwq_f32(sums, all);
}

#endif

#endif

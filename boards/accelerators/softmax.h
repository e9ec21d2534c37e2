/* What softmax of all processors takes. */
#ifndef WASMOTE_ACCELERATORS_SOFTMAX_H
#define WASMOTE_ACCELERATORS_SOFTMAX_H

#include "kernels.h"

/* Rounding doubling high multiplication of int32 values. */
static inline int32_t multiply(int32_t a, int32_t b)
{
    return (int32_t) (((int64_t) a * b + (1 << 30)) >> 31);
}

/* 1 / (2 * half) without integer bits, for half in [2^30, 2^31): three steps of Newton's and Raphson's division. */
static inline int32_t reciprocal(int32_t half)
{
    int32_t x = 1515870810 + multiply(half, -1010580540);
    for (int step = 0; step < 3; step++)
        x = (int32_t) ((uint32_t) x + ((uint32_t) multiply(x, (1 << 29) - multiply(half, x)) << 2));
    return x >= 1 << 30 ? INT32_MAX : (int32_t) ((uint32_t) x << 1);
}

#endif

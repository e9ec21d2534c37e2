/*
 * Subtraction of doubles by addition, for processors that libgcc has two functions for (1.6 to 1.8 KB each): x - y is
 * x + (-y), IEEE 754-2019, 5.4.1. It differs in the sign of a result that is not a number.
 */
#if defined(__ARM_ARCH_6M__)
#define ADD_F64 __aeabi_dadd
#define SUBTRACT_F64 __aeabi_dsub
#elif defined(__riscv) && !defined(__riscv_flen)
#define ADD_F64 __adddf3
#define SUBTRACT_F64 __subdf3
#endif

#ifdef SUBTRACT_F64
#include <stdint.h>

double ADD_F64(double, double);

double SUBTRACT_F64(double x, double y)
{
    union { double value; uint64_t bits; } negative = { y };
    negative.bits ^= UINT64_C(1) << 63;
    return ADD_F64(x, negative.value);
}
#endif

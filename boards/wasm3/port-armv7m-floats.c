/*
 * wasm3's operations on floats on Armv7-M and Armv8-M Mainline: the one translation unit that is compiled for the
 * floating-point unit, where there is one. So nothing else, exceptions and the C library's longjmp among it, touches or
 * keeps the unit's registers, and all other code is the same with and without it.
 */
#ifdef __thumb2__
#define ARMV7M_FLOAT_OPERATIONS
#include "processor.h"

#include "operations.h"

#undef d_m3Op
#define d_m3Op(NAME) m3ret_t op_##NAME(d_m3OpSig)

#if defined(__ARM_FP) && d_m3HasFloat
register f32 _f32 __asm__("s16");
register f64 _f64 __asm__("d9");
#define FLOAT_REGISTER_f32 _f32
#define FLOAT_REGISTER_f64 _f64
#endif

#include "float-operations.h"
#endif

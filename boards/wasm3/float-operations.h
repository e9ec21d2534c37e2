/*
 * wasm3's operations on floats, in place of those of m3_exec.h: include this file after m3_exec.h, with d_m3HasFloat 0
 * while that was read, and before m3_compile.c.
 *
 * wasm3 keeps an f32 in its register as an f64. Few of a board's processors have instructions for f64, and the way there
 * and back changes the bits of some NaN. Here f32 and f64 have a register each, FLOAT_REGISTER_f32 and _f64: of the
 * processor where the port says so, else in memory, where soft floats have them anyway. wasm3's compiler takes both for
 * one, so at most one of them is in use.
 *
 * An operation does what one instruction of WebAssembly says and rounds once: to be compiled with -ffp-contract=off, for
 * a processor that rounds to nearest and keeps subnormal numbers. The sign and the payload of a NaN that comes from
 * arithmetic are the processor's own, as WebAssembly allows.
 */
#ifndef WASMOTE_FLOAT_OPERATIONS_H
#define WASMOTE_FLOAT_OPERATIONS_H

#if d_m3HasFloat

#include "memory-operations.h"

#ifndef FLOAT_REGISTER_f32
static union
{
    f32 f32;
    f64 f64;
} float_register;
#define FLOAT_REGISTER_f32 float_register.f32
#define FLOAT_REGISTER_f64 float_register.f64
#endif

/* A result that goes to the register by way of another: GCC 12 fails where it is to be s16 or d9, as an operand is. */
#if defined(__ARM_FP) && (__ARM_FP & 8)
#define FLOAT_HOLD(value) __asm__("" : "+w"(value))
#elif defined(__ARM_FP)
#define FLOAT_HOLD(value) if (sizeof(value) == sizeof(f32)) __asm__("" : "+t"(value))
#else
#define FLOAT_HOLD(value) ((void) 0)
#endif

/*
 * Functions of a type. From WHOLES on, a number has no fraction; a smaller one that is added to it loses its own, rounded
 * to nearest, ties to even. The C library's functions are not used: picolibc's give other bits for some.
 */
#define FLOAT_FUNCTIONS(TYPE, SUFFIX, WHOLES)                                                   \
    static inline TYPE divide_##TYPE(TYPE a, TYPE b)                                            \
    {                                                                                           \
        TYPE quotient = a / b;                                                                  \
        FLOAT_HOLD(quotient);                                                                   \
        return quotient;                                                                        \
    }                                                                                           \
    static inline TYPE sqrt_##TYPE(TYPE x)                                                      \
    {                                                                                           \
        TYPE root = __builtin_sqrt##SUFFIX(x);                                                  \
        FLOAT_HOLD(root);                                                                       \
        return root;                                                                            \
    }                                                                                           \
    static __attribute__((noinline)) TYPE nearest_##TYPE(TYPE x)                                \
    {                                                                                           \
        const TYPE size = __builtin_fabs##SUFFIX(x), wholes = WHOLES;                           \
        return size < wholes ? __builtin_copysign##SUFFIX((size + wholes) - wholes, x) : x + 0; \
    }                                                                                           \
    static __attribute__((noinline)) TYPE trunc_##TYPE(TYPE x)                                  \
    {                                                                                           \
        const TYPE size = __builtin_fabs##SUFFIX(x), near = nearest_##TYPE(size);               \
        return __builtin_copysign##SUFFIX(near > size ? near - 1 : near, x);                    \
    }                                                                                           \
    static __attribute__((noinline)) TYPE floor_##TYPE(TYPE x)                                  \
    {                                                                                           \
        const TYPE whole = trunc_##TYPE(x);                                                     \
        return whole > x ? whole - 1 : whole;                                                   \
    }                                                                                           \
    static __attribute__((noinline)) TYPE ceil_##TYPE(TYPE x)                                   \
    {                                                                                           \
        const TYPE whole = trunc_##TYPE(x);                                                     \
        return whole < x ? whole + 1 : whole;                                                   \
    }

FLOAT_FUNCTIONS(f32, f, 0x1p23f)
FLOAT_FUNCTIONS(f64, , 0x1p52)

#define add_f32(a, b) ((a) + (b))
#define subtract_f32(a, b) ((a) - (b))

#if defined(__thumb2__) && !(defined(__ARM_FP) && (__ARM_FP & 8))
/*
 * libgcc's addition of f64 in Thumb-2 code keeps one bit too few where one exponent is 33 above the other, and rounds some
 * differences wrongly. There the smaller summand is added in two parts: what the sum takes as it is, then the rest.
 */
static __attribute__((noinline)) f64 add_f64(f64 a, f64 b)
{
    enum { exponentShift = 52, exponentMask = 0x7ff };
    union { f64 value; u64 bits; } small = { a }, large = { b };
    if ((large.bits >> exponentShift & exponentMask) < (small.bits >> exponentShift & exponentMask))
    {
        small.value = b;
        large.value = a;
    }
    const u32 above = (large.bits >> exponentShift & exponentMask) - (small.bits >> exponentShift & exponentMask);
    if (above != 33) return a + b;

    const f64 whole = small.value;
    small.bits &= ~(u64) 0x1ffffffff;
    return large.value + small.value + (whole - small.value);
}

static inline f64 subtract_f64(f64 a, f64 b) { return add_f64(a, -b); }
#else
#define add_f64(a, b) ((a) + (b))
#define subtract_f64(a, b) ((a) - (b))
#endif

/* Operations of a type on its register. SUFFIX: what the names of its functions in C end with. */
#define FLOAT_OPERATIONS(TYPE, REGISTER, SUFFIX)                                                \
    d_m3CommutativeOpMacro(_r0, REGISTER, TYPE, Equal, M3_OPER, ==)                             \
    d_m3CommutativeOpMacro(_r0, REGISTER, TYPE, NotEqual, M3_OPER, !=)                          \
    d_m3OpMacro(_r0, REGISTER, TYPE, LessThan, M3_OPER, <)                                      \
    d_m3OpMacro(_r0, REGISTER, TYPE, GreaterThan, M3_OPER, >)                                   \
    d_m3OpMacro(_r0, REGISTER, TYPE, LessThanOrEqual, M3_OPER, <=)                              \
    d_m3OpMacro(_r0, REGISTER, TYPE, GreaterThanOrEqual, M3_OPER, >=)                           \
    d_m3CommutativeOpMacro(REGISTER, REGISTER, TYPE, Add, M3_FUNC, add_##TYPE)                  \
    d_m3CommutativeOpMacro(REGISTER, REGISTER, TYPE, Multiply, M3_OPER, *)                      \
    d_m3OpMacro(REGISTER, REGISTER, TYPE, Subtract, M3_FUNC, subtract_##TYPE)                   \
    d_m3OpMacro(REGISTER, REGISTER, TYPE, Divide, M3_FUNC, divide_##TYPE)                     \
    d_m3OpMacro(REGISTER, REGISTER, TYPE, Min, M3_FUNC, min_##TYPE)                             \
    d_m3OpMacro(REGISTER, REGISTER, TYPE, Max, M3_FUNC, max_##TYPE)                             \
    d_m3OpMacro(REGISTER, REGISTER, TYPE, CopySign, M3_FUNC, __builtin_copysign##SUFFIX)        \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Abs, M3_UNARY, __builtin_fabs##SUFFIX)             \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Ceil, M3_UNARY, ceil_##TYPE)                       \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Floor, M3_UNARY, floor_##TYPE)                     \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Trunc, M3_UNARY, trunc_##TYPE)                     \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Sqrt, M3_UNARY, sqrt_##TYPE)                       \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Nearest, M3_UNARY, nearest_##TYPE)                 \
    d_m3UnaryMacro(REGISTER, REGISTER, TYPE, Negate, M3_UNARY, -)                               \
    d_m3TypeConvertOp(REGISTER, _r0, TYPE, Convert, i32)                                        \
    d_m3TypeConvertOp(REGISTER, _r0, TYPE, Convert, u32)                                        \
    d_m3TypeConvertOp(REGISTER, _r0, TYPE, Convert, i64)                                        \
    d_m3TypeConvertOp(REGISTER, _r0, TYPE, Convert, u64)                                        \
    d_m3SetRegisterSetSlot(TYPE, REGISTER)                                                      \
    d_m3Select_f(TYPE, REGISTER, r, _r0)                                                        \
    d_m3Select_f(TYPE, REGISTER, s, slot(i32))                                                  \
    d_m3Op(SetGlobal_##TYPE)                                                                    \
    {                                                                                           \
        TYPE *global = immediate(TYPE *);                                                       \
        *global = REGISTER;                                                                     \
        nextOp();                                                                               \
    }                                                                                           \
    MEMORY_LOADS(TYPE##_Load_##TYPE, REGISTER, TYPE, TYPE)                                      \
    MEMORY_STORES(TYPE##_Store_##TYPE, REGISTER, TYPE, TYPE)                                    \
    MEMORY_STORE(TYPE##_Store_##TYPE##_rr, TYPE, TYPE, REGISTER, (u32) _r0)

FLOAT_OPERATIONS(f32, FLOAT_REGISTER_f32, f)
FLOAT_OPERATIONS(f64, FLOAT_REGISTER_f64, )

/*
 * To integers. An f32 to an i32 is what kernels do for each element; all others share a function, since every f32 is an
 * f64 as well.
 */
enum { floatToSigned = 1, floatTo64 = 2, floatSaturates = 4 };

static __attribute__((noinline)) M3Result truncate_f64(f64 value, u32 to, u64 *result)
{
    const f64 span = to & floatTo64 ? 0x1p64 : 0x1p32;
    const f64 end = to & floatToSigned ? span / 2 : span, begin = to & floatToSigned ? -end : 0;
    const f64 whole = trunc_f64(value);
    if (whole >= begin && whole < end)
    {
        *result = to & floatToSigned ? (u64) (i64) whole : (u64) whole;
        return m3Err_none;
    }
    if (!(to & floatSaturates)) return value == value ? m3Err_trapIntegerOverflow : m3Err_trapIntegerConversion;

    const u64 all = to & floatTo64 ? ~(u64) 0 : 0xffffffff;
    const u64 most = to & floatToSigned ? all >> 1 : all, least = to & floatToSigned ? ~most : 0;
    *result = whole >= end ? most : whole < begin ? least : 0;
    return m3Err_none;
}

#define TRUNCATE(RESULT, VALUE, TO)                                                             \
    {                                                                                           \
        u64 truncated;                                                                          \
        const M3Result trap = truncate_f64(VALUE, TO, &truncated);                              \
        if (M3_UNLIKELY(trap)) newTrap(trap);                                                   \
        RESULT = truncated;                                                                     \
    }

#define FLOAT_TRUNCATIONS(TYPE, FROM, TO)                                                       \
    d_m3TruncMacro(_r0, FLOAT_REGISTER_##FROM, TYPE, Trunc, FROM, TRUNCATE, TO)                 \
    d_m3TruncMacro(_r0, FLOAT_REGISTER_##FROM, TYPE, TruncSat, FROM, TRUNCATE, (TO) | floatSaturates)

d_m3TruncMacro(_r0, FLOAT_REGISTER_f32, i32, Trunc, f32, OP_I32_TRUNC_F32)
d_m3TruncMacro(_r0, FLOAT_REGISTER_f32, i32, TruncSat, f32, OP_I32_TRUNC_SAT_F32)
FLOAT_TRUNCATIONS(u32, f32, 0)
FLOAT_TRUNCATIONS(i64, f32, floatTo64 | floatToSigned)
FLOAT_TRUNCATIONS(u64, f32, floatTo64)
FLOAT_TRUNCATIONS(i32, f64, floatToSigned)
FLOAT_TRUNCATIONS(u32, f64, 0)
FLOAT_TRUNCATIONS(i64, f64, floatTo64 | floatToSigned)
FLOAT_TRUNCATIONS(u64, f64, floatTo64)

/* A function, since GCC 12 would take d8 for an f64 whose f32 is to be in s16, and restore it afterwards. */
static __attribute__((noinline)) f32 demote(f64 x)
{
    return (f32) x;
}

d_m3Op(f32_Demote_f64_r)
{
    FLOAT_REGISTER_f32 = demote(FLOAT_REGISTER_f64);
    nextOp();
}

d_m3Op(f32_Demote_f64_s)
{
    FLOAT_REGISTER_f32 = demote(slot(f64));
    nextOp();
}

d_m3TypeModifyOp(FLOAT_REGISTER_f64, FLOAT_REGISTER_f32, f64, Promote, f32)

d_m3ReinterpretOp(_r0, i32, FLOAT_REGISTER_f32, f32)
d_m3ReinterpretOp(_r0, i64, FLOAT_REGISTER_f64, f64)
d_m3ReinterpretOp(FLOAT_REGISTER_f32, f32, _r0, i32)
d_m3ReinterpretOp(FLOAT_REGISTER_f64, f64, _r0, i64)

#endif

#endif

/*
 * Idioms: sequences of wasm3's operations, as assembly/kernels compile to them, and the superinstruction for each.
 *
 * An element is an operation with its operands as variables; the same variable stands for the same word, `v + n` for
 * its word plus n. `kinds` tells what each variable is, in order:
 *
 *   i immediate   r, w slot of 32 bits read, written   R, W slot of 64 bits   c slot of a constant
 *   t the variable before once more      V, v as W, w: the v may lie in the V, which is written before it
 *
 * The superinstruction takes all of them but constants, in this order. `apart`: the idiom matches only if no written
 * slot overlaps another. An idiom with `loop` is followed by ContinueLoopIf, whose target is the last operand.
 * Longer idioms are made of the superinstructions of shorter ones; the superinstruction is never longer than its idiom.
 */
#ifndef WASMOTE_IDIOMS_H
#define WASMOTE_IDIOMS_H

typedef struct
{
    IM3Operation operation;
    u32 count;
    const u16 *operands;        /* variable, and what is added to it times 64 */
} idiom_element;

typedef struct
{
    u8 variable;
    bool is64;
    i64 value;
} idiom_constant;

typedef struct
{
    const idiom_element *elements;
    u32 length;
    IM3Operation fused;
    const char *kinds;
    const idiom_constant *constants;
    bool apart, loop;
    i32 tag;                    /* emitted after the variables, unless 0 */
} idiom;

enum { idiomEnd = 0xff };

#define PLUS(variable, n) ((variable) + (n) * 64)
#define OPERATION(name, ...)                                                                    \
    { op_##name, sizeof((u16[]){__VA_ARGS__}) / sizeof(u16), (const u16[]){__VA_ARGS__} }
#define OPERATION0(name) { op_##name, 0, NULL }
#define ELEMENTS(name) .elements = name, .length = sizeof(name) / sizeof *(name)

/* destination = destination +- step: a superinstruction with the sign as last operand */
static const idiom_element advance[] = {
    OPERATION(i32_Add_ss, 1, 0),
    OPERATION(SetSlot_i32, 0),
};

static const idiom_element advanceSwapped[] = {
    OPERATION(i32_Add_ss, 0, 1),
    OPERATION(SetSlot_i32, 0),
};

static const idiom_element advanceBack[] = {
    OPERATION(i32_Subtract_ss, 1, 0),
    OPERATION(SetSlot_i32, 0),
};

/* end > register, written the other way round */
static const idiom_element lessThan[] = {
    OPERATION(u32_LessThan_sr, 0),
};

/* sum = addend + x * load8_s(w) */
static const idiom_element mac[] = {
    OPERATION(i64_Load_i8_s, 0, 1),
    OPERATION(i64_Multiply_rs, 2),
    OPERATION(i64_Add_rs, 3),
    OPERATION(SetSlot_i64, 4),
};

/* x = load64(p); sum = addend + x * load8_s(w) */
static const idiom_element macLoad[] = {
    OPERATION(i64_Load_i64_s, 0, 1),
    OPERATION(SetSlot_i64, 2),
    OPERATION(SetSlot_i64, 3),
    OPERATION(i64_Load_i8_s, 4, 5),
    OPERATION(i64_Multiply_rs, 3),
    OPERATION(i64_Add_rs, 6),
    OPERATION(SetSlot_i64, 7),
};

static const idiom_element macLoadTemporary[] = {
    OPERATION(i64_Load_i64_s, 0, 1),
    OPERATION(SetSlot_i64, 2),
    OPERATION(i64_Load_i8_s, 3, 4),
    OPERATION(i64_Multiply_rs, 2),
    OPERATION(i64_Add_rs, 5),
    OPERATION(SetSlot_i64, 6),
};

/* The same of int8 and int32. */
static const idiom_element mac32[] = {
    OPERATION(i32_Load_i8_s, 0, 1),
    OPERATION(i32_Multiply_rs, 2),
    OPERATION(i32_Add_rs, 3),
    OPERATION(SetSlot_i32, 4),
};

static const idiom_element macLoad32[] = {
    OPERATION(i32_Load_i8_s, 0, 1),
    OPERATION(SetSlot_i32, 2),
    OPERATION(SetSlot_i32, 3),
    OPERATION(i32_Load_i8_s, 4, 5),
    OPERATION(i32_Multiply_rs, 3),
    OPERATION(i32_Add_rs, 6),
    OPERATION(SetSlot_i32, 7),
};

/*
 * Variables: 0 p, 1 its offset, 2 w, 3 its offset, 4-7 x, 8 and 9 temporaries, 10-13 sums, 14-17 steps of w and p with
 * their signs, 18 end of p.
 */
#define MAC_4X4_LOOP(macLoad, mac, bytes)                                                       \
    OPERATION(macLoad, 0, 1, 4, 8, 2, 3, 10, 8),                                                \
        OPERATION(macLoad, 0, PLUS(1, bytes), 5, 9, 2, PLUS(3, 1), 8, 8),                       \
        OPERATION(macLoad, 0, PLUS(1, 2 * bytes), 6, 9, 2, PLUS(3, 2), 8, 8),                   \
        OPERATION(macLoad, 0, PLUS(1, 3 * bytes), 7, 9, 2, PLUS(3, 3), 8, 10),                  \
        OPERATION(mac, 2, PLUS(3, 4), 4, 11, 8), OPERATION(mac, 2, PLUS(3, 5), 5, 8, 8),        \
        OPERATION(mac, 2, PLUS(3, 6), 6, 8, 8), OPERATION(mac, 2, PLUS(3, 7), 7, 8, 11),        \
        OPERATION(mac, 2, PLUS(3, 8), 4, 12, 8), OPERATION(mac, 2, PLUS(3, 9), 5, 8, 8),        \
        OPERATION(mac, 2, PLUS(3, 10), 6, 8, 8), OPERATION(mac, 2, PLUS(3, 11), 7, 8, 12),      \
        OPERATION(mac, 2, PLUS(3, 12), 4, 13, 8), OPERATION(mac, 2, PLUS(3, 13), 5, 8, 8),      \
        OPERATION(mac, 2, PLUS(3, 14), 6, 8, 8), OPERATION(mac, 2, PLUS(3, 15), 7, 8, 13),      \
        OPERATION(i32_Advance, 2, 14, 15), OPERATION(i32_Advance, 0, 16, 17),                   \
        OPERATION(u32_GreaterThan_rs, 18)

static const idiom_element mac4x4Loop[] = { MAC_4X4_LOOP(i64_MacLoad64Load8s, i64_MacLoad8s, 8) };
static const idiom_element mac4x4Loop32[] = { MAC_4X4_LOOP(i32_MacLoad8Load8s, i32_MacLoad8s, 1) };

/* Variables: 0-5 a, b, c and their offsets, 6 temporary, 7 p, 8 its offset, 9-16 steps of a, b, c, p, 17 end of p. */
static const idiom_element packLoop[] = {
    OPERATION(i64_Load_i8_s, 0, 1),
    OPERATION(SetSlot_i64, 6),
    OPERATION(i64_Load_i8_s, 2, 3),
    OPERATION(u64_ShiftLeft_sr, 18),
    OPERATION(i64_Add_rs, 6),
    OPERATION(SetSlot_i64, 6),
    OPERATION(i64_Load_i8_s, 4, 5),
    OPERATION(u64_ShiftLeft_sr, 19),
    OPERATION(i64_Add_rs, 6),
    OPERATION(i64_Store_i64_rs, 7, 8),
    OPERATION(i32_Advance, 0, 9, 10),
    OPERATION(i32_Advance, 2, 11, 12),
    OPERATION(i32_Advance, 4, 13, 14),
    OPERATION(i32_Advance, 7, 15, 16),
    OPERATION(u32_GreaterThan_rs, 17),
};

static const idiom_constant packConstants[] = { { 18, true, 21 }, { 19, true, 42 }, { .variable = idiomEnd } };

/* Variables: 0 sums, 1 offset, 2 temporary, 3 lanes. */
static const idiom_element addLanes[] = {
    OPERATION(i32_Load_i32_s, 0, 1),
    OPERATION(SetSlot_i32, 2),
    OPERATION(i32_Wrap_i64_s, 3),
    OPERATION(u32_And_rs, 4),
    OPERATION(i32_Add_rs, 2),
    OPERATION(i32_Store_i32_rs, 0, 1),
    OPERATION(i32_Load_i32_s, 0, PLUS(1, 4)),
    OPERATION(SetSlot_i32, 2),
    OPERATION(i64_ShiftRight_ss, 5, 3),
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(u32_And_rs, 4),
    OPERATION(i32_Add_rs, 2),
    OPERATION(i32_Store_i32_rs, 0, PLUS(1, 4)),
    OPERATION(i32_Load_i32_s, 0, PLUS(1, 8)),
    OPERATION(SetSlot_i32, 2),
    OPERATION(u64_ShiftRight_ss, 6, 3),
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(i32_Add_rs, 2),
    OPERATION(i32_Store_i32_rs, 0, PLUS(1, 8)),
};

static const idiom_constant laneConstants[] = {
    { 4, false, 0x1fffff }, { 5, true, 21 }, { 6, true, 42 }, { .variable = idiomEnd },
};

/* Variables: 0, 2, 4 addresses, 1, 3, 5 their offsets, 6 lanes, which are in the register at first. */
static const idiom_element storeLanes[] = {
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(u32_And_rs, 7),
    OPERATION(i32_Store_i32_rs, 0, 1),
    OPERATION(i64_ShiftRight_ss, 8, 6),
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(u32_And_rs, 7),
    OPERATION(i32_Store_i32_rs, 2, 3),
    OPERATION(u64_ShiftRight_ss, 9, 6),
    OPERATION(i64_Store_i32_rs, 4, 5),
};

static const idiom_constant storeLanesConstants[] = {
    { 7, false, 0x1fffff }, { 8, true, 21 }, { 9, true, 42 }, { .variable = idiomEnd },
};

/* Variables: 0-5 p, q, r and their offsets, 6 w, 7 its offset, 8 addend, 9 and 10 temporaries, 11 sum. */
static const idiom_element mac3x3[] = {
    OPERATION(i64_MacLoad64TemporaryLoad8s, 0, 1, 9, 6, 7, 8, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 0, PLUS(1, 8), 10, 6, PLUS(7, 4), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 0, PLUS(1, 16), 10, 6, PLUS(7, 8), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 2, 3, 10, 6, PLUS(7, 12), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 2, PLUS(3, 8), 10, 6, PLUS(7, 16), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 2, PLUS(3, 16), 10, 6, PLUS(7, 20), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 4, 5, 10, 6, PLUS(7, 24), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 4, PLUS(5, 8), 10, 6, PLUS(7, 28), 9, 9),
    OPERATION(i64_MacLoad64TemporaryLoad8s, 4, PLUS(5, 16), 10, 6, PLUS(7, 32), 9, 11),
};

/*
 * value = register; the greater, the smaller of value and a bound. Variables: 0 value, 1 its copy, 2 and 3 the bound.
 * The comparison is written either way round.
 */
#define LIMIT(comparison, ...)                                                                  \
    OPERATION(SetSlot_i32, 0), OPERATION(SetSlot_i32, 1), OPERATION(comparison, __VA_ARGS__),   \
        OPERATION(Select_i32_rss, 3, 1)

static const idiom_element limitLow[] = { LIMIT(i32_GreaterThan_ss, 2, 0) };
static const idiom_element limitLowSwapped[] = { LIMIT(i32_LessThan_ss, 0, 2) };
static const idiom_element limitHigh[] = { LIMIT(i32_LessThan_ss, 2, 0) };
static const idiom_element limitHighSwapped[] = { LIMIT(i32_GreaterThan_ss, 0, 2) };

/*
 * Variables: 0 sums, 1 their offset, 2 bias, 3 multiplier, 4 t, 5 t or its copy, 6 rounding, 7 right, 8 value, 9 its
 * copy, 10 and 11 low, 12 and 13 high, 14 output, 15 its offset, 16-19 steps of output and sums, 20 end of sums.
 */
#define REQUANTIZE_BEGIN                                                                        \
    OPERATION(i32_Load_i32_s, 0, 1), OPERATION(i32_Add_rs, 2), OPERATION0(i64_Extend_i32_r),    \
        OPERATION(i64_Multiply_rs, 3), OPERATION(i64_Add_rs, 21), OPERATION(i64_ShiftRight_sr, 22)
#define REQUANTIZE_END(t)                                                                       \
    OPERATION(i64_Add_rs, t), OPERATION(i64_Add_rs, 6), OPERATION(i64_ShiftRight_sr, 7),        \
        OPERATION0(i32_Wrap_i64_r), OPERATION(i32_LimitLow, 8, 9, 10, 11),                      \
        OPERATION(i32_LimitHigh, 8, 9, 12, 13),                                                 \
        OPERATION(i32_Store_u8_rs, 14, 15), OPERATION(i32_Advance, 14, 16, 17),                 \
        OPERATION(i32_Advance, 0, 18, 19), OPERATION(u32_GreaterThan_rs, 20)

static const idiom_element requantizeLoop[] = {
    REQUANTIZE_BEGIN,
    OPERATION(SetSlot_i64, 4),
    OPERATION(i64_ShiftRight_sr, 23),
    REQUANTIZE_END(4),
};

static const idiom_element requantizeLoopCopy[] = {
    REQUANTIZE_BEGIN,
    OPERATION(SetSlot_i64, 4),
    OPERATION(SetSlot_i64, 5),
    OPERATION(i64_ShiftRight_ss, 23, 4),
    REQUANTIZE_END(5),
};

static const idiom_constant requantizeConstants[] = {
    { 21, true, 0x40000000 }, { 22, true, 31 }, { 23, true, 63 }, { .variable = idiomEnd },
};

/* By name, since an export has those only that its models use; in any case in the order of the list. */
#define IDIOM_macLoad { ELEMENTS(macLoad), .fused = op_i64_MacLoad64Load8s, .kinds = "riWWriRW" }
#define IDIOM_macLoadTemporary { ELEMENTS(macLoadTemporary), .fused = op_i64_MacLoad64TemporaryLoad8s, .kinds = "riWriRW" }
#define IDIOM_mac { ELEMENTS(mac), .fused = op_i64_MacLoad8s, .kinds = "riRRW" }
#define IDIOM_macLoad32 { ELEMENTS(macLoad32), .fused = op_i32_MacLoad8Load8s, .kinds = "riwwrirw" }
#define IDIOM_mac32 { ELEMENTS(mac32), .fused = op_i32_MacLoad8s, .kinds = "rirrw" }
#define IDIOM_mac4x4Loop { ELEMENTS(mac4x4Loop), .fused = op_i64_Mac4x4Loop, .kinds = "wiwiWWWWWWWWWWririr", .apart = true, .loop = true }
#define IDIOM_mac4x4Loop32 { ELEMENTS(mac4x4Loop32), .fused = op_i32_Mac4x4Loop, .kinds = "wiwiwwwwwwwwwwririr", .apart = true, .loop = true }
#define IDIOM_mac3x3 { ELEMENTS(mac3x3), .fused = op_i64_Mac3x3, .kinds = "ririririRWWW", .apart = true }
#define IDIOM_packLoop { ELEMENTS(packLoop), .fused = op_i64_PackLoop, .kinds = "wiwiwiWwiriririrircc", .constants = packConstants,\
    .apart = true, .loop = true }
#define IDIOM_addLanes { ELEMENTS(addLanes), .fused = op_i64_AddLanes, .kinds = "riwRccc", .constants = laneConstants, .apart = true }
#define IDIOM_storeLanes { ELEMENTS(storeLanes), .fused = op_i64_StoreLanes, .kinds = "riririRccc", .constants = storeLanesConstants }
#define IDIOM_requantizeLoop { ELEMENTS(requantizeLoop), .fused = op_i64_RequantizeLoop, .kinds = "wirRWtRRwwrrrrwiririrccc",\
    .constants = requantizeConstants, .apart = true, .loop = true }
#define IDIOM_requantizeLoopCopy { ELEMENTS(requantizeLoopCopy), .fused = op_i64_RequantizeLoop,         \
    .kinds = "wirRWVRRwvrrrrwiririrccc", .constants = requantizeConstants, .apart = true, .loop = true }
#define IDIOM_limitLow { ELEMENTS(limitLow), .fused = op_i32_LimitLow, .kinds = "wwrr", .apart = true }
#define IDIOM_limitLowSwapped { ELEMENTS(limitLowSwapped), .fused = op_i32_LimitLow, .kinds = "wwrr", .apart = true }
#define IDIOM_limitHigh { ELEMENTS(limitHigh), .fused = op_i32_LimitHigh, .kinds = "wwrr", .apart = true }
#define IDIOM_limitHighSwapped { ELEMENTS(limitHighSwapped), .fused = op_i32_LimitHigh, .kinds = "wwrr", .apart = true }
#define IDIOM_lessThan { ELEMENTS(lessThan), .fused = op_u32_GreaterThan_rs, .kinds = "r" }
#define IDIOM_advance { ELEMENTS(advance), .fused = op_i32_Advance, .kinds = "wr", .tag = 1 }
#define IDIOM_advanceSwapped { ELEMENTS(advanceSwapped), .fused = op_i32_Advance, .kinds = "wr", .tag = 1 }
#define IDIOM_advanceBack { ELEMENTS(advanceBack), .fused = op_i32_Advance, .kinds = "wr", .tag = -1 }

/* Those that are there: EACH(name). */
#ifndef WASMOTE_IDIOMS
#define WASMOTE_IDIOMS(EACH)                                                                    \
    EACH(macLoad) EACH(macLoadTemporary) EACH(mac) EACH(macLoad32) EACH(mac32) EACH(mac4x4Loop) \
    EACH(mac4x4Loop32) EACH(mac3x3) EACH(packLoop) EACH(addLanes) EACH(storeLanes)              \
    EACH(requantizeLoop) EACH(requantizeLoopCopy) EACH(limitLow) EACH(limitLowSwapped)          \
    EACH(limitHigh) EACH(limitHighSwapped) EACH(lessThan) EACH(advance) EACH(advanceSwapped)    \
    EACH(advanceBack)
#endif

#define IDIOM(NAME) IDIOM_##NAME,

static const idiom idioms[] = { WASMOTE_IDIOMS(IDIOM) { .elements = NULL } };

#endif

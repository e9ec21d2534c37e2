/*
 * Idioms: sequences of wasm3's operations, as assembly/kernels compile to them, and the superinstruction for each.
 *
 * An element is an operation with its operands as variables; the same variable stands for the same word, `v + n` for
 * its word plus n. `kinds` tells what each variable is, in order:
 *
 *   i immediate   r, w slot of 32 bits read, written   R, W slot of 64 bits   c slot of a constant
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
} idiom;

enum { idiomEnd = 0xff };

#define PLUS(variable, n) ((variable) + (n) * 64)
#define OPERATION(name, ...)                                                                    \
    { op_##name, sizeof((u16[]){__VA_ARGS__}) / sizeof(u16), (const u16[]){__VA_ARGS__} }
#define OPERATION0(name) { op_##name, 0, NULL }
#define ELEMENTS(name) name, sizeof(name) / sizeof *(name)

static const idiom_element advancePlus[] = {
    OPERATION(i32_Add_ss, 1, 0),
    OPERATION(SetSlot_i32, 0),
};

static const idiom_element advanceMinus[] = {
    OPERATION(i32_Subtract_ss, 1, 0),
    OPERATION(SetSlot_i32, 0),
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

/* Variables: 0 p, 1 its offset, 2 w, 3 its offset, 4-7 x, 8 and 9 temporaries, 10-13 sums. */
static const idiom_element mac4x4[] = {
    OPERATION(i64_MacLoad64Load8s, 0, 1, 4, 8, 2, 3, 10, 8),
    OPERATION(i64_MacLoad64Load8s, 0, PLUS(1, 8), 5, 9, 2, PLUS(3, 1), 8, 8),
    OPERATION(i64_MacLoad64Load8s, 0, PLUS(1, 16), 6, 9, 2, PLUS(3, 2), 8, 8),
    OPERATION(i64_MacLoad64Load8s, 0, PLUS(1, 24), 7, 9, 2, PLUS(3, 3), 8, 10),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 4), 4, 11, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 5), 5, 8, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 6), 6, 8, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 7), 7, 8, 11),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 8), 4, 12, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 9), 5, 8, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 10), 6, 8, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 11), 7, 8, 12),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 12), 4, 13, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 13), 5, 8, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 14), 6, 8, 8),
    OPERATION(i64_MacLoad8s, 2, PLUS(3, 15), 7, 8, 13),
};

/* Variables as of mac4x4; 14 and 15 steps of w and p, 16 end of p. */
static const idiom_element mac4x4Loop[] = {
    OPERATION(i64_Mac4x4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
    OPERATION(i32_AdvancePlus, 2, 14),
    OPERATION(i32_AdvancePlus, 0, 15),
    OPERATION(u32_GreaterThan_rs, 16),
};

/* Variables: 0-5 a, b, c and their offsets, 6 temporary, 7 p, 8 its offset, 9-12 steps of a, b, c, p, 13 end of p. */
static const idiom_element packLoop[] = {
    OPERATION(i64_Load_i8_s, 0, 1),
    OPERATION(SetSlot_i64, 6),
    OPERATION(i64_Load_i8_s, 2, 3),
    OPERATION(u64_ShiftLeft_sr, 14),
    OPERATION(i64_Add_rs, 6),
    OPERATION(SetSlot_i64, 6),
    OPERATION(i64_Load_i8_s, 4, 5),
    OPERATION(u64_ShiftLeft_sr, 15),
    OPERATION(i64_Add_rs, 6),
    OPERATION(i64_Store_i64_rs, 7, 8),
    OPERATION(i32_AdvancePlus, 0, 9),
    OPERATION(i32_AdvancePlus, 2, 10),
    OPERATION(i32_AdvancePlus, 4, 11),
    OPERATION(i32_AdvancePlus, 7, 12),
    OPERATION(u32_GreaterThan_rs, 13),
};

static const idiom_constant packConstants[] = { { 14, true, 21 }, { 15, true, 42 }, { idiomEnd } };

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
    { 4, false, 0x1fffff }, { 5, true, 21 }, { 6, true, 42 }, { idiomEnd },
};

/*
 * Variables: 0 left, 1 multiplier, 2 t, 3 its copy or t, 4 mask, 5 rounding, 6 right, 7 value, 8 its copy, 9 and 10 low,
 * 11 and 12 high, 13 output, 14 its offset.
 */
#define REQUANTIZE_BEGIN                                                                        \
    OPERATION(u32_ShiftLeft_sr, 0), OPERATION0(i64_Extend_i32_r), OPERATION(i64_Multiply_rs, 1), \
        OPERATION(i64_Add_rs, 15), OPERATION(i64_ShiftRight_sr, 16)
#define REQUANTIZE_END(t)                                                                       \
    OPERATION(u64_And_rs, 4), OPERATION(i64_Add_rs, t), OPERATION(i64_Add_rs, 5),               \
        OPERATION(i64_ShiftRight_sr, 6), OPERATION0(i32_Wrap_i64_r), OPERATION(SetSlot_i32, 7), \
        OPERATION(SetSlot_i32, 8), OPERATION(i32_LessThanOrEqual_ss, 9, 7),                     \
        OPERATION(Select_i32_rss, 8, 10), OPERATION(SetSlot_i32, 7), OPERATION(SetSlot_i32, 8), \
        OPERATION(i32_GreaterThanOrEqual_ss, 11, 7), OPERATION(Select_i32_rss, 8, 12),          \
        OPERATION(i32_Store_u8_rs, 13, 14)

static const idiom_element requantize[] = {
    REQUANTIZE_BEGIN,
    OPERATION(SetSlot_i64, 2),
    OPERATION(i64_ShiftRight_sr, 17),
    REQUANTIZE_END(2),
};

static const idiom_element requantizeTwo[] = {
    REQUANTIZE_BEGIN,
    OPERATION(SetSlot_i64, 2),
    OPERATION(SetSlot_i64, 3),
    OPERATION(i64_ShiftRight_ss, 17, 2),
    REQUANTIZE_END(3),
};

static const idiom_constant requantizeConstants[] = {
    { 15, true, 0x40000000 }, { 16, true, 31 }, { 17, true, 63 }, { idiomEnd },
};

static const idiom idioms[] = {
    { ELEMENTS(macLoad), op_i64_MacLoad64Load8s, "riWWriRW", NULL, false, false },
    { ELEMENTS(macLoadTemporary), op_i64_MacLoad64TemporaryLoad8s, "riWriRW", NULL, false, false },
    { ELEMENTS(mac), op_i64_MacLoad8s, "riRRW", NULL, false, false },
    { ELEMENTS(mac4x4), op_i64_Mac4x4, "ririWWWWWWWWWW", NULL, true, false },
    { ELEMENTS(mac4x4Loop), op_i64_Mac4x4Loop, "wiwiWWWWWWWWWWrrr", NULL, true, true },
    { ELEMENTS(packLoop), op_i64_PackLoop, "wiwiwiWwirrrrrcc", packConstants, true, true },
    { ELEMENTS(addLanes), op_i64_AddLanes, "riwRccc", laneConstants, true, false },
    { ELEMENTS(requantize), op_i64_RequantizeStore, "rRW-RRRwwrrrrriccc", requantizeConstants, false, false },
    { ELEMENTS(requantizeTwo), op_i64_RequantizeStoreTwo, "rRWWRRRwwrrrrriccc", requantizeConstants, false, false },
    { ELEMENTS(advancePlus), op_i32_AdvancePlus, "wr", NULL, false, false },
    { ELEMENTS(advanceMinus), op_i32_AdvanceMinus, "wr", NULL, false, false },
    { NULL },
};

#endif

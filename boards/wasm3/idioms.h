/*
 * Idioms: sequences of wasm3's operations, as assembly/kernels compile to them, and the superinstruction for each.
 *
 * An element is an operation with its operands as variables; the same variable stands for the same word, PLUS(v, n) for
 * its word plus n. The variables are the operands of the superinstruction (fused-operations.h), then slots of constants.
 * Their kinds are those of the operands, and of an idiom alone:
 *
 *   t the variable before once more      V, v as W, w: the v may lie in the V, which is written before it
 *
 * `apart`: the idiom matches only if no written slot overlaps another. An idiom with `loop` is followed by
 * ContinueLoopIf, whose target is behind the operands. Longer idioms are made of the superinstructions of shorter ones;
 * the superinstruction is never longer than its idiom.
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
    const idiom_element *last;  /* of so many elements */
    u32 length;
    IM3Operation fused;
    const char *kinds;          /* of its operands */
    const idiom_constant *constants;
    bool apart, loop;
    i32 tag;                    /* emitted after the operands, unless 0 */
} idiom;

enum { idiomEnd = 0xff };

#define PLUS(variable, n) ((variable) + (n) * 64)
#define OPERATION(name, ...)                                                                    \
    { op_##name, sizeof((u16[]){__VA_ARGS__}) / sizeof(u16), (const u16[]){__VA_ARGS__} }
#define OPERATION0(name) { op_##name, 0, NULL }
#define LENGTH(name) (sizeof(name) / sizeof *(name))
#define ELEMENTS(name) .last = name + LENGTH(name) - 1, .length = LENGTH(name)

/* Of a list of operands: variables, which are named after what they are of; kinds as a string. */
#define VARIABLE(of, kind, name) of##_##name,
#define KIND(of, kind, name) #kind
#define FUSED(operation) .fused = op_##operation, .kinds = OPERANDS_##operation(KIND, )

/* destination = destination +- step: a superinstruction with the sign as last operand */
enum { OPERANDS_i32_Advance(VARIABLE, advance) };

static const idiom_element advance[] = {
    OPERATION(i32_Add_ss, advance_step, advance_destination),
    OPERATION(SetSlot_i32, advance_destination),
};

static const idiom_element advanceSwapped[] = {
    OPERATION(i32_Add_ss, advance_destination, advance_step),
    OPERATION(SetSlot_i32, advance_destination),
};

static const idiom_element advanceBack[] = {
    OPERATION(i32_Subtract_ss, advance_step, advance_destination),
    OPERATION(SetSlot_i32, advance_destination),
};

/* Locals that are loaded from one place on: what kernels begin with. */
enum { OPERANDS_i32_LoadRun8(VARIABLE, loads) };

static const idiom_element loadTwo[] = {
    OPERATION(i32_Load_i32_s, loads_base, loads_offset),
    OPERATION(SetSlot_i32, loads_x0),
    OPERATION(i32_Load_i32_s, loads_base, PLUS(loads_offset, 4)),
    OPERATION(SetSlot_i32, loads_x1),
};

static const idiom_element loadFour[] = {
    OPERATION(i32_LoadRun2, loads_base, loads_offset, loads_x0, loads_x1),
    OPERATION(i32_LoadRun2, loads_base, PLUS(loads_offset, 8), loads_x2, loads_x3),
};

static const idiom_element loadEight[] = {
    OPERATION(i32_LoadRun4, loads_base, loads_offset, loads_x0, loads_x1, loads_x2, loads_x3),
    OPERATION(i32_LoadRun4, loads_base, PLUS(loads_offset, 16), loads_x4, loads_x5, loads_x6, loads_x7),
};

/* end > register, written the other way round */
static const idiom_element lessThan[] = {
    OPERATION(u32_LessThan_sr, 0),
};

/* sum = addend + x * load8_s(w) */
enum { OPERANDS_i64_MacLoad8s(VARIABLE, mac) };

#define MAC(type)                                                                               \
    OPERATION(type##_Load_i8_s, mac_w, mac_wOffset), OPERATION(type##_Multiply_rs, mac_x),      \
        OPERATION(type##_Add_rs, mac_addend), OPERATION(SetSlot_##type, mac_sum)

static const idiom_element mac[] = { MAC(i64) };
static const idiom_element mac32[] = { MAC(i32) };

/* x = load(p); sum = addend + x * load8_s(w) */
enum { OPERANDS_i64_MacLoad64Load8s(VARIABLE, macLoad) };

#define MAC_LOAD(type, load)                                                                    \
    OPERATION(load, macLoad_p, macLoad_pOffset), OPERATION(SetSlot_##type, macLoad_x),          \
        OPERATION(SetSlot_##type, macLoad_temporary),                                           \
        OPERATION(type##_Load_i8_s, macLoad_w, macLoad_wOffset),                                \
        OPERATION(type##_Multiply_rs, macLoad_temporary),                                       \
        OPERATION(type##_Add_rs, macLoad_addend), OPERATION(SetSlot_##type, macLoad_sum)

static const idiom_element macLoad[] = { MAC_LOAD(i64, i64_Load_i64_s) };
static const idiom_element macLoad32[] = { MAC_LOAD(i32, i32_Load_i8_s) };

enum { OPERANDS_i64_MacLoad64TemporaryLoad8s(VARIABLE, macLoadTemporary) };

static const idiom_element macLoadTemporary[] = {
    OPERATION(i64_Load_i64_s, macLoadTemporary_p, macLoadTemporary_pOffset),
    OPERATION(SetSlot_i64, macLoadTemporary_temporary),
    OPERATION(i64_Load_i8_s, macLoadTemporary_w, macLoadTemporary_wOffset),
    OPERATION(i64_Multiply_rs, macLoadTemporary_temporary),
    OPERATION(i64_Add_rs, macLoadTemporary_addend),
    OPERATION(SetSlot_i64, macLoadTemporary_sum),
};

enum { OPERANDS_i64_Mac4x4Loop(VARIABLE, macs) };

/* The product number `n` of 16, by an x that is loaded; by one that was. */
#define MAC_LOADED(operation, bytes, n, x, temporary, addend, sum)                              \
    OPERATION(operation, macs_p, PLUS(macs_pOffset, (n) * (bytes)), x, temporary,               \
              macs_w, PLUS(macs_wOffset, n), addend, sum)
#define MAC_NEXT(operation, n, x, addend, sum) OPERATION(operation, macs_w, PLUS(macs_wOffset, n), x, addend, sum)
#define MAC_ROW_NEXT(operation, n, sum)                                                         \
    MAC_NEXT(operation, n, macs_x0, sum, macs_before),                                          \
        MAC_NEXT(operation, (n) + 1, macs_x1, macs_before, macs_before),                        \
        MAC_NEXT(operation, (n) + 2, macs_x2, macs_before, macs_before),                        \
        MAC_NEXT(operation, (n) + 3, macs_x3, macs_before, sum)

#define MAC_4X4_LOOP(macLoad, mac, bytes)                                                       \
    MAC_LOADED(macLoad, bytes, 0, macs_x0, macs_before, macs_sum0, macs_before),                \
        MAC_LOADED(macLoad, bytes, 1, macs_x1, macs_last, macs_before, macs_before),            \
        MAC_LOADED(macLoad, bytes, 2, macs_x2, macs_last, macs_before, macs_before),            \
        MAC_LOADED(macLoad, bytes, 3, macs_x3, macs_last, macs_before, macs_sum0),              \
        MAC_ROW_NEXT(mac, 4, macs_sum1), MAC_ROW_NEXT(mac, 8, macs_sum2),                       \
        MAC_ROW_NEXT(mac, 12, macs_sum3), OPERATION(i32_Advance, macs_w, macs_wStep, macs_wSign), \
        OPERATION(i32_Advance, macs_p, macs_pStep, macs_pSign), OPERATION(u32_GreaterThan_rs, macs_end)

static const idiom_element mac4x4Loop[] = { MAC_4X4_LOOP(i64_MacLoad64Load8s, i64_MacLoad8s, 8) };
static const idiom_element mac4x4Loop32[] = { MAC_4X4_LOOP(i32_MacLoad8Load8s, i32_MacLoad8s, 1) };

enum { OPERANDS_i32_Mac4Loop(VARIABLE, pairs) };

/* The product number `n` of four, each of a sum of its own. */
#define MAC_PAIR(n)                                                                             \
    OPERATION(i32_Load_i8_s, pairs_p, PLUS(pairs_pOffset, n)),                                  \
        OPERATION(SetSlot_i32, pairs_temporary),                                                \
        OPERATION(i32_MacLoad8s, pairs_w, PLUS(pairs_wOffset, n), pairs_temporary, pairs_sum##n, pairs_sum##n)

static const idiom_element mac4Loop32[] = {
    MAC_PAIR(0), MAC_PAIR(1), MAC_PAIR(2), MAC_PAIR(3),
    OPERATION(i32_Advance, pairs_p, pairs_pStep, pairs_pSign),
    OPERATION(i32_Advance, pairs_w, pairs_wStep, pairs_wSign),
    OPERATION(u32_GreaterThan_rs, pairs_end),
};

enum { OPERANDS_i64_PackLoop(VARIABLE, pack) pack_21, pack_42 };

static const idiom_element packLoop[] = {
    OPERATION(i64_Load_i8_s, pack_a, pack_aOffset),
    OPERATION(SetSlot_i64, pack_two),
    OPERATION(i64_Load_i8_s, pack_b, pack_bOffset),
    OPERATION(u64_ShiftLeft_sr, pack_21),
    OPERATION(i64_Add_rs, pack_two),
    OPERATION(SetSlot_i64, pack_two),
    OPERATION(i64_Load_i8_s, pack_c, pack_cOffset),
    OPERATION(u64_ShiftLeft_sr, pack_42),
    OPERATION(i64_Add_rs, pack_two),
    OPERATION(i64_Store_i64_rs, pack_p, pack_pOffset),
    OPERATION(i32_Advance, pack_a, pack_aStep, pack_aSign),
    OPERATION(i32_Advance, pack_b, pack_bStep, pack_bSign),
    OPERATION(i32_Advance, pack_c, pack_cStep, pack_cSign),
    OPERATION(i32_Advance, pack_p, pack_pStep, pack_pSign),
    OPERATION(u32_GreaterThan_rs, pack_end),
};

static const idiom_constant packConstants[] = {
    { pack_21, true, 21 }, { pack_42, true, 42 }, { .variable = idiomEnd },
};

enum { OPERANDS_i64_AddLanes(VARIABLE, add) add_mask, add_21, add_42 };

static const idiom_element addLanes[] = {
    OPERATION(i32_Load_i32_s, add_sums, add_offset),
    OPERATION(SetSlot_i32, add_temporary),
    OPERATION(i32_Wrap_i64_s, add_lanes),
    OPERATION(u32_And_rs, add_mask),
    OPERATION(i32_Add_rs, add_temporary),
    OPERATION(i32_Store_i32_rs, add_sums, add_offset),
    OPERATION(i32_Load_i32_s, add_sums, PLUS(add_offset, 4)),
    OPERATION(SetSlot_i32, add_temporary),
    OPERATION(i64_ShiftRight_ss, add_21, add_lanes),
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(u32_And_rs, add_mask),
    OPERATION(i32_Add_rs, add_temporary),
    OPERATION(i32_Store_i32_rs, add_sums, PLUS(add_offset, 4)),
    OPERATION(i32_Load_i32_s, add_sums, PLUS(add_offset, 8)),
    OPERATION(SetSlot_i32, add_temporary),
    OPERATION(u64_ShiftRight_ss, add_42, add_lanes),
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(i32_Add_rs, add_temporary),
    OPERATION(i32_Store_i32_rs, add_sums, PLUS(add_offset, 8)),
};

static const idiom_constant addConstants[] = {
    { add_mask, false, 0x1fffff }, { add_21, true, 21 }, { add_42, true, 42 }, { .variable = idiomEnd },
};

/* The lanes are in the register at first, too. */
enum { OPERANDS_i64_StoreLanes(VARIABLE, store) store_mask, store_21, store_42 };

static const idiom_element storeLanes[] = {
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(u32_And_rs, store_mask),
    OPERATION(i32_Store_i32_rs, store_first, store_firstOffset),
    OPERATION(i64_ShiftRight_ss, store_21, store_lanes),
    OPERATION0(i32_Wrap_i64_r),
    OPERATION(u32_And_rs, store_mask),
    OPERATION(i32_Store_i32_rs, store_second, store_secondOffset),
    OPERATION(u64_ShiftRight_ss, store_42, store_lanes),
    OPERATION(i64_Store_i32_rs, store_third, store_thirdOffset),
};

static const idiom_constant storeConstants[] = {
    { store_mask, false, 0x1fffff }, { store_21, true, 21 }, { store_42, true, 42 }, { .variable = idiomEnd },
};

enum { OPERANDS_i64_Mac3x3(VARIABLE, taps) };

/* The tap number `n` of a row of three, and number `m` of all nine. */
#define TAP(p, pOffset, n, m, temporary, addend, sum)                                           \
    OPERATION(i64_MacLoad64TemporaryLoad8s, p, PLUS(pOffset, 8 * (n)), temporary,               \
              taps_w, PLUS(taps_wOffset, 4 * (m)), addend, sum)

static const idiom_element mac3x3[] = {
    TAP(taps_p, taps_pOffset, 0, 0, taps_before, taps_addend, taps_before),
    TAP(taps_p, taps_pOffset, 1, 1, taps_last, taps_before, taps_before),
    TAP(taps_p, taps_pOffset, 2, 2, taps_last, taps_before, taps_before),
    TAP(taps_q, taps_qOffset, 0, 3, taps_last, taps_before, taps_before),
    TAP(taps_q, taps_qOffset, 1, 4, taps_last, taps_before, taps_before),
    TAP(taps_q, taps_qOffset, 2, 5, taps_last, taps_before, taps_before),
    TAP(taps_r, taps_rOffset, 0, 6, taps_last, taps_before, taps_before),
    TAP(taps_r, taps_rOffset, 1, 7, taps_last, taps_before, taps_before),
    TAP(taps_r, taps_rOffset, 2, 8, taps_last, taps_before, taps_sum),
};

/* value = register; the greater, the smaller of value and a bound. The comparison is written either way round. */
enum { OPERANDS_i32_LimitLow(VARIABLE, limit) };

#define LIMIT(comparison, ...)                                                                  \
    OPERATION(SetSlot_i32, limit_value), OPERATION(SetSlot_i32, limit_copy),                    \
        OPERATION(comparison, __VA_ARGS__), OPERATION(Select_i32_rss, limit_limit, limit_copy)

static const idiom_element limitLow[] = { LIMIT(i32_GreaterThan_ss, limit_bound, limit_value) };
static const idiom_element limitLowSwapped[] = { LIMIT(i32_LessThan_ss, limit_value, limit_bound) };
static const idiom_element limitHigh[] = { LIMIT(i32_LessThan_ss, limit_bound, limit_value) };
static const idiom_element limitHighSwapped[] = { LIMIT(i32_GreaterThan_ss, limit_value, limit_bound) };

enum { OPERANDS_i64_RequantizeLoop(VARIABLE, requantize) requantize_half, requantize_31, requantize_63 };

#define REQUANTIZE_BEGIN                                                                        \
    OPERATION(i32_Load_i32_s, requantize_sums, requantize_sumsOffset),                          \
        OPERATION(i32_Add_rs, requantize_bias), OPERATION0(i64_Extend_i32_r),                   \
        OPERATION(i64_Multiply_rs, requantize_multiplier), OPERATION(i64_Add_rs, requantize_half), \
        OPERATION(i64_ShiftRight_sr, requantize_31)
#define REQUANTIZE_END(t)                                                                       \
    OPERATION(i64_Add_rs, t), OPERATION(i64_Add_rs, requantize_rounding),                       \
        OPERATION(i64_ShiftRight_sr, requantize_right), OPERATION0(i32_Wrap_i64_r),             \
        OPERATION(i32_LimitLow, requantize_value, requantize_valueCopy, requantize_low, requantize_lowest), \
        OPERATION(i32_LimitHigh, requantize_value, requantize_valueCopy, requantize_high, requantize_highest), \
        OPERATION(i32_Store_u8_rs, requantize_output, requantize_outputOffset),                 \
        OPERATION(i32_Advance, requantize_output, requantize_outputStep, requantize_outputSign), \
        OPERATION(i32_Advance, requantize_sums, requantize_sumsStep, requantize_sumsSign),      \
        OPERATION(u32_GreaterThan_rs, requantize_end)

static const idiom_element requantizeLoop[] = {
    REQUANTIZE_BEGIN,
    OPERATION(SetSlot_i64, requantize_t),
    OPERATION(i64_ShiftRight_sr, requantize_63),
    REQUANTIZE_END(requantize_t),
};

static const idiom_element requantizeLoopCopy[] = {
    REQUANTIZE_BEGIN,
    OPERATION(SetSlot_i64, requantize_t),
    OPERATION(SetSlot_i64, requantize_tCopy),
    OPERATION(i64_ShiftRight_ss, requantize_63, requantize_t),
    REQUANTIZE_END(requantize_tCopy),
};

static const idiom_constant requantizeConstants[] = {
    { requantize_half, true, 0x40000000 }, { requantize_31, true, 31 }, { requantize_63, true, 63 },
    { .variable = idiomEnd },
};

/* By name, since an export has those only that its models use; in any case in the order of the list. */
#define IDIOM_macLoad { ELEMENTS(macLoad), FUSED(i64_MacLoad64Load8s) }
#define IDIOM_macLoadTemporary { ELEMENTS(macLoadTemporary), FUSED(i64_MacLoad64TemporaryLoad8s) }
#define IDIOM_mac { ELEMENTS(mac), FUSED(i64_MacLoad8s) }
#define IDIOM_macLoad32 { ELEMENTS(macLoad32), FUSED(i32_MacLoad8Load8s) }
#define IDIOM_mac32 { ELEMENTS(mac32), FUSED(i32_MacLoad8s) }
#define IDIOM_mac4Loop32 { ELEMENTS(mac4Loop32), FUSED(i32_Mac4Loop), .apart = true, .loop = true }
#define IDIOM_mac4x4Loop { ELEMENTS(mac4x4Loop), FUSED(i64_Mac4x4Loop), .apart = true, .loop = true }
#define IDIOM_mac4x4Loop32 { ELEMENTS(mac4x4Loop32), FUSED(i32_Mac4x4Loop), .apart = true, .loop = true }
#define IDIOM_mac3x3 { ELEMENTS(mac3x3), FUSED(i64_Mac3x3), .apart = true }
#define IDIOM_packLoop { ELEMENTS(packLoop), FUSED(i64_PackLoop), .constants = packConstants, .apart = true, .loop = true }
#define IDIOM_addLanes { ELEMENTS(addLanes), FUSED(i64_AddLanes), .constants = addConstants, .apart = true }
#define IDIOM_storeLanes { ELEMENTS(storeLanes), FUSED(i64_StoreLanes), .constants = storeConstants }
#define REQUANTIZE(name, ...) { ELEMENTS(name), .fused = op_i64_RequantizeLoop,                 \
    .kinds = REQUANTIZE_OPERANDS(KIND, , __VA_ARGS__), .constants = requantizeConstants, .apart = true, .loop = true }
#define IDIOM_requantizeLoop REQUANTIZE(requantizeLoop, t, w)
#define IDIOM_requantizeLoopCopy REQUANTIZE(requantizeLoopCopy, V, v)
#define IDIOM_limitLow { ELEMENTS(limitLow), FUSED(i32_LimitLow), .apart = true }
#define IDIOM_limitLowSwapped { ELEMENTS(limitLowSwapped), FUSED(i32_LimitLow), .apart = true }
#define IDIOM_limitHigh { ELEMENTS(limitHigh), FUSED(i32_LimitHigh), .apart = true }
#define IDIOM_limitHighSwapped { ELEMENTS(limitHighSwapped), FUSED(i32_LimitHigh), .apart = true }
#define IDIOM_loadTwo { ELEMENTS(loadTwo), FUSED(i32_LoadRun2), .apart = true }
#define IDIOM_loadFour { ELEMENTS(loadFour), FUSED(i32_LoadRun4), .apart = true }
#define IDIOM_loadEight { ELEMENTS(loadEight), FUSED(i32_LoadRun8), .apart = true }
#define IDIOM_lessThan { ELEMENTS(lessThan), .fused = op_u32_GreaterThan_rs, .kinds = "r" }
#define IDIOM_advance { ELEMENTS(advance), FUSED(i32_Advance), .tag = 1 }
#define IDIOM_advanceSwapped { ELEMENTS(advanceSwapped), FUSED(i32_Advance), .tag = 1 }
#define IDIOM_advanceBack { ELEMENTS(advanceBack), FUSED(i32_Advance), .tag = -1 }

/* Those that are there: EACH(name). */
#ifndef WASMOTE_IDIOMS
#define WASMOTE_IDIOMS(EACH)                                                                    \
    EACH(macLoad) EACH(macLoadTemporary) EACH(mac) EACH(macLoad32) EACH(mac32) EACH(mac4x4Loop) \
    EACH(mac4x4Loop32) EACH(mac4Loop32) EACH(mac3x3) EACH(packLoop) EACH(addLanes)              \
    EACH(storeLanes) EACH(requantizeLoop) EACH(requantizeLoopCopy) EACH(limitLow)               \
    EACH(limitLowSwapped) EACH(limitHigh) EACH(limitHighSwapped) EACH(loadTwo) EACH(loadFour)   \
    EACH(loadEight) EACH(lessThan) EACH(advance) EACH(advanceSwapped) EACH(advanceBack)
#endif

#define IDIOM(NAME) IDIOM_##NAME,

static const idiom idioms[] = { WASMOTE_IDIOMS(IDIOM) { .last = NULL } };

#endif

/*
 * Superinstructions: each does what the operations of its idiom (idioms.h) do one after the other. All their slots and
 * the register end up as after those operations.
 *
 * The operands of each stand once, in the order in which they are in the code, as OPERANDS_name(EACH, of): EACH(of,
 * kind, operand). The compiler emits them by that list, the operation reads them by it. Kinds:
 *
 *   i immediate   r, w slot of 32 bits read, written   R, W slot of 64 bits
 *
 * The loops go on in place while their ContinueLoopIf would have come back to them; its target is behind the operands.
 */
#ifndef WASMOTE_FUSED_OPERATIONS_H
#define WASMOTE_FUSED_OPERATIONS_H

#include "fused-arithmetic.h"

/* A word of code as an operand: the number of a slot, which holds what `type` points to, or a value. */
typedef union
{
    code_t word;
    i32 slot;
    u32 *type;
} operand_32;

typedef union
{
    code_t word;
    i32 slot;
    i64 *type;
} operand_64;

typedef union
{
    code_t word;
    u32 value;
} operand_immediate;

#define OPERAND_i operand_immediate
#define OPERAND_r operand_32
#define OPERAND_w operand_32
#define OPERAND_R operand_64
#define OPERAND_W operand_64
#define OPERAND_FIELD(of, kind, name) OPERAND_##kind name;

/* Has the operands of an operation at hand. */
#define OPERANDS(operation)                                                                    \
    const struct                                                                               \
    {                                                                                          \
        OPERANDS_##operation(OPERAND_FIELD, )                                                  \
    } *const operands = (const void *) _pc

/* Goes on behind them. */
#define PASS_OPERANDS() (_pc += sizeof *operands / sizeof *_pc)

/* What is in an operand's slot, in that of the n-th operand from it on, to be read or written; an immediate. */
#define SLOT(name) SLOT_FROM(name, 0)
#define SLOT_FROM(name, n) (*(__typeof__(operands->name.type)) (_sp + (&operands->name)[n].slot))
#define IMMEDIATE(name) (operands->name.value)

/* What an advance adds: a slot, with a sign that is an operand. */
#define ADVANCE_STEP(step, sign) (SLOT(step) * IMMEDIATE(sign))

/* Where an access of `size` bytes at base + offset begins; traps out of bounds. */
#define FUSED_ADDRESS(pointer, base, offset, size)                                             \
    do {                                                                                       \
        const u64 fusedFirst = (u64) (u32) (base) + (u32) (offset);                            \
        if (M3_UNLIKELY(fusedFirst + (size) > _mem->length)) d_outOfBounds;                    \
        (pointer) = m3MemData(_mem) + (u32) fusedFirst;                                        \
    } while (0)

/* The greatest base for which an access of `size` bytes at base + offset is in bounds; traps if there is none. */
#define FUSED_LAST(last, offset, size)                                                         \
    do {                                                                                       \
        const size_t fusedLength = _mem->length;                                               \
        if (M3_UNLIKELY((offset) > fusedLength || fusedLength - (offset) < (size))) d_outOfBounds; \
        const size_t fusedLast = fusedLength - (offset) - (size);                              \
        (last) = fusedLast > 0xffffffffu ? 0xffffffffu : (u32) fusedLast;                      \
    } while (0)

/* Whether a branch to `target` comes to the operation at `self`, which may have moved on to other pages. */
static inline bool reaches(pc_t target, pc_t self)
{
    while (target != self && *target == (code_t) op_Branch) target = *(const pc_t *) (target + 1);
    return target == self;
}

/* Up to where a loop of that step goes on in place, unless whoever includes this file has another rule. */
#ifndef FUSED_STOP
#define FUSED_STOP(step, end) (end)
#endif

/* destination = destination + slot, or - slot: the sign is behind the operands. */
#define OPERANDS_i32_Advance(EACH, of) EACH(of, w, destination) EACH(of, r, step)

d_m3Op(i32_Advance)
{
    OPERANDS(i32_Advance);
    PASS_OPERANDS();
    const u32 sign = immediate(u32);
    const u32 value = SLOT(destination) + SLOT(step) * sign;
    SLOT(destination) = value;
    _r0 = (i32) value;
    nextOp();
}

/* Loads of 32 bits that follow one another in memory, at base + offset, to as many slots. */
#define LOAD_RUN_2(EACH, of) EACH(of, r, base) EACH(of, i, offset) EACH(of, w, x0) EACH(of, w, x1)
#define LOAD_RUN_4(EACH, of) LOAD_RUN_2(EACH, of) EACH(of, w, x2) EACH(of, w, x3)
#define LOAD_RUN_8(EACH, of) LOAD_RUN_4(EACH, of) EACH(of, w, x4) EACH(of, w, x5) EACH(of, w, x6) EACH(of, w, x7)
#define OPERANDS_i32_LoadRun2 LOAD_RUN_2
#define OPERANDS_i32_LoadRun4 LOAD_RUN_4
#define OPERANDS_i32_LoadRun8 LOAD_RUN_8

#define LOAD_RUN(count)                                                                        \
    d_m3Op(i32_LoadRun##count)                                                                 \
    {                                                                                          \
        OPERANDS(i32_LoadRun##count);                                                          \
        const u8 *first;                                                                       \
        FUSED_ADDRESS(first, SLOT(base), IMMEDIATE(offset), 4 * (count));                      \
        for (u32 k = 0; k < (count); k++) SLOT_FROM(x0, k) = (u32) load_i32(first + 4 * k);    \
        _r0 = load_i32(first + 4 * ((count) - 1));                                             \
        PASS_OPERANDS();                                                                       \
        nextOp();                                                                              \
    }

LOAD_RUN(2)
LOAD_RUN(4)
LOAD_RUN(8)

#define LIMIT_OPERANDS(EACH, of) EACH(of, w, value) EACH(of, w, copy) EACH(of, r, bound) EACH(of, r, limit)

/* value = copy = register, which becomes the bound where it is not greater. */
#define OPERANDS_i32_LimitLow LIMIT_OPERANDS

d_m3Op(i32_LimitLow)
{
    OPERANDS(i32_LimitLow);
    const i32 value = (i32) _r0;
    SLOT(value) = (u32) value;
    SLOT(copy) = (u32) value;
    const i32 bound = (i32) SLOT(bound), limit = (i32) SLOT(limit);
    _r0 = value > bound ? value : limit;
    PASS_OPERANDS();
    nextOp();
}

/* value = copy = register, which becomes the bound where it is not smaller. */
#define OPERANDS_i32_LimitHigh LIMIT_OPERANDS

d_m3Op(i32_LimitHigh)
{
    OPERANDS(i32_LimitHigh);
    const i32 value = (i32) _r0;
    SLOT(value) = (u32) value;
    SLOT(copy) = (u32) value;
    const i32 bound = (i32) SLOT(bound), limit = (i32) SLOT(limit);
    _r0 = value < bound ? value : limit;
    PASS_OPERANDS();
    nextOp();
}

/* sum = addend + x * load8_s(w); `R`, `W`: kinds of x and sum */
#define MAC_OPERANDS(EACH, of, R, W)                                                           \
    EACH(of, r, w) EACH(of, i, wOffset) EACH(of, R, x) EACH(of, R, addend) EACH(of, W, sum)

#define OPERANDS_i64_MacLoad8s(EACH, of) MAC_OPERANDS(EACH, of, R, W)

d_m3Op(i64_MacLoad8s)
{
    OPERANDS(i64_MacLoad8s);
    const u8 *weight;
    FUSED_ADDRESS(weight, SLOT(w), IMMEDIATE(wOffset), 1);
    const i64 x = SLOT(x), addend = SLOT(addend);
    const i64 sum = add_i64(addend, TIMES_INT8(x, *(const i8 *) weight));
    SLOT(sum) = sum;
    _r0 = sum;
    PASS_OPERANDS();
    nextOp();
}

/* x = temporary = load(p); sum = addend + temporary * load8_s(w) */
#define MAC_LOAD_OPERANDS(EACH, of, R, W)                                                      \
    EACH(of, r, p) EACH(of, i, pOffset) EACH(of, W, x) EACH(of, W, temporary)                  \
        EACH(of, r, w) EACH(of, i, wOffset) EACH(of, R, addend) EACH(of, W, sum)

#define OPERANDS_i64_MacLoad64Load8s(EACH, of) MAC_LOAD_OPERANDS(EACH, of, R, W)

d_m3Op(i64_MacLoad64Load8s)
{
    OPERANDS(i64_MacLoad64Load8s);
    const u8 *input, *weight;
    FUSED_ADDRESS(input, SLOT(p), IMMEDIATE(pOffset), 8);
    const i64 x = load_i64(input);
    SLOT(x) = x;
    SLOT(temporary) = x;
    FUSED_ADDRESS(weight, SLOT(w), IMMEDIATE(wOffset), 1);
    const i64 addend = SLOT(addend);
    const i64 sum = add_i64(addend, TIMES_INT8(x, *(const i8 *) weight));
    SLOT(sum) = sum;
    _r0 = sum;
    PASS_OPERANDS();
    nextOp();
}

/* As i64_MacLoad64Load8s, with x in the temporary alone. */
#define OPERANDS_i64_MacLoad64TemporaryLoad8s(EACH, of)                                        \
    EACH(of, r, p) EACH(of, i, pOffset) EACH(of, W, temporary)                                 \
        EACH(of, r, w) EACH(of, i, wOffset) EACH(of, R, addend) EACH(of, W, sum)

d_m3Op(i64_MacLoad64TemporaryLoad8s)
{
    OPERANDS(i64_MacLoad64TemporaryLoad8s);
    const u8 *input, *weight;
    FUSED_ADDRESS(input, SLOT(p), IMMEDIATE(pOffset), 8);
    const i64 x = load_i64(input);
    SLOT(temporary) = x;
    FUSED_ADDRESS(weight, SLOT(w), IMMEDIATE(wOffset), 1);
    const i64 addend = SLOT(addend);
    const i64 sum = add_i64(addend, TIMES_INT8(x, *(const i8 *) weight));
    SLOT(sum) = sum;
    _r0 = sum;
    PASS_OPERANDS();
    nextOp();
}

/*
 * Four x at p by 4 x 4 weights into four sums, then w and p advance, while p < end. The temporaries: the last sum
 * without its last product, and the last x.
 */
#define MAC_4X4_OPERANDS(EACH, of, W)                                                          \
    EACH(of, w, p) EACH(of, i, pOffset) EACH(of, w, w) EACH(of, i, wOffset)                    \
        EACH(of, W, x0) EACH(of, W, x1) EACH(of, W, x2) EACH(of, W, x3)                        \
        EACH(of, W, before) EACH(of, W, last)                                                  \
        EACH(of, W, sum0) EACH(of, W, sum1) EACH(of, W, sum2) EACH(of, W, sum3)                \
        EACH(of, r, wStep) EACH(of, i, wSign) EACH(of, r, pStep) EACH(of, i, pSign) EACH(of, r, end)

#define OPERANDS_i64_Mac4x4Loop(EACH, of) MAC_4X4_OPERANDS(EACH, of, W)

d_m3Op(i64_Mac4x4Loop)
{
    const pc_t self = _pc - 1;
    OPERANDS(i64_Mac4x4Loop);
    u32 *const pSlot = &SLOT(p);
    const u32 pOffset = IMMEDIATE(pOffset);
    u32 *const wSlot = &SLOT(w);
    const u32 wOffset = IMMEDIATE(wOffset);
    const u32 wStep = ADVANCE_STEP(wStep, wSign), pStep = ADVANCE_STEP(pStep, pSign);
    const u32 end = SLOT(end);
    PASS_OPERANDS();
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(pStep, end) : 0;

    u32 p = *pSlot, w = *wSlot, pLast, wLast;
    FUSED_LAST(pLast, pOffset, 32);
    FUSED_LAST(wLast, wOffset, 16);
    const u8 *const data = m3MemData(_mem);
    i64 s0 = SLOT(sum0), s1 = SLOT(sum1), s2 = SLOT(sum2), s3 = SLOT(sum3);
    i64 before;
    do
    {
        if (M3_UNLIKELY(p > pLast || w > wLast)) d_outOfBounds;
        const u8 *const input = data + pOffset + p;
        const i8 *const weights = (const i8 *) (data + wOffset + w);
        const split_i64 x0 = split(input), x1 = split(input + 8), x2 = split(input + 16), x3 = split(input + 24);
        MAC_ROW(s0, x0, x1, x2, weights);
        MULTIPLY_ADD(s0, x3, weights[3]);
        MAC_ROW(s1, x0, x1, x2, weights + 4);
        MULTIPLY_ADD(s1, x3, weights[7]);
        MAC_ROW(s2, x0, x1, x2, weights + 8);
        MULTIPLY_ADD(s2, x3, weights[11]);
        MAC_ROW(s3, x0, x1, x2, weights + 12);
        before = s3;
        MULTIPLY_ADD(s3, x3, weights[15]);
        w += wStep;
        p += pStep;
    } while (p < stop);

    const u8 *const input = data + pOffset + (p - pStep);
    for (u32 k = 0; k < 4; k++) SLOT_FROM(x0, k) = load_i64(input + 8 * k);
    SLOT(before) = before;
    SLOT(last) = load_i64(input + 24);
    SLOT(sum0) = s0, SLOT(sum1) = s1, SLOT(sum2) = s2, SLOT(sum3) = s3;
    *pSlot = p, *wSlot = w;
    _r0 = end > p;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

#define OPERANDS_i32_MacLoad8s(EACH, of) MAC_OPERANDS(EACH, of, r, w)

d_m3Op(i32_MacLoad8s)
{
    OPERANDS(i32_MacLoad8s);
    const u8 *weight;
    FUSED_ADDRESS(weight, SLOT(w), IMMEDIATE(wOffset), 1);
    const u32 x = SLOT(x), addend = SLOT(addend);
    const u32 sum = addend + x * (u32) (i32) *(const i8 *) weight;
    SLOT(sum) = sum;
    _r0 = (i32) sum;
    PASS_OPERANDS();
    nextOp();
}

#define OPERANDS_i32_MacLoad8Load8s(EACH, of) MAC_LOAD_OPERANDS(EACH, of, r, w)

d_m3Op(i32_MacLoad8Load8s)
{
    OPERANDS(i32_MacLoad8Load8s);
    const u8 *input, *weight;
    FUSED_ADDRESS(input, SLOT(p), IMMEDIATE(pOffset), 1);
    const u32 x = (u32) (i32) *(const i8 *) input;
    SLOT(x) = x;
    SLOT(temporary) = x;
    FUSED_ADDRESS(weight, SLOT(w), IMMEDIATE(wOffset), 1);
    const u32 addend = SLOT(addend);
    const u32 sum = addend + x * (u32) (i32) *(const i8 *) weight;
    SLOT(sum) = sum;
    _r0 = (i32) sum;
    PASS_OPERANDS();
    nextOp();
}

/* Four x at p by a weight each at w, added to four sums, then p and w advance, while w < end. The temporary is the last x. */
#define OPERANDS_i32_Mac4Loop(EACH, of)                                                        \
    EACH(of, w, p) EACH(of, i, pOffset) EACH(of, w, w) EACH(of, i, wOffset) EACH(of, w, temporary) \
        EACH(of, w, sum0) EACH(of, w, sum1) EACH(of, w, sum2) EACH(of, w, sum3)                \
        EACH(of, r, pStep) EACH(of, i, pSign) EACH(of, r, wStep) EACH(of, i, wSign) EACH(of, r, end)

d_m3Op(i32_Mac4Loop)
{
    const pc_t self = _pc - 1;
    OPERANDS(i32_Mac4Loop);
    u32 *const pSlot = &SLOT(p);
    const u32 pOffset = IMMEDIATE(pOffset);
    u32 *const wSlot = &SLOT(w);
    const u32 wOffset = IMMEDIATE(wOffset);
    const u32 pStep = ADVANCE_STEP(pStep, pSign), wStep = ADVANCE_STEP(wStep, wSign);
    const u32 end = SLOT(end);
    PASS_OPERANDS();
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(wStep, end) : 0;

    u32 p = *pSlot, w = *wSlot, pLast, wLast;
    FUSED_LAST(pLast, pOffset, 4);
    FUSED_LAST(wLast, wOffset, 4);
    const u8 *const data = m3MemData(_mem);
    u32 s0 = SLOT(sum0), s1 = SLOT(sum1), s2 = SLOT(sum2), s3 = SLOT(sum3);
    i32 last;
    do
    {
        if (M3_UNLIKELY(p > pLast || w > wLast)) d_outOfBounds;
        const i8 *const input = (const i8 *) (data + pOffset + p);
        const i8 *const weights = (const i8 *) (data + wOffset + w);
        last = input[3];
        s0 += (u32) (input[0] * weights[0]);
        s1 += (u32) (input[1] * weights[1]);
        s2 += (u32) (input[2] * weights[2]);
        s3 += (u32) (last * weights[3]);
        p += pStep;
        w += wStep;
    } while (w < stop);

    SLOT(temporary) = (u32) last;
    SLOT(sum0) = s0, SLOT(sum1) = s1, SLOT(sum2) = s2, SLOT(sum3) = s3;
    *pSlot = p, *wSlot = w;
    _r0 = end > w;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

/* As i64_Mac4x4Loop, with int8 x and int32 sums. */
#define OPERANDS_i32_Mac4x4Loop(EACH, of) MAC_4X4_OPERANDS(EACH, of, w)

d_m3Op(i32_Mac4x4Loop)
{
    const pc_t self = _pc - 1;
    OPERANDS(i32_Mac4x4Loop);
    u32 *const pSlot = &SLOT(p);
    const u32 pOffset = IMMEDIATE(pOffset);
    u32 *const wSlot = &SLOT(w);
    const u32 wOffset = IMMEDIATE(wOffset);
    const u32 wStep = ADVANCE_STEP(wStep, wSign), pStep = ADVANCE_STEP(pStep, pSign);
    const u32 end = SLOT(end);
    PASS_OPERANDS();
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(pStep, end) : 0;

    u32 p = *pSlot, w = *wSlot, pLast, wLast;
    FUSED_LAST(pLast, pOffset, 4);
    FUSED_LAST(wLast, wOffset, 16);
    const u8 *const data = m3MemData(_mem);
    u32 s0 = SLOT(sum0), s1 = SLOT(sum1), s2 = SLOT(sum2), s3 = SLOT(sum3);
    const i8 *input, *weights;
    do
    {
        if (M3_UNLIKELY(p > pLast || w > wLast)) d_outOfBounds;
        input = (const i8 *) (data + pOffset + p);
        weights = (const i8 *) (data + wOffset + w);
        const int8x4 x = load_int8x4(input);
        DOT4(s0, x, weights);
        DOT4(s1, x, weights + 4);
        DOT4(s2, x, weights + 8);
        DOT4(s3, x, weights + 12);
        w += wStep;
        p += pStep;
    } while (p < stop);

    for (u32 k = 0; k < 4; k++) SLOT_FROM(x0, k) = (u32) (i32) input[k];
    SLOT(before) = s3 - (u32) (input[3] * weights[15]);
    SLOT(last) = (u32) (i32) input[3];
    SLOT(sum0) = s0, SLOT(sum1) = s1, SLOT(sum2) = s2, SLOT(sum3) = s3;
    *pSlot = p, *wSlot = w;
    _r0 = end > p;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

/* store64(p, load8_s(a) + (load8_s(b) << 21) + (load8_s(c) << 42)), then a, b, c, p advance, while p < end. */
#define OPERANDS_i64_PackLoop(EACH, of)                                                        \
    EACH(of, w, a) EACH(of, i, aOffset) EACH(of, w, b) EACH(of, i, bOffset)                    \
        EACH(of, w, c) EACH(of, i, cOffset) EACH(of, W, two) EACH(of, w, p) EACH(of, i, pOffset) \
        EACH(of, r, aStep) EACH(of, i, aSign) EACH(of, r, bStep) EACH(of, i, bSign)            \
        EACH(of, r, cStep) EACH(of, i, cSign) EACH(of, r, pStep) EACH(of, i, pSign) EACH(of, r, end)

d_m3Op(i64_PackLoop)
{
    const pc_t self = _pc - 1;
    OPERANDS(i64_PackLoop);
    u32 *const aSlot = &SLOT(a);
    const u32 aOffset = IMMEDIATE(aOffset);
    u32 *const bSlot = &SLOT(b);
    const u32 bOffset = IMMEDIATE(bOffset);
    u32 *const cSlot = &SLOT(c);
    const u32 cOffset = IMMEDIATE(cOffset);
    i64 *const twoSlot = &SLOT(two);
    u32 *const pSlot = &SLOT(p);
    const u32 pOffset = IMMEDIATE(pOffset);
    const u32 aStep = ADVANCE_STEP(aStep, aSign), bStep = ADVANCE_STEP(bStep, bSign);
    const u32 cStep = ADVANCE_STEP(cStep, cSign), pStep = ADVANCE_STEP(pStep, pSign);
    const u32 end = SLOT(end);
    PASS_OPERANDS();
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(pStep, end) : 0;

    u32 a = *aSlot, b = *bSlot, c = *cSlot, p = *pSlot, aLast, bLast, cLast, pLast;
    FUSED_LAST(aLast, aOffset, 1);
    FUSED_LAST(bLast, bOffset, 1);
    FUSED_LAST(cLast, cOffset, 1);
    FUSED_LAST(pLast, pOffset, 8);
    u8 *const data = m3MemData(_mem);
    i64 two;
    do
    {
        if (M3_UNLIKELY(a > aLast || b > bLast || c > cLast || p > pLast)) d_outOfBounds;
        two = *(i8 *) (data + aOffset + a) + (i64) *(i8 *) (data + bOffset + b) * (1 << 21);
        const i64 packed = two + (i64) *(i8 *) (data + cOffset + c) * ((i64) 1 << 42);
        store_i64(data + pOffset + p, packed);
        a += aStep;
        b += bStep;
        c += cStep;
        p += pStep;
    } while (p < stop);

    *twoSlot = two;
    *aSlot = a, *bSlot = b, *cSlot = c, *pSlot = p;
    _r0 = end > p;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

/* Three 21-bit lanes, added to the int32 at sums + offset. The temporary is the last of them as it was. */
#define OPERANDS_i64_AddLanes(EACH, of)                                                        \
    EACH(of, r, sums) EACH(of, i, offset) EACH(of, w, temporary) EACH(of, R, lanes)

d_m3Op(i64_AddLanes)
{
    OPERANDS(i64_AddLanes);
    u8 *sums;
    const u32 base = SLOT(sums), offset = IMMEDIATE(offset);
    u32 *const temporary = &SLOT(temporary);
    const u64 lanes = (u64) SLOT(lanes);
    FUSED_ADDRESS(sums, base, offset, 4);
    store_i32(sums, (i32) ((u32) load_i32(sums) + ((u32) lanes & 0x1fffff)));
    FUSED_ADDRESS(sums, base, offset + 4, 4);
    store_i32(sums, (i32) ((u32) load_i32(sums) + ((u32) (lanes >> 21) & 0x1fffff)));
    FUSED_ADDRESS(sums, base, offset + 8, 4);
    *temporary = (u32) load_i32(sums);
    const i32 sum = (i32) (*temporary + (u32) (lanes >> 42));
    store_i32(sums, sum);
    _r0 = sum;
    PASS_OPERANDS();
    nextOp();
}

/* The register holds the lanes, as the last slot does: stored as three int32. */
#define OPERANDS_i64_StoreLanes(EACH, of)                                                      \
    EACH(of, r, first) EACH(of, i, firstOffset) EACH(of, r, second) EACH(of, i, secondOffset)  \
        EACH(of, r, third) EACH(of, i, thirdOffset) EACH(of, R, lanes)

d_m3Op(i64_StoreLanes)
{
    OPERANDS(i64_StoreLanes);
    const u32 first = SLOT(first), firstOffset = IMMEDIATE(firstOffset);
    const u32 second = SLOT(second), secondOffset = IMMEDIATE(secondOffset);
    const u32 third = SLOT(third), thirdOffset = IMMEDIATE(thirdOffset);
    const u64 lanes = (u64) SLOT(lanes);
    u8 *sum;
    FUSED_ADDRESS(sum, first, firstOffset, 4);
    store_i32(sum, (i32) ((u32) _r0 & 0x1fffff));
    FUSED_ADDRESS(sum, second, secondOffset, 4);
    store_i32(sum, (i32) ((u32) (lanes >> 21) & 0x1fffff));
    FUSED_ADDRESS(sum, third, thirdOffset, 4);
    store_i32(sum, (i32) (lanes >> 42));
    _r0 = (i64) (lanes >> 42);
    PASS_OPERANDS();
    nextOp();
}

/*
 * Three x at p, q and r each, by nine weights four bytes apart. The temporaries: the sum without the last product, and
 * the last x.
 */
#define OPERANDS_i64_Mac3x3(EACH, of)                                                          \
    EACH(of, r, p) EACH(of, i, pOffset) EACH(of, r, q) EACH(of, i, qOffset)                    \
        EACH(of, r, r) EACH(of, i, rOffset) EACH(of, r, w) EACH(of, i, wOffset)                \
        EACH(of, R, addend) EACH(of, W, before) EACH(of, W, last) EACH(of, W, sum)

d_m3Op(i64_Mac3x3)
{
    OPERANDS(i64_Mac3x3);
    const u8 *p, *q, *r, *w;
    FUSED_ADDRESS(p, SLOT(p), IMMEDIATE(pOffset), 24);
    FUSED_ADDRESS(q, SLOT(q), IMMEDIATE(qOffset), 24);
    FUSED_ADDRESS(r, SLOT(r), IMMEDIATE(rOffset), 24);
    FUSED_ADDRESS(w, SLOT(w), IMMEDIATE(wOffset), 33);
    const i8 *const weights = (const i8 *) w;
    i64 sum = SLOT(addend);
    MAC_TAPS(sum, p, weights);
    MAC_TAPS(sum, q, weights + 12);
    const split_i64 x6 = split(r), x7 = split(r + 8), x8 = split(r + 16);
    MULTIPLY_ADD(sum, x6, weights[24]);
    MULTIPLY_ADD(sum, x7, weights[28]);
    SLOT(before) = sum;
    SLOT(last) = load_i64(r + 16);
    MULTIPLY_ADD(sum, x8, weights[32]);
    SLOT(sum) = sum;
    _r0 = sum;
    PASS_OPERANDS();
    nextOp();
}

/*
 * store8(output, the sum requantized and limited), then output and sums advance, while sums < end:
 * t = ((load32(sums) + bias) * multiplier + 2^30) >> 31, value = (t + (t >> 63) + offset) >> right.
 * The kinds of the copies of t and of the value are an idiom's.
 */
#define REQUANTIZE_OPERANDS(EACH, of, tCopyKind, valueCopyKind)                                \
    EACH(of, w, sums) EACH(of, i, sumsOffset) EACH(of, r, bias) EACH(of, R, multiplier)        \
        EACH(of, W, t) EACH(of, tCopyKind, tCopy) EACH(of, R, rounding) EACH(of, R, right)     \
        EACH(of, w, value) EACH(of, valueCopyKind, valueCopy)                                  \
        EACH(of, r, low) EACH(of, r, lowest) EACH(of, r, high) EACH(of, r, highest)            \
        EACH(of, w, output) EACH(of, i, outputOffset)                                          \
        EACH(of, r, outputStep) EACH(of, i, outputSign) EACH(of, r, sumsStep) EACH(of, i, sumsSign) \
        EACH(of, r, end)

#define OPERANDS_i64_RequantizeLoop(EACH, of) REQUANTIZE_OPERANDS(EACH, of, W, w)

d_m3Op(i64_RequantizeLoop)
{
    const pc_t self = _pc - 1;
    OPERANDS(i64_RequantizeLoop);
    u32 *const sumsSlot = &SLOT(sums);
    const u32 sumsOffset = IMMEDIATE(sumsOffset);
    const u32 bias = SLOT(bias);
    const i64 multiplier = SLOT(multiplier);
    i64 *const tSlot = &SLOT(t), *const tCopySlot = &SLOT(tCopy);
    const u64 rounding = (u64) SLOT(rounding);
    const u32 right = (u32) SLOT(right) & 63;
    u32 *const valueSlot = &SLOT(value), *const valueCopySlot = &SLOT(valueCopy);
    const i32 low = (i32) SLOT(low), lowest = (i32) SLOT(lowest);
    const i32 high = (i32) SLOT(high), highest = (i32) SLOT(highest);
    u32 *const outputSlot = &SLOT(output);
    const u32 outputOffset = IMMEDIATE(outputOffset);
    const u32 outputStep = ADVANCE_STEP(outputStep, outputSign), step = ADVANCE_STEP(sumsStep, sumsSign);
    const u32 end = SLOT(end);
    PASS_OPERANDS();
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(step, end) : 0;
    const bool narrow = multiplier == (i32) multiplier;

    u32 sums = *sumsSlot, output = *outputSlot, sumsLast, outputLast;
    FUSED_LAST(sumsLast, sumsOffset, 4);
    FUSED_LAST(outputLast, outputOffset, 1);
    u8 *const data = m3MemData(_mem);
    i64 t;
    i32 raised;
    do
    {
        if (M3_UNLIKELY(sums > sumsLast || output > outputLast)) d_outOfBounds;
        const i32 sum = (i32) ((u32) load_i32(data + sumsOffset + sums) + bias);
        const u64 product = narrow ? (u64) ((i64) sum * (i32) multiplier) : (u64) (i64) sum * (u64) multiplier;
        t = (i64) (product + 0x40000000) >> 31;
        const i32 value = (i32) ((i64) ((u64) t + (u64) (t >> 63) + rounding) >> right);
        raised = value <= low ? lowest : value;
        data[outputOffset + output] = (u8) (raised >= high ? highest : raised);
        output += outputStep;
        sums += step;
    } while (sums < stop);

    *tSlot = t, *tCopySlot = t;
    *valueSlot = (u32) raised, *valueCopySlot = (u32) raised;
    *outputSlot = output, *sumsSlot = sums;
    _r0 = end > sums;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

#endif

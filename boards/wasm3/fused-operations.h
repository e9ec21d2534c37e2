/*
 * Superinstructions: each does what the operations of its idiom (idioms.h) do one after the other, whose operands it
 * takes in the order of the idiom's variables. All their slots and the register end up as after those operations.
 *
 * The loops go on in place while their ContinueLoopIf would have come back to them.
 */
#ifndef WASMOTE_FUSED_OPERATIONS_H
#define WASMOTE_FUSED_OPERATIONS_H

#include "fused-arithmetic.h"

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
        const u64 fusedReach = (u64) (u32) (offset) + (size);                                  \
        if (M3_UNLIKELY(fusedReach > _mem->length)) d_outOfBounds;                             \
        const u64 fusedLast = _mem->length - fusedReach;                                       \
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

/* What an advance adds: a slot, with a sign that is an operand. */
static inline u32 advance_step(pc_t operands, m3stack_t sp)
{
    return *(const u32 *) (sp + *(const i32 *) operands) * *(const u32 *) (operands + 1);
}

/* destination = destination + slot, or - slot */
d_m3Op(i32_Advance)
{
    u32 *destination = slot_ptr(u32);
    const u32 value = *destination + advance_step(_pc, _sp);
    _pc += 2;
    *destination = value;
    _r0 = (i32) value;
    nextOp();
}

/* value = copy = register, which becomes the bound where it is not greater. */
d_m3Op(i32_LimitLow)
{
    const i32 value = (i32) _r0;
    slot(i32) = value;
    slot(i32) = value;
    const i32 bound = slot(i32), limit = slot(i32);
    _r0 = value > bound ? value : limit;
    nextOp();
}

/* value = copy = register, which becomes the bound where it is not smaller. */
d_m3Op(i32_LimitHigh)
{
    const i32 value = (i32) _r0;
    slot(i32) = value;
    slot(i32) = value;
    const i32 bound = slot(i32), limit = slot(i32);
    _r0 = value < bound ? value : limit;
    nextOp();
}

/* destination = addend + x * load8_s(w) */
d_m3Op(i64_MacLoad8s)
{
    const u8 *weight;
    const u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(weight, base, offset, 1);
    const i64 x = slot(i64);
    const i64 addend = slot(i64);
    const i64 sum = add_i64(addend, TIMES_INT8(x, *(const i8 *) weight));
    slot(i64) = sum;
    _r0 = sum;
    nextOp();
}

/* x = temporary = load64(p); destination = addend + temporary * load8_s(w) */
d_m3Op(i64_MacLoad64Load8s)
{
    const u8 *input, *weight;
    u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(input, base, offset, 8);
    const i64 x = load_i64(input);
    slot(i64) = x;
    slot(i64) = x;
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(weight, base, offset, 1);
    const i64 addend = slot(i64);
    const i64 sum = add_i64(addend, TIMES_INT8(x, *(const i8 *) weight));
    slot(i64) = sum;
    _r0 = sum;
    nextOp();
}

/* As i64_MacLoad64Load8s, with x in the temporary alone. */
d_m3Op(i64_MacLoad64TemporaryLoad8s)
{
    const u8 *input, *weight;
    u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(input, base, offset, 8);
    const i64 x = load_i64(input);
    slot(i64) = x;
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(weight, base, offset, 1);
    const i64 addend = slot(i64);
    const i64 sum = add_i64(addend, TIMES_INT8(x, *(const i8 *) weight));
    slot(i64) = sum;
    _r0 = sum;
    nextOp();
}

/* Four x at p by 4 x 4 weights into four sums, then w and p advance, while p < end. */
d_m3Op(i64_Mac4x4Loop)
{
    const pc_t self = _pc - 1;
    const pc_t operands = _pc;
    u32 *const pSlot = slot_ptr(u32);
    const u32 pOffset = immediate(u32);
    u32 *const wSlot = slot_ptr(u32);
    const u32 wOffset = immediate(u32);
    _pc += 10;
    const u32 wStep = advance_step(_pc, _sp), pStep = advance_step(_pc + 2, _sp);
    _pc += 4;
    const u32 end = slot(u32);
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(pStep, end) : 0;

    u32 p = *pSlot, w = *wSlot, pLast, wLast;
    FUSED_LAST(pLast, pOffset, 32);
    FUSED_LAST(wLast, wOffset, 16);
    const u8 *const data = m3MemData(_mem);
#define FUSED_SLOT64(n) ((i64 *) (_sp + *(const i32 *) (operands + (n))))
    i64 s0 = *FUSED_SLOT64(10), s1 = *FUSED_SLOT64(11), s2 = *FUSED_SLOT64(12), s3 = *FUSED_SLOT64(13);
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
    for (u32 k = 0; k < 4; k++) *FUSED_SLOT64(4 + k) = load_i64(input + 8 * k);
    *FUSED_SLOT64(8) = before;
    *FUSED_SLOT64(9) = load_i64(input + 24);
    *FUSED_SLOT64(10) = s0, *FUSED_SLOT64(11) = s1, *FUSED_SLOT64(12) = s2, *FUSED_SLOT64(13) = s3;
#undef FUSED_SLOT64
    *pSlot = p, *wSlot = w;
    _r0 = end > p;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

/* destination = addend + x * load8_s(w) */
d_m3Op(i32_MacLoad8s)
{
    const u8 *weight;
    const u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(weight, base, offset, 1);
    const u32 x = slot(u32);
    const u32 addend = slot(u32);
    const u32 sum = addend + x * (u32) (i32) *(const i8 *) weight;
    slot(u32) = sum;
    _r0 = (i32) sum;
    nextOp();
}

/* x = temporary = load8_s(p); destination = addend + temporary * load8_s(w) */
d_m3Op(i32_MacLoad8Load8s)
{
    const u8 *input, *weight;
    u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(input, base, offset, 1);
    const u32 x = (u32) (i32) *(const i8 *) input;
    slot(u32) = x;
    slot(u32) = x;
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(weight, base, offset, 1);
    const u32 addend = slot(u32);
    const u32 sum = addend + x * (u32) (i32) *(const i8 *) weight;
    slot(u32) = sum;
    _r0 = (i32) sum;
    nextOp();
}

/* As i64_Mac4x4Loop, with int8 x and int32 sums. */
d_m3Op(i32_Mac4x4Loop)
{
    const pc_t self = _pc - 1;
    const pc_t operands = _pc;
    u32 *const pSlot = slot_ptr(u32);
    const u32 pOffset = immediate(u32);
    u32 *const wSlot = slot_ptr(u32);
    const u32 wOffset = immediate(u32);
    _pc += 10;
    const u32 wStep = advance_step(_pc, _sp), pStep = advance_step(_pc + 2, _sp);
    _pc += 4;
    const u32 end = slot(u32);
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? FUSED_STOP(pStep, end) : 0;

    u32 p = *pSlot, w = *wSlot, pLast, wLast;
    FUSED_LAST(pLast, pOffset, 4);
    FUSED_LAST(wLast, wOffset, 16);
    const u8 *const data = m3MemData(_mem);
#define FUSED_SLOT32(n) ((u32 *) (_sp + *(const i32 *) (operands + (n))))
    u32 s0 = *FUSED_SLOT32(10), s1 = *FUSED_SLOT32(11), s2 = *FUSED_SLOT32(12), s3 = *FUSED_SLOT32(13);
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

    for (u32 k = 0; k < 4; k++) *FUSED_SLOT32(4 + k) = (u32) (i32) input[k];
    *FUSED_SLOT32(8) = s3 - (u32) (input[3] * weights[15]);
    *FUSED_SLOT32(9) = (u32) (i32) input[3];
    *FUSED_SLOT32(10) = s0, *FUSED_SLOT32(11) = s1, *FUSED_SLOT32(12) = s2, *FUSED_SLOT32(13) = s3;
#undef FUSED_SLOT32
    *pSlot = p, *wSlot = w;
    _r0 = end > p;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

/* store64(p, load8_s(a) + (load8_s(b) << 21) + (load8_s(c) << 42)), then a, b, c, p advance, while p < end. */
d_m3Op(i64_PackLoop)
{
    const pc_t self = _pc - 1;
    u32 *const aSlot = slot_ptr(u32);
    const u32 aOffset = immediate(u32);
    u32 *const bSlot = slot_ptr(u32);
    const u32 bOffset = immediate(u32);
    u32 *const cSlot = slot_ptr(u32);
    const u32 cOffset = immediate(u32);
    i64 *const t = slot_ptr(i64);
    u32 *const pSlot = slot_ptr(u32);
    const u32 pOffset = immediate(u32);
    const u32 aStep = advance_step(_pc, _sp), bStep = advance_step(_pc + 2, _sp);
    const u32 cStep = advance_step(_pc + 4, _sp), pStep = advance_step(_pc + 6, _sp);
    _pc += 8;
    const u32 end = slot(u32);
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

    *t = two;
    *aSlot = a, *bSlot = b, *cSlot = c, *pSlot = p;
    _r0 = end > p;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

/* Three 21-bit lanes of s, added to the int32 at sums + offset. */
d_m3Op(i64_AddLanes)
{
    u8 *sums;
    const u32 base = slot(u32), offset = immediate(u32);
    i32 *const t = slot_ptr(i32);
    const u64 lanes = slot(u64);
    FUSED_ADDRESS(sums, base, offset, 4);
    store_i32(sums, (i32) ((u32) load_i32(sums) + ((u32) lanes & 0x1fffff)));
    FUSED_ADDRESS(sums, base, offset + 4, 4);
    store_i32(sums, (i32) ((u32) load_i32(sums) + ((u32) (lanes >> 21) & 0x1fffff)));
    FUSED_ADDRESS(sums, base, offset + 8, 4);
    *t = load_i32(sums);
    const i32 sum = (i32) ((u32) *t + (u32) (lanes >> 42));
    store_i32(sums, sum);
    _r0 = sum;
    nextOp();
}

/* The register holds the lanes, as the last slot does: stored as three int32. */
d_m3Op(i64_StoreLanes)
{
    const u32 first = slot(u32), firstOffset = immediate(u32);
    const u32 second = slot(u32), secondOffset = immediate(u32);
    const u32 third = slot(u32), thirdOffset = immediate(u32);
    const u64 lanes = slot(u64);
    u8 *sum;
    FUSED_ADDRESS(sum, first, firstOffset, 4);
    store_i32(sum, (i32) ((u32) _r0 & 0x1fffff));
    FUSED_ADDRESS(sum, second, secondOffset, 4);
    store_i32(sum, (i32) ((u32) (lanes >> 21) & 0x1fffff));
    FUSED_ADDRESS(sum, third, thirdOffset, 4);
    store_i32(sum, (i32) (lanes >> 42));
    _r0 = (i64) (lanes >> 42);
    nextOp();
}

/* Three x at p, q and r each, by nine weights four bytes apart. */
d_m3Op(i64_Mac3x3)
{
    const u8 *p, *q, *r, *w;
    u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(p, base, offset, 24);
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(q, base, offset, 24);
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(r, base, offset, 24);
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(w, base, offset, 33);
    const i8 *const weights = (const i8 *) w;
    i64 sum = slot(i64);
    MAC_TAPS(sum, p, weights);
    MAC_TAPS(sum, q, weights + 12);
    const split_i64 x6 = split(r), x7 = split(r + 8), x8 = split(r + 16);
    MULTIPLY_ADD(sum, x6, weights[24]);
    MULTIPLY_ADD(sum, x7, weights[28]);
    slot(i64) = sum;
    slot(i64) = load_i64(r + 16);
    MULTIPLY_ADD(sum, x8, weights[32]);
    slot(i64) = sum;
    _r0 = sum;
    nextOp();
}

/*
 * store8(output, the sum requantized and limited), then output and sums advance, while sums < end:
 * t = ((load32(sums) + bias) * multiplier + 2^30) >> 31, value = (t + (t >> 63) + offset) >> right.
 */
d_m3Op(i64_RequantizeLoop)
{
    const pc_t self = _pc - 1;
    u32 *const sumsSlot = slot_ptr(u32);
    const u32 sumsOffset = immediate(u32);
    const u32 bias = slot(u32);
    const i64 multiplier = slot(i64);
    i64 *const tSlot = slot_ptr(i64);
    i64 *const tCopySlot = slot_ptr(i64);
    const u64 rounding = slot(u64);
    const u32 right = (u32) slot(u64) & 63;
    i32 *const valueSlot = slot_ptr(i32);
    i32 *const copySlot = slot_ptr(i32);
    const i32 low = slot(i32), lowest = slot(i32), high = slot(i32), highest = slot(i32);
    u32 *const outputSlot = slot_ptr(u32);
    const u32 outputOffset = immediate(u32);
    const u32 stride = advance_step(_pc, _sp), step = advance_step(_pc + 2, _sp);
    _pc += 4;
    const u32 end = slot(u32);
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
        output += stride;
        sums += step;
    } while (sums < stop);

    *tSlot = t, *tCopySlot = t;
    *valueSlot = raised, *copySlot = raised;
    *outputSlot = output, *sumsSlot = sums;
    _r0 = end > sums;
    if (M3_UNLIKELY(_r0)) return target;
    nextOp();
}

#endif

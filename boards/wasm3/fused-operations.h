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

/* Whether a branch to `target` comes to the operation at `self`, which may have moved to another page. */
static inline bool reaches(pc_t target, pc_t self)
{
    return target == self || (*target == (code_t) op_Branch && *(const pc_t *) (target + 1) == self);
}

/* destination = destination +- slot: the sign is an operand, 1 or -1. */
d_m3Op(i32_AdvancePlus)
{
    u32 *destination = slot_ptr(u32);
    const u32 step = slot(u32);
    *destination += step;
    _r0 = (i32) *destination;
    nextOp();
}

d_m3Op(i32_AdvanceMinus)
{
    u32 *destination = slot_ptr(u32);
    const u32 step = slot(u32);
    *destination -= step;
    _r0 = (i32) *destination;
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
    const i64 sum = addend + TIMES_INT8(x, *(const i8 *) weight);
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
    const i64 sum = addend + TIMES_INT8(x, *(const i8 *) weight);
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
    const i64 sum = addend + TIMES_INT8(x, *(const i8 *) weight);
    slot(i64) = sum;
    _r0 = sum;
    nextOp();
}

/* Four x by 4 x 4 weights into four sums. */
d_m3Op(i64_Mac4x4)
{
    const u8 *p, *w;
    u32 base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(p, base, offset, 32);
    base = slot(u32), offset = immediate(u32);
    FUSED_ADDRESS(w, base, offset, 16);
    i64 *x = slot_ptr(i64);
    i64 *t = NULL;
    for (u32 k = 0; k < 4; k++, p += 8)
    {
        *x = load_i64(p);
        if (k < 3) x = slot_ptr(i64);
    }
    p -= 32;
    t = slot_ptr(i64);
    i64 *const lastX = slot_ptr(i64);
    *lastX = *x;
    for (u32 n = 0; n < 4; n++, w += 4)
    {
        i64 *sum = slot_ptr(i64);
        i64 value = *sum;
        for (u32 k = 0; k < 3; k++) value += TIMES_INT8(load_i64(p + 8 * k), w[k]);
        *t = value;
        *sum = value + TIMES_INT8(load_i64(p + 24), w[3]);
        _r0 = *sum;
    }
    nextOp();
}

/* i64_Mac4x4, then w += step, p += step, and again while p < end. */
d_m3Op(i64_Mac4x4Loop)
{
    const pc_t self = _pc - 1;
    u32 *const pSlot = slot_ptr(u32);
    const u32 pOffset = immediate(u32);
    u32 *const wSlot = slot_ptr(u32);
    const u32 wOffset = immediate(u32);
    i64 *x[4], *sum[4];
    for (u32 k = 0; k < 4; k++) x[k] = slot_ptr(i64);
    i64 *const t = slot_ptr(i64);
    i64 *const lastX = slot_ptr(i64);
    for (u32 n = 0; n < 4; n++) sum[n] = slot_ptr(i64);
    const u32 wStep = slot(u32), pStep = slot(u32);
    const u32 end = slot(u32);
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? end : 0;

    u32 p = *pSlot, w = *wSlot, pLast, wLast;
    FUSED_LAST(pLast, pOffset, 32);
    FUSED_LAST(wLast, wOffset, 16);
    const u8 *const data = m3MemData(_mem);
    i64 s0 = *sum[0], s1 = *sum[1], s2 = *sum[2], s3 = *sum[3];
    i64 before;
    do
    {
        if (M3_UNLIKELY(p > pLast || w > wLast)) d_outOfBounds;
        const u8 *const input = data + pOffset + p;
        const i8 *const weights = (const i8 *) (data + wOffset + w);
        MAC_COLUMN(input, weights, s0, s1, s2, s3);
        MAC_COLUMN(input + 8, weights + 1, s0, s1, s2, s3);
        MAC_COLUMN(input + 16, weights + 2, s0, s1, s2, s3);
        before = s3;
        MAC_COLUMN(input + 24, weights + 3, s0, s1, s2, s3);
        w += wStep;
        p += pStep;
    } while (p < stop);

    const u8 *const input = data + pOffset + (p - pStep);
    for (u32 k = 0; k < 4; k++) *x[k] = load_i64(input + 8 * k);
    *lastX = *x[3];
    *t = before;
    *sum[0] = s0, *sum[1] = s1, *sum[2] = s2, *sum[3] = s3;
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
    const u32 aStep = slot(u32), bStep = slot(u32), cStep = slot(u32), pStep = slot(u32);
    const u32 end = slot(u32);
    const pc_t target = immediate(pc_t);
    const u32 stop = reaches(target, self) ? end : 0;

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
        two = (i64) *(i8 *) (data + aOffset + a) + ((i64) *(i8 *) (data + bOffset + b) << 21);
        const i64 packed = two + (i64) ((u64) (i64) *(i8 *) (data + cOffset + c) << 42);
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
    store_i32(sums, load_i32(sums) + (i32) ((u32) lanes & 0x1fffff));
    FUSED_ADDRESS(sums, base, offset + 4, 4);
    store_i32(sums, load_i32(sums) + (i32) ((u32) (lanes >> 21) & 0x1fffff));
    FUSED_ADDRESS(sums, base, offset + 8, 4);
    *t = load_i32(sums);
    const i32 sum = (i32) ((u32) *t + (u32) (lanes >> 42));
    store_i32(sums, sum);
    _r0 = sum;
    nextOp();
}

/*
 * store8(output + offset, the register requantized and limited): t = ((r0 << left) * multiplier + 2^30) >> 31,
 * v = (t + ((t >> 63) & mask) + rounding) >> right. Slots are read and written in the order of the idiom, since they
 * may be the same.
 */
#define REQUANTIZE_STORE(storeT)                                                                \
    const u32 left = slot(u32);                                                                 \
    const i64 multiplier = slot(i64);                                                           \
    const i64 product = (i64) (i32) ((u32) _r0 << (left & 31)) * multiplier;                    \
    const i64 t = (i64) ((u64) product + 0x40000000) >> 31;                                     \
    storeT;                                                                                     \
    const i64 mask = slot(i64);                                                                 \
    const i64 rounding = slot(i64);                                                             \
    const u64 right = slot(u64);                                                                \
    const i32 value = (i32) ((i64) ((u64) t + (u64) ((t >> 63) & mask) + (u64) rounding) >> (right & 63)); \
    i32 *const v = slot_ptr(i32);                                                               \
    i32 *const copy = slot_ptr(i32);                                                            \
    *v = value;                                                                                 \
    *copy = value;                                                                              \
    const i32 low = slot(i32), lowest = slot(i32);                                              \
    const i32 raised = value <= low ? lowest : value;                                           \
    *v = raised;                                                                                \
    *copy = raised;                                                                             \
    const i32 high = slot(i32), highest = slot(i32);                                            \
    const i32 limited = raised >= high ? highest : raised;                                      \
    const u32 base = slot(u32), offset = immediate(u32);                                        \
    u8 *output;                                                                                 \
    FUSED_ADDRESS(output, base, offset, 1);                                                     \
    *output = (u8) limited;                                                                     \
    _r0 = limited;                                                                              \
    nextOp()

d_m3Op(i64_RequantizeStore)
{
    REQUANTIZE_STORE(slot(i64) = t);
}

/* As i64_RequantizeStore, with t in a second slot too. */
d_m3Op(i64_RequantizeStoreTwo)
{
    REQUANTIZE_STORE(slot(i64) = t; slot(i64) = t);
}

#endif

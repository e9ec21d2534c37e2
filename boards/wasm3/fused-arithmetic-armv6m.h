/*
 * Products of an i64 by an int8 on Armv6-M, which multiplies 32 bits by 32 to 32 only: the i64 is cut into 16, 16 and
 * 32 bits. Products of the parts by an int8 have at most 23 bits, so up to 128 of them are summed before the three sums
 * are put together, modulo 2^64.
 */
#ifndef WASMOTE_FUSED_ARITHMETIC_ARMV6M_H
#define WASMOTE_FUSED_ARITHMETIC_ARMV6M_H

typedef struct
{
    i32 low, middle;
    u32 high;
} split_i64;

static inline split_i64 split_value(i64 value)
{
    return (split_i64) { (i32) ((u32) value & 0xffff), (i32) ((u32) value >> 16), (u32) ((u64) value >> 32) };
}

static inline split_i64 split(const u8 *from)
{
    return split_value(load_i64(from));
}

static inline u64 join_sums(i32 low, i32 middle, u32 high)
{
    return (u64) (i64) low + ((u64) (i64) middle << 16) + ((u64) high << 32);
}

static inline i64 times_int8(split_i64 x, i32 weight)
{
    return (i64) join_sums(x.low * weight, x.middle * weight, x.high * (u32) weight);
}

#define TIMES_INT8(x, weight) times_int8(split_value(x), (i8) (weight))

#define MULTIPLY_ADD(sum, x, weight) ((sum) = (i64) ((u64) (sum) + (u64) times_int8(x, (i8) (weight))))

static inline u64 three_times_int8(const split_i64 *x0, const split_i64 *x1, const split_i64 *x2, i32 w0, i32 w1, i32 w2)
{
    return join_sums(x0->low * w0 + x1->low * w1 + x2->low * w2,
                     x0->middle * w0 + x1->middle * w1 + x2->middle * w2,
                     x0->high * (u32) w0 + x1->high * (u32) w1 + x2->high * (u32) w2);
}

#define MULTIPLY_ADD_THREE(sum, x0, x1, x2, w0, w1, w2)                                         \
    ((sum) = (i64) ((u64) (sum) + three_times_int8(&(x0), &(x1), &(x2), w0, w1, w2)))

#endif

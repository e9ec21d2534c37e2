/*
 * Sums, differences and products of float32 by integers, for Armv6-M: half of what libgcc's take, and less flash. Rounded to
 * the nearest, halves to even; subnormal numbers are kept. What is no number is the quiet NaN 0x7fc00000.
 *
 * Numbers are handled with the first bit of 24 at bit 30, and seven bits below, of which the last also tells whether
 * anything was cut off.
 *
 * Source: IEEE 754-2019, 4.3.1 and 5.4.1.
 */
#include <stdint.h>

#if defined(__ARM_ARCH_6M__)
#define ADD_F32 __aeabi_fadd
#define SUBTRACT_F32 __aeabi_fsub
#define MULTIPLY_F32 __aeabi_fmul
#endif

#ifdef ADD_F32
float ADD_F32(float x, float y);
float SUBTRACT_F32(float x, float y);
float MULTIPLY_F32(float x, float y);

typedef union f32
{
    float value;
    uint32_t bits;
} f32;

enum { extraBits = 7, specialExponent = 255 };

static const uint32_t signBit = 1u << 31, infinity = 0x7f800000, notANumber = 0x7fc00000, hidden = 1u << 23;

/* A number of a sign bit, an exponent from 1 to 254 or above, and 31 bits, of which the first is set unless the exponent is 1. */
static inline float rounded(uint32_t sign, int32_t exponent, uint32_t digits)
{
    f32 result = { .bits = sign | infinity };
    if (exponent >= specialExponent) return result.value;
    uint32_t whole = (digits + (1u << (extraBits - 1))) >> extraBits;
    if ((digits & ((1u << extraBits) - 1)) == 1u << (extraBits - 1)) whole &= ~1u;
    /* The first bit adds 1 to the exponent, as does what is rounded up to it. */
    result.bits = sign + ((uint32_t) (exponent - 1) << 23) + whole;
    return result.value;
}

/* Shifts to the right; the last bit tells of what was cut off. */
static inline uint32_t cut(uint32_t digits, uint32_t by)
{
    if (by > 31) return digits != 0;
    return by ? digits >> by | (digits << (32 - by) != 0) : digits;
}

static inline float sum_of(uint32_t a, uint32_t b)
{
    if (a << 1 < b << 1)
    {
        const uint32_t larger = b;
        b = a;
        a = larger;
    }
    int32_t exponent = (int32_t) (a << 1 >> 24), other = (int32_t) (b << 1 >> 24);
    f32 result = { .bits = a };
    if (exponent == specialExponent)
    {
        const uint32_t magnitude = a << 1 >> 1;
        if (magnitude > infinity || (a ^ b) == signBit) result.bits = notANumber;
        return result.value;
    }
    uint32_t digits = a & (hidden - 1), others = b & (hidden - 1);
    if (exponent) digits |= hidden;
    else exponent = 1;
    if (other) others |= hidden;
    else other = 1;
    digits <<= extraBits;
    others = cut(others << extraBits, (uint32_t) (exponent - other));
    if ((int32_t) (a ^ b) >= 0)
    {
        digits += others;
        if (digits & signBit)
        {
            digits = cut(digits, 1);
            exponent++;
        }
    }
    else
    {
        digits -= others;
        if (!digits) return 0;
        while (!(digits & signBit >> 1) && exponent > 1)
        {
            digits <<= 1;
            exponent--;
        }
    }
    return rounded(a & signBit, exponent, digits);
}

__attribute__((noinline)) float ADD_F32(float x, float y)
{
    const f32 a = { x }, b = { y };
    return sum_of(a.bits, b.bits);
}

float SUBTRACT_F32(float x, float y)
{
    f32 negative = { y };
    negative.bits ^= signBit;
    return ADD_F32(x, negative.value);
}

/* The exponent that a subnormal number would have with as many digits as others; it gets them. */
static __attribute__((noinline)) int32_t normalized(uint32_t *digits)
{
    int32_t exponent = 1;
    for (; !(*digits & hidden); *digits <<= 1) exponent--;
    return exponent;
}

/* Of zeros, infinities and what is no number. */
static __attribute__((noinline)) float special_product(uint32_t a, uint32_t b)
{
    const uint32_t sign = (a ^ b) & signBit, x = a & ~signBit, y = b & ~signBit;
    f32 result = { .bits = sign };
    if (x > infinity || y > infinity || (x == infinity && !y) || (y == infinity && !x)) result.bits = notANumber;
    else if (x && y) result.bits |= infinity;
    return result.value;
}

float MULTIPLY_F32(float x, float y)
{
    const f32 a = { x }, b = { y };
    int32_t exponent = (int32_t) (a.bits << 1 >> 24), other = (int32_t) (b.bits << 1 >> 24);
    uint32_t digits = (a.bits & (hidden - 1)) | hidden, others = (b.bits & (hidden - 1)) | hidden;
    if ((uint32_t) (exponent - 1) >= specialExponent - 1 || (uint32_t) (other - 1) >= specialExponent - 1)
    {
        if (exponent == specialExponent || other == specialExponent || !(a.bits << 1) || !(b.bits << 1))
            return special_product(a.bits, b.bits);
        if (!exponent)
        {
            digits ^= hidden;
            exponent = normalized(&digits);
        }
        if (!other)
        {
            others ^= hidden;
            other = normalized(&others);
        }
    }
    /* 48 bits, of which the lowest 16 only tell whether there is anything. */
    const uint32_t high = digits >> 8, low = digits & 0xff, otherHigh = others >> 8, otherLow = others & 0xff;
    const uint32_t last = low * otherLow, middle = high * otherLow + low * otherHigh + (last >> 8);
    uint32_t product = high * otherHigh + (middle >> 8);
    if ((middle | last) & 0xff) product |= 1;
    exponent += other - 127;
    if (product & signBit)
    {
        product = cut(product, 1);
        exponent++;
    }
    if (exponent < 1)
    {
        product = cut(product, (uint32_t) (1 - exponent));
        exponent = 1;
    }
    return rounded((a.bits ^ b.bits) & signBit, exponent, product);
}
#endif

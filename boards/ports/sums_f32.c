/*
 * Sums, differences and products of float32 by integers, for Armv6-M: 50 to 60 instructions each, and a third of the flash that
 * libgcc's take. Rounded to the nearest, halves to even; subnormal numbers are kept. What is no number is the quiet NaN 0x7fc00000.
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
    /* The first bit adds 1 to the exponent, as does what is rounded up to it. */
    const uint32_t belowHalf = (1u << (extraBits - 1)) - 1, last = digits >> extraBits & 1;
    result.bits = sign + ((uint32_t) (exponent - 1) << 23) + ((digits + belowHalf + last) >> extraBits);
    return result.value;
}

/* Shifts to the right; the last bit tells of what was cut off. */
static inline uint32_t cut(uint32_t digits, uint32_t by)
{
    if (by > 31) return digits != 0;
    return by ? digits >> by | (digits << (32 - by) != 0) : digits;
}

/* The digits of a number that is not subnormal. */
static inline uint32_t digits_of(uint32_t bits)
{
    return (bits << 8 | signBit) >> 1;
}

/* The digits of any, and the exponent that goes with them. */
static inline uint32_t small_digits(uint32_t bits, int32_t *exponent)
{
    if (*exponent) return digits_of(bits);
    *exponent = 1;
    return bits << 9 >> 9 << extraBits;
}

static float special_sum(uint32_t a, uint32_t b)
{
    f32 result = { .bits = a };
    if (a << 1 > infinity << 1 || (a ^ b) == signBit) result.bits = notANumber;
    return result.value;
}

__attribute__((noinline)) float ADD_F32(float x, float y)
{
    uint32_t a = ((f32) { x }).bits, b = ((f32) { y }).bits;
    if (a << 1 < b << 1)
    {
        const uint32_t larger = b;
        b = a;
        a = larger;
    }
    int32_t exponent = (int32_t) (a << 1 >> 24), other = (int32_t) (b << 1 >> 24);
    if (exponent == specialExponent) return special_sum(a, b);
    uint32_t digits, others;
    if (other)
    {
        digits = digits_of(a);
        others = digits_of(b);
    }
    else
    {
        digits = small_digits(a, &exponent);
        others = small_digits(b, &other);
    }
    const uint32_t apart = (uint32_t) (exponent - other);
    if (apart <= extraBits) others >>= apart;
    else others = cut(others, apart);
    if ((int32_t) (a ^ b) >= 0)
    {
        digits += others;
        if (digits & signBit)
        {
            digits = digits >> 1 | (digits & 1);
            exponent++;
        }
    }
    else
    {
        digits -= others;
        if (!digits) return 0;
        for (; !(digits & signBit >> 1) && exponent > 1; digits <<= 1) exponent--;
    }
    return rounded(a & signBit, exponent, digits);
}

float SUBTRACT_F32(float x, float y)
{
    f32 negative = { y };
    negative.bits ^= signBit;
    return ADD_F32(x, negative.value);
}

/* The product of numbers of 24 bits each, the first of which is set, whose exponents' sum is given. */
static inline float product_of(uint32_t sign, int32_t exponent, uint32_t digits, uint32_t others)
{
    /* 48 bits, of which the lowest 16 only tell whether there is anything. */
    const uint32_t high = digits >> 8, low = digits & 0xff, otherHigh = others >> 8, otherLow = others & 0xff;
    const uint32_t last = low * otherLow, middle = high * otherLow + low * otherHigh + (last >> 8);
    uint32_t product = high * otherHigh + (middle >> 8);
    if ((middle | last) & 0xff) product |= 1;
    exponent -= 127;
    if (product & signBit)
    {
        product = product >> 1 | (product & 1);
        exponent++;
    }
    if (exponent < 1)
    {
        product = cut(product, (uint32_t) (1 - exponent));
        exponent = 1;
    }
    return rounded(sign, exponent, product);
}

/* The exponent of a number that is not 0, and its digits from the first that is set on. */
static int32_t normalized(uint32_t bits, uint32_t *digits)
{
    int32_t exponent = (int32_t) (bits << 1 >> 24);
    *digits = bits & (hidden - 1);
    if (exponent) *digits |= hidden;
    else for (exponent = 1; !(*digits & hidden); *digits <<= 1) exponent--;
    return exponent;
}

/* A product where a factor is subnormal, 0, infinite or none. */
static __attribute__((noinline)) float odd_product(uint32_t a, uint32_t b)
{
    const uint32_t sign = (a ^ b) & signBit, x = a & ~signBit, y = b & ~signBit;
    f32 result = { .bits = sign };
    if (x > infinity || y > infinity || (x == infinity && !y) || (y == infinity && !x)) result.bits = notANumber;
    else if (x == infinity || y == infinity) result.bits |= infinity;
    else if (x && y)
    {
        uint32_t digits, others;
        const int32_t exponent = normalized(x, &digits), other = normalized(y, &others);
        return product_of(sign, exponent + other, digits, others);
    }
    return result.value;
}

float MULTIPLY_F32(float x, float y)
{
    const uint32_t a = ((f32) { x }).bits, b = ((f32) { y }).bits;
    const uint32_t exponent = a << 1 >> 24, other = b << 1 >> 24;
    if (exponent - 1 >= specialExponent - 1 || other - 1 >= specialExponent - 1) return odd_product(a, b);
    return product_of((a ^ b) & signBit, (int32_t) (exponent + other), (a & (hidden - 1)) | hidden, (b & (hidden - 1)) | hidden);
}
#endif

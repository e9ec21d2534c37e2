#include <string.h>

#include "signal.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

typedef struct real_pair
{
    float real, imaginary;
} real_pair;

static inline real_pair pair_at(const float *at)
{
    return (real_pair) { at[0], at[1] };
}

static inline void put_at(float *at, float real, float imaginary)
{
    at[0] = real;
    at[1] = imaginary;
}

/* The bits of a number. */
static inline uint32_t bits_at(const float *at)
{
    uint32_t bits;
    memcpy(&bits, at, sizeof bits);
    return bits;
}

static inline bool is_finite(const float *at)
{
    return ~bits_at(at) & 0x7f800000;
}

static real_pair pair_product(real_pair a, const float *by)
{
    return (real_pair) { a.real * by[0] - a.imaginary * by[1], a.real * by[1] + a.imaginary * by[0] };
}

/*
 * A number times a factor. That of 1 and 0 changes nothing that is finite, but for the sign of a zero, which no power
 * depends on.
 */
static inline real_pair turned_at(const float *at, const float *by)
{
    const real_pair a = pair_at(at);
    const bool isOne = bits_at(by) == 0x3f800000 && bits_at(by + 1) << 1 == 0;
    return isOne && is_finite(at) && is_finite(at + 1) ? a : pair_product(a, by);
}

static void put_sums(float *low, float *high, real_pair a, real_pair b)
{
    put_at(low, a.real + b.real, a.imaginary + b.imaginary);
    put_at(high, a.real - b.real, a.imaginary - b.imaginary);
}

static real_pair add_pairs(real_pair a, real_pair b)
{
    return (real_pair) { a.real + b.real, a.imaginary + b.imaginary };
}

static real_pair subtract_pairs(real_pair a, real_pair b)
{
    return (real_pair) { a.real - b.real, a.imaginary - b.imaginary };
}

/* A stage in place, of numbers that lie `apart` numbers apart. */
static void run_float_stage(const power_spectrum *of, uint32_t apart, uint32_t radix)
{
    float *const spectrum = of->spectrum, *const end = spectrum + 2 * of->points;
    const uint32_t stride = 2 * (of->points / (apart * radix)), floats = 2 * apart;
    const float *factor = of->twiddles;
    for (uint32_t at = 0; at < apart; at++, factor += stride)
    {
        const float *const second = factor + at * stride, *const third = second + at * stride;
        for (float *a = spectrum + 2 * at; a < end; a += floats * radix)
        {
            float *const b = a + floats, *const c = b + floats, *const d = c + floats;
            const real_pair p = turned_at(b, factor);
            if (radix == 2)
            {
                put_sums(a, b, pair_at(a), p);
                continue;
            }
            const real_pair first = pair_at(a), q = turned_at(c, second), s = turned_at(d, third);
            const real_pair rest = subtract_pairs(first, q), side = subtract_pairs(p, s);
            put_sums(a, c, add_pairs(first, q), add_pairs(p, s));
            put_at(b, rest.real + side.imaginary, rest.imaginary - side.real);
            put_at(d, rest.real - side.imaginary, rest.imaginary + side.real);
        }
    }
}

/* The spectrum of real samples of that of even and odd ones, in place, from both ends. */
static void join_floats(const power_spectrum *of)
{
    float *low = of->spectrum, *high = low + 2 * of->points;
    const float *factor = (const float *) of->twiddles + 2 * of->points;
    const real_pair zero = pair_at(low);
    put_at(low, zero.real + zero.imaginary, 0);
    put_at(high, zero.real - zero.imaginary, 0);
    for (low += 2, high -= 2; low <= high; low += 2, high -= 2, factor += 2)
    {
        const real_pair a = pair_at(low), b = { high[0], -high[1] };
        const real_pair both = add_pairs(a, b), rest = pair_product(subtract_pairs(a, b), factor);
        put_at(low, (both.real + rest.real) * 0.5f, (both.imaginary + rest.imaginary) * 0.5f);
        put_at(high, (both.real - rest.real) * 0.5f, (rest.imaginary - both.imaginary) * 0.5f);
    }
}

/* Without the C library's mathematics: programs may not link it. */
float wasmote_float_root(float x)
{
#if defined(__ARM_FP) && __ARM_FP & 4
    float root;
    __asm__("vsqrt.f32 %0, %1" : "=t"(root) : "t"(x));
    return root;
#else
    /* Of a subnormal number, 2^24 times as large, the root is 2^12 times as large. */
    const bool isSmall = x < 0x1p-126f;
    if (isSmall) x *= 0x1p24f;
    uint32_t bits = bits_at(&x);
    const uint32_t exponent = bits >> 23;
    if (exponent == 0 || exponent >= 255) return x;
    /* 25 bits of the root, one after the other, of a square whose exponent is even; `rest` is what is left of it, over the bit. */
    uint32_t rest = ((bits & 0x7fffff) | 0x800000) << (exponent & 1 ? 1 : 2), digits = 0;
    for (uint32_t bit = 1 << 24; bit; bit >>= 1, rest <<= 1)
    {
        const uint32_t taken = 2 * digits + bit;
        if (rest < taken) continue;
        rest -= taken;
        digits += bit;
    }
    bits = ((digits + 1) >> 1) + (((exponent + 1) / 2 + 62) << 23);
    float root;
    memcpy(&root, &bits, sizeof root);
    return isSmall ? root * 0x1p-12f : root;
#endif
}

void wasmote_power_spectrum(const power_spectrum *of)
{
    const float *samples = of->input, *const window = of->window;
    if (window)
    {
        float *const windowed = of->samples;
        for (uint32_t i = 0; i < of->length; i++) windowed[i] = samples[i] * window[i];
        samples = windowed;
    }
    float *to = of->spectrum;
    for (uint32_t i = 0, index = 0; i < of->points; i++, to += 2, index = wasmote_next_in_order(index, of->points, of->radices))
    {
        const uint32_t at = 2 * index;
        put_at(to, at < of->length ? samples[at] : 0, at + 1 < of->length ? samples[at + 1] : 0);
    }
    uint32_t apart = 1;
    for (uint32_t rest = of->radices; rest; rest >>= radixBits)
    {
        const uint32_t radix = rest & radixMask;
        run_float_stage(of, apart, radix);
        apart *= radix;
    }
    join_floats(of);
    memset(of->output, 0, 4 * (of->points + 1));
    for (uint32_t i = of->start; i < of->end; i++)
    {
        const real_pair a = pair_at((const float *) of->spectrum + 2 * i);
        const float power = a.real * a.real + a.imaginary * a.imaginary;
        of->output[i] = canonical((of->magnitude ? wasmote_float_root(power) : power) * of->scale);
    }
}

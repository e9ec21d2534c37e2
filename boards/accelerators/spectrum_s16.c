#include <string.h>

#include "long_products.h"
#include "signal.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

/* Multiplies the number there by a factor. */
static __attribute__((noinline)) void turn_by(int32_t *at, const int32_t *by)
{
    const int32_t real = at[0], imaginary = at[1], byReal = by[0], byImaginary = by[1];
    long_sum sum = halfAtFirst;
    add_product(&sum, real, byReal);
    take_product(&sum, imaginary, byImaginary);
    at[0] = whole_of(sum);
    sum = halfAtFirst;
    add_product(&sum, real, byImaginary);
    add_product(&sum, imaginary, byReal);
    at[1] = whole_of(sum);
}

static inline int32_t plus(int32_t a, int32_t b)
{
    return (int32_t) ((uint32_t) a + (uint32_t) b);
}

static inline int32_t minus(int32_t a, int32_t b)
{
    return (int32_t) ((uint32_t) a - (uint32_t) b);
}

/* A stage in place, of numbers that lie `apart` numbers apart. Factors of 1 change nothing: no number has more than 30 bits. */
static void run_whole_stage(const power_spectrum *of, uint32_t apart, uint32_t radix)
{
    int32_t *const spectrum = of->spectrum, *const end = spectrum + 2 * of->points;
    const uint32_t stride = 2 * (of->points / (apart * radix)), words = 2 * apart;
    const int32_t *factor = of->twiddles;
    for (uint32_t at = 0; at < apart; at++, factor += stride)
    {
        const bool isOne = factor[0] == INT32_MAX && factor[1] == 0;
        const int32_t *const second = factor + at * stride, *const third = second + at * stride;
        for (int32_t *a = spectrum + 2 * at; a < end; a += words * radix)
        {
            int32_t *const b = a + words;
            if (!isOne) turn_by(b, factor);
            if (radix == 2)
            {
                const int32_t real = a[0], imaginary = a[1], byReal = b[0], byImaginary = b[1];
                a[0] = plus(real, byReal), a[1] = plus(imaginary, byImaginary);
                b[0] = minus(real, byReal), b[1] = minus(imaginary, byImaginary);
                continue;
            }
            int32_t *const c = b + words, *const d = c + words;
            if (!isOne) turn_by(c, second), turn_by(d, third);
            const int32_t even = plus(a[0], c[0]), rest = minus(a[0], c[0]), odd = plus(b[0], d[0]), side = minus(b[0], d[0]);
            a[0] = plus(even, odd), c[0] = minus(even, odd);
            const int32_t evenI = plus(a[1], c[1]), restI = minus(a[1], c[1]), oddI = plus(b[1], d[1]), sideI = minus(b[1], d[1]);
            a[1] = plus(evenI, oddI), c[1] = minus(evenI, oddI);
            b[0] = plus(rest, sideI), d[0] = minus(rest, sideI);
            b[1] = minus(restI, side), d[1] = plus(restI, side);
        }
    }
}

/* Twice the spectrum of real samples of that of even and odd ones, in place, from both ends. */
static void join_whole(const power_spectrum *of)
{
    int32_t *low = of->spectrum, *high = low + 2 * of->points;
    const int32_t *factor = (const int32_t *) of->twiddles + 2 * of->points;
    const int32_t zeroReal = low[0], zeroImaginary = low[1];
    const int32_t all = plus(zeroReal, zeroImaginary), last = minus(zeroReal, zeroImaginary);
    low[0] = plus(all, all), high[0] = plus(last, last);
    low[1] = high[1] = 0;
    for (low += 2, high -= 2; low <= high; low += 2, high -= 2, factor += 2)
    {
        const int32_t real = plus(low[0], high[0]), imaginary = minus(low[1], high[1]);
        int32_t rest[2] = { minus(low[0], high[0]), plus(low[1], high[1]) };
        turn_by(rest, factor);
        low[0] = plus(real, rest[0]), low[1] = plus(imaginary, rest[1]);
        high[0] = minus(real, rest[0]), high[1] = minus(rest[1], imaginary);
    }
}

static inline uint32_t size_of(int32_t value)
{
    return value < 0 ? -(uint32_t) value : (uint32_t) value;
}

/* Writes the samples times the window and a power of two, which leaves room for all sums; answers the power. */
static int32_t scale_samples(const power_spectrum *of)
{
    const int16_t *const input = of->input;
    const int32_t *const window = of->window;
    int32_t *const samples = of->samples;
    uint32_t largest = 0;
    for (uint32_t i = 0; i < of->length; i++)
        if (size_of(input[i]) > largest) largest = size_of(input[i]);
    const int32_t up = (largest ? __builtin_clz(largest) : 32) - 2;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < of->length; i++)
    {
        const int32_t sample = (int32_t) ((uint32_t) input[i] << up);
        samples[i] = window ? product_of(sample, window[i]) : sample;
        sum += size_of(samples[i]);
    }
    sum += sum >> 10;
    int32_t down = 0;
    while (sum >> 30 >> down) down++;
    for (uint32_t i = 0; down > 0 && i < of->length; i++) samples[i] = plus(samples[i], 1 << down >> 1) >> down;
    return up - down;
}

static inline uint64_t squares_of(int32_t real, int32_t imaginary)
{
    long_sum sum = zeroAtFirst;
    add_product(&sum, real, real);
    add_product(&sum, imaginary, imaginary);
    return bits_of(sum);
}

/* An integer in float32, rounded once: by way of 32 bits, of which the lowest tells whether anything was cut off. */
static float float_of(uint64_t value)
{
    const uint32_t high = (uint32_t) (value >> 32), low = (uint32_t) value;
    uint32_t bits = low, cut = 0;
    if (high)
    {
        const uint32_t room = (uint32_t) __builtin_clz(high), moved = low << room;
        cut = 32 - room;
        bits = (room ? high << room | low >> cut : high) | (moved != 0);
    }
    float number = (float) bits;
    memcpy(&bits, &number, sizeof bits);
    bits += cut << 23;
    memcpy(&number, &bits, sizeof bits);
    return number;
}

void wasmote_power_spectrum_s16(const power_spectrum *of)
{
    const int32_t shift = scale_samples(of) + 1;
    const int32_t *const samples = of->samples;
    int32_t *to = of->spectrum;
    for (uint32_t i = 0, index = 0; i < of->points; i++, to += 2, index = wasmote_next_in_order(index, of->points, of->radices))
    {
        const uint32_t at = 2 * index;
        to[0] = at < of->length ? samples[at] : 0;
        to[1] = at + 1 < of->length ? samples[at + 1] : 0;
    }
    uint32_t apart = 1;
    for (uint32_t rest = of->radices; rest; rest >>= radixBits)
    {
        const uint32_t radix = rest & radixMask;
        run_whole_stage(of, apart, radix);
        apart *= radix;
    }
    join_whole(of);
    const uint32_t bits = (uint32_t) (127 - (of->magnitude ? shift : 2 * shift)) << 23;
    float factor;
    memcpy(&factor, &bits, sizeof factor);
    factor *= of->scale;
    memset(of->output, 0, 4 * (of->points + 1));
    const int32_t *const spectrum = of->spectrum;
    for (uint32_t bin = of->start; bin < of->end; bin++)
    {
        const int32_t real = spectrum[2 * bin], imaginary = spectrum[2 * bin + 1];
        const float power = float_of(squares_of(real, imaginary));
        of->output[bin] = (of->magnitude ? wasmote_float_root(power) : power) * factor;
    }
}

#include "signal.h"

/* A complex number: in memory a word of two int16, of which the real part is the lower one. */
typedef struct complex
{
    int32_t real, imaginary;
} complex;

static inline complex of_word(uint32_t word)
{
    return (complex) { (int16_t) word, (int32_t) word >> 16 };
}

static inline uint32_t word_of(int32_t real, int32_t imaginary)
{
    return (uint16_t) real | (uint32_t) imaginary << 16;
}

/* The number times `share`, of 15 fractional bits. */
static inline complex scaled(complex a, int32_t share)
{
    return (complex) { (a.real * share + 0x4000) >> 15, (a.imaginary * share + 0x4000) >> 15 };
}

/* Not inlined: seldom needed, and then often. */
static __attribute__((noinline)) int32_t product(int32_t a, int32_t b)
{
    return (int16_t) (((int16_t) a * b + 0x4000) >> 15);
}

/* A product of which both parts' sums are int32, modulo 2^32. */
static inline complex turned(complex a, complex by)
{
    const uint32_t real = (uint32_t) (a.real * by.real) - (uint32_t) (a.imaginary * by.imaginary);
    const uint32_t imaginary = (uint32_t) (a.real * by.imaginary) + (uint32_t) (a.imaginary * by.real);
    return (complex) { (int16_t) ((int32_t) (real + 0x4000) >> 15), (int16_t) ((int32_t) (imaginary + 0x4000) >> 15) };
}

static inline complex sum(complex a, complex b)
{
    return (complex) { (int16_t) (a.real + b.real), (int16_t) (a.imaginary + b.imaginary) };
}

static inline complex difference(complex a, complex b)
{
    return (complex) { (int16_t) (a.real - b.real), (int16_t) (a.imaginary - b.imaginary) };
}

/* A count, of which the radix is a factor: Armv6-M divides by software. */
static inline uint32_t part_of(uint32_t count, uint32_t radix)
{
    return radix & 1 ? count / radix : count >> (radix >> 1);
}

uint32_t wasmote_next_in_order(uint32_t index, uint32_t points, uint32_t radices)
{
    uint32_t step = part_of(points, radices & radixMask), bound = points, rest = radices >> radixBits;
    index += step;
    while (index >= bound && rest)
    {
        index -= bound;
        bound = step;
        step = part_of(step, rest & radixMask);
        rest >>= radixBits;
        index += step;
    }
    return index;
}

/* Samples as complex numbers in the order in which the stages work in place. */
static void reorder(const real_fft *of)
{
    const uint32_t samples = of->length;
    for (uint32_t i = 0, index = 0; i < of->points; i++, index = wasmote_next_in_order(index, of->points, of->radices))
    {
        const uint32_t at = 2 * index;
        of->scratch[i] = word_of(at < samples ? of->input[at] : 0, at + 1 < samples ? of->input[at + 1] : 0);
    }
}

/* Writes numbers that lie `apart` words apart, of two that are added and subtracted. */
static inline void put_pair(uint32_t *low, uint32_t *high, complex a, complex b)
{
    *low = word_of(a.real + b.real, a.imaginary + b.imaginary);
    *high = word_of(a.real - b.real, a.imaginary - b.imaginary);
}

static __attribute__((noinline)) void put3(uint32_t *to, uint32_t apart, const complex *x, int32_t third)
{
    const complex both = sum(x[1], x[2]), rest = difference(x[1], x[2]);
    to[0] = word_of(x[0].real + both.real, x[0].imaginary + both.imaginary);
    const complex middle = { x[0].real - (both.real >> 1), x[0].imaginary - (both.imaginary >> 1) };
    put_pair(to + 2 * apart, to + apart, middle, (complex) { product(rest.imaginary, third), -product(rest.real, third) });
}

static __attribute__((noinline)) void put5(uint32_t *to, uint32_t apart, const complex *x, complex fifth, complex second)
{
    const complex outer = sum(x[1], x[4]), outerRest = difference(x[1], x[4]);
    const complex inner = sum(x[2], x[3]), innerRest = difference(x[2], x[3]);
    to[0] = word_of(x[0].real + outer.real + inner.real, x[0].imaginary + outer.imaginary + inner.imaginary);
    for (int32_t k = 1, sign = 1; k <= 3; k += 2, sign = -1)
    {
        const complex middle = {
            x[0].real + product(outer.real, fifth.real) + product(inner.real, second.real),
            x[0].imaginary + product(outer.imaginary, fifth.real) + product(inner.imaginary, second.real),
        };
        const complex side = {
            sign * product(outerRest.imaginary, fifth.imaginary) + product(innerRest.imaginary, second.imaginary),
            -sign * product(outerRest.real, fifth.imaginary) - product(innerRest.real, second.imaginary),
        };
        put_pair(to + (5 - k) * (int32_t) apart, to + k * (int32_t) apart, middle, side);
        const complex turn = fifth;
        fifth = second;
        second = turn;
    }
}

/* The factor that changes nothing that is at most 2^14 in magnitude, as what is shared out is. */
enum { one = INT16_MAX };

/* A stage in place: `radix` numbers each that lie `apart` words apart, shared out and turned by their factors. */
static void run_stage(const real_fft *of, uint32_t apart, uint32_t radix)
{
    const uint32_t stride = of->points / (apart * radix), *const twiddles = of->twiddles;
    const int32_t share = INT16_MAX / (int32_t) radix;
    for (uint32_t at = 0; at < apart; at++)
    {
        for (uint32_t *to = of->scratch + at; to < of->scratch + of->points; to += apart * radix)
        {
            complex x[mostRadix];
            x[0] = scaled(of_word(*to), share);
            for (uint32_t k = 1; k < radix; k++)
            {
                const uint32_t factor = twiddles[k * at * stride];
                x[k] = scaled(of_word(to[k * apart]), share);
                if (factor != one) x[k] = turned(x[k], of_word(factor));
            }
            if (radix == 4)
            {
                const complex even = sum(x[0], x[2]), rest = difference(x[0], x[2]);
                const complex odd = sum(x[1], x[3]), side = difference(x[1], x[3]);
                put_pair(to, to + 2 * apart, even, odd);
                put_pair(to + apart, to + 3 * apart, rest, (complex) { side.imaginary, -side.real });
            }
            else if (radix == 2) put_pair(to, to + apart, x[0], x[1]);
            else if (radix == 3) put3(to, apart, x, of_word(twiddles[apart * stride]).imaginary);
            else put5(to, apart, x, of_word(twiddles[apart * stride]), of_word(twiddles[2 * apart * stride]));
        }
    }
}

static inline void put_halves(int16_t *to, int32_t real, int32_t imaginary)
{
    to[0] = (int16_t) (real >> 1);
    to[1] = (int16_t) (imaginary >> 1);
}

/* The spectrum of real samples of that of even and odd ones, from both ends. */
static void join(const real_fft *of)
{
    const uint32_t *low = of->scratch, *high = of->scratch + of->points, *factor = of->twiddles + of->points;
    int16_t *lowTo = of->output, *highTo = of->output + 2 * of->points;
    const complex zero = scaled(of_word(*low), INT16_MAX / 2);
    lowTo[0] = (int16_t) (zero.real + zero.imaginary);
    highTo[0] = (int16_t) (zero.real - zero.imaginary);
    lowTo[1] = highTo[1] = 0;
    while (++low <= --high)
    {
        lowTo += 2;
        highTo -= 2;
        const complex a = scaled(of_word(*low), INT16_MAX / 2), end = of_word(*high);
        const complex b = scaled((complex) { end.real, (int16_t) -end.imaginary }, INT16_MAX / 2);
        const complex both = sum(a, b), rest = turned(difference(a, b), of_word(*factor++));
        put_halves(lowTo, both.real + rest.real, both.imaginary + rest.imaginary);
        put_halves(highTo, both.real - rest.real, rest.imaginary - both.imaginary);
    }
}

void wasmote_rfft_s16(const real_fft *of)
{
    reorder(of);
    uint32_t apart = 1;
    for (uint32_t rest = of->radices; rest; rest >>= radixBits)
    {
        const uint32_t radix = rest & radixMask;
        run_stage(of, apart, radix);
        apart *= radix;
    }
    join(of);
}

#include "signal.h"

/* A complex number of int16. */
typedef struct point
{
    int16_t real, imaginary;
} point;

/* x / 2 and x / 4 by rounded products with the reciprocal in 15 bits. */
static inline int32_t half_of(int32_t x) { return (int16_t) ((x * 16383 + 0x4000) >> 15); }
static inline int32_t quarter_of(int32_t x) { return (int16_t) ((x * 8191 + 0x4000) >> 15); }

/* Both parts of a product, each rounded from 32 bits, in which sums wrap. */
static inline int32_t product_real(int32_t ar, int32_t ai, point b)
{
    return (int16_t) ((int32_t) ((uint32_t) (ar * b.real) - (uint32_t) (ai * b.imaginary) + 0x4000u) >> 15);
}

static inline int32_t product_imaginary(int32_t ar, int32_t ai, point b)
{
    return (int16_t) ((int32_t) ((uint32_t) (ar * b.imaginary) + (uint32_t) (ai * b.real) + 0x4000u) >> 15);
}

static inline point make_point(int32_t real, int32_t imaginary)
{
    return (point) { (int16_t) real, (int16_t) imaginary };
}

/* Samples as complex numbers in the order in which the stages work in place: numbers of mixed radix, digits turned. */
static void reorder(const rfft_operation *of, const int16_t *input, point *output)
{
    const uint32_t first = (uint32_t) of->points / (of->radices & 7);
    uint32_t index = 0;
    for (int32_t i = 0; i < of->points; i++)
    {
        const int32_t at = (int32_t) index * 2;
        output[i] = make_point(at < of->length ? input[at] : 0, at + 1 < of->length ? input[at + 1] : 0);
        uint32_t step = first, bound = (uint32_t) of->points, rest = (uint32_t) of->radices >> 3;
        index += step;
        while (index >= bound && rest != 0)
        {
            index -= bound;
            bound = step;
            step >>= (rest & 7) >> 1;
            rest >>= 3;
            index += step;
        }
    }
}

/* Pairs that lie `apart` from each other; from one factor to the next there are `stride`. */
static void stage2(point *data, const point *end, const point *factor, int32_t apart, int32_t stride)
{
    for (point *const past = data + apart; data < past; data++, factor += stride)
    {
        const point w = *factor;
        for (point *a = data; a < end; a += 2 * apart)
        {
            point *const b = a + apart;
            const int32_t ar = half_of(a->real), ai = half_of(a->imaginary);
            const int32_t br = half_of(b->real), bi = half_of(b->imaginary);
            const int32_t tr = product_real(br, bi, w), ti = product_imaginary(br, bi, w);
            *a = make_point(ar + tr, ai + ti);
            *b = make_point(ar - tr, ai - ti);
        }
    }
}

static void stage4(point *data, const point *end, const point *factors, int32_t apart, int32_t stride)
{
    for (int32_t at = 0, k = 0; at < apart; at++, k += stride)
    {
        const point w1 = factors[k], w2 = factors[2 * k], w3 = factors[3 * k];
        for (point *a = data + at; a < end; a += 4 * apart)
        {
            point *const b = a + apart, *const c = b + apart, *const d = c + apart;
            const int32_t ar = quarter_of(a->real), ai = quarter_of(a->imaginary);
            const int32_t br = quarter_of(b->real), bi = quarter_of(b->imaginary);
            const int32_t cr = quarter_of(c->real), ci = quarter_of(c->imaginary);
            const int32_t dr = quarter_of(d->real), di = quarter_of(d->imaginary);
            const int32_t pr = product_real(br, bi, w1), pi = product_imaginary(br, bi, w1);
            const int32_t qr = product_real(cr, ci, w2), qi = product_imaginary(cr, ci, w2);
            const int32_t sr = product_real(dr, di, w3), si = product_imaginary(dr, di, w3);
            const int32_t evenR = ar + qr, evenI = ai + qi, oddR = pr + sr, oddI = pi + si;
            const int32_t restR = ar - qr, restI = ai - qi, turnedR = pr - sr, turnedI = pi - si;
            *a = make_point(evenR + oddR, evenI + oddI);
            *c = make_point(evenR - oddR, evenI - oddI);
            *b = make_point(restR + turnedI, restI - turnedR);
            *d = make_point(restR - turnedI, restI + turnedR);
        }
    }
}

/* The spectrum of all samples, in place of that of even and odd ones, from both ends. */
static void join(point *low, point *high, const point *factor)
{
    const int32_t zeroR = half_of(low->real), zeroI = half_of(low->imaginary);
    *low = make_point(zeroR + zeroI, 0);
    *high = make_point(zeroR - zeroI, 0);
    for (low++, high--; low <= high; low++, high--, factor++)
    {
        const int32_t lr = half_of(low->real), li = half_of(low->imaginary);
        const int32_t hr = half_of(high->real), hi = half_of((int16_t) -high->imaginary);
        const int32_t sumR = (int16_t) (lr + hr), sumI = (int16_t) (li + hi);
        const int32_t differenceR = (int16_t) (lr - hr), differenceI = (int16_t) (li - hi);
        const int32_t tr = product_real(differenceR, differenceI, *factor);
        const int32_t ti = product_imaginary(differenceR, differenceI, *factor);
        *low = make_point((sumR + tr) >> 1, (sumI + ti) >> 1);
        *high = make_point((sumR - tr) >> 1, (ti - sumI) >> 1);
    }
}

void wasmote_rfft_s16(const rfft_operation *of)
{
    const point *const factors = (const point *) (const void *) of->factors;
    const int16_t *input = of->input;
    point *output = (point *) (void *) of->output;
    for (int32_t row = 0; row < of->rows; row++, input += of->length, output += of->points + 1)
    {
        const point *const end = output + of->points;
        reorder(of, input, output);
        int32_t before = 1;
        for (uint32_t rest = (uint32_t) of->radices; rest != 0; rest >>= 3)
        {
            const int32_t radix = rest & 7, stride = of->points / (before * radix);
            if (radix == 4) stage4(output, end, factors, before, stride);
            else stage2(output, end, factors, before, stride);
            before *= radix;
        }
        join(output, output + of->points, factors + of->points);
    }
}

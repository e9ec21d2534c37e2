#include "product.h"
#include "requantize.h"

static inline const int32_t *constants_of(const product_operation *of, const uint8_t *header)
{
    return (const int32_t *) (header + product_header_bytes(of) - 32);
}

static inline int64_t bias_of(const product_operation *of, const uint8_t *header, int lane)
{
    if (!of->isLong) return ((const int32_t *) header)[lane];
    const uint32_t *const words = (const uint32_t *) header + 2 * lane;
    return (int64_t) (words[0] | (uint64_t) words[1] << 32);
}

static inline void store_integer(const product_operation *of, int32_t value, uint32_t at)
{
    const int32_t output = clamp((int32_t) ((uint32_t) value + (uint32_t) of->outputZeroPoint), of->low, of->high);
    if (of->isWide) ((int16_t *) of->output)[at] = (int16_t) output;
    else ((int8_t *) of->output)[at] = (int8_t) output;
}

/* Sums of 64 bits wrap, as WebAssembly's do, and so does what they are multiplied to. */
static inline int32_t rescale_long(int64_t sum, int32_t multiplier, int32_t shift)
{
    const uint64_t rounding = (uint64_t) 1 << (shift & 63) >> 1;
    return (int32_t) ((int64_t) ((uint64_t) sum * (uint64_t) (int64_t) multiplier + rounding) >> (shift & 63));
}

void wasmote_finish_sum(const product_operation *of, const uint8_t *header, int lane, int64_t sum, uint32_t output)
{
    const int32_t *const constants = constants_of(of, header) + lane;
    const uint64_t total = (uint64_t) sum + (uint64_t) bias_of(of, header, lane);
    if (of->isLong) store_integer(of, rescale_long((int64_t) total, constants[0], constants[4]), output);
    else store_integer(of, requantize_any((int32_t) total, constants[0], constants[4]), output);
}

void wasmote_finish_sums(const product_operation *of, const uint8_t *header, int lane, const int32_t *sums, uint32_t positions, uint32_t at, uint32_t stride)
{
    const int32_t *const constants = constants_of(of, header) + lane;
    const int32_t multiplier = constants[0], shift = constants[4];
    const int64_t bias = bias_of(of, header, lane);

    /* A multiplier of 16 bits, and a bias that leaves the product its 63: the product is one of 32 by 32 bits. */
    if (of->isLong && of->isWide && bias >= -(1 << 30) && bias < 1 << 30 && (uint32_t) (shift - 8) < 24)
    {
        int16_t *output = (int16_t *) of->output + at;
        const int32_t low = of->low, high = of->high;
        const int64_t start = bias * multiplier + ((int64_t) 1 << (shift - 1));
        for (const int32_t *const end = sums + positions; sums < end; sums++, output += stride)
        {
            const int64_t product = start + (int64_t) *sums * multiplier;
            const int32_t value = (int32_t) ((uint32_t) ((uint64_t) product >> 32) << (32 - shift) | (uint32_t) product >> shift);
            *output = (int16_t) clamp(value, low, high);
        }
        return;
    }
    for (uint32_t i = 0; i < positions; i++) wasmote_finish_sum(of, header, lane, sums[i], at + i * stride);
}

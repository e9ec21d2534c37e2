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

bool wasmote_is_quick_product(const product_operation *of, int32_t outputs, uint32_t tileBytes)
{
    if (!of->isLong) return false;
    const uint8_t *tile = of->weights;
    for (int32_t n = 0; n < outputs; n++)
    {
        const int lane = (int) (n & 3);
        const int64_t bias = bias_of(of, tile, lane);
        const int32_t *const constants = constants_of(of, tile) + lane;
        if (bias < -(1 << 30) || bias >= 1 << 30 || constants[0] < 0 || constants[0] > 0x7fff) return false;
        if ((uint32_t) (constants[4] - 8) >= 24) return false;
        if (lane == 3) tile += tileBytes;
    }
    return true;
}

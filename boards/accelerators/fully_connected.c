#include "fully_connected.h"
#include "requantize.h"
#include "stored_weights.h"

/* Accumulators, biases included, to outputs of a tile of quick channels, saturated. */
static inline void finish_four(const tile_constants *constants, const int32_t sums[4], int32_t zeroPoint, int8_t *output)
{
    for (int lane = 0; lane < 4; lane++)
    {
        const int32_t shift = constants->shift[lane], rounding = quick_rounding(shift, zeroPoint);
        output[lane] = saturate(requantize_quick(sums[lane], constants->multiplier[lane], rounding, shift));
    }
}

static void finish(const fully_connected_operation *of, const tile_constants *constants, const int32_t sums[4], int32_t count, int8_t *output)
{
    for (int32_t lane = 0; lane < count; lane++)
        output[lane] = wasmote_finish_any(sums[lane], constants, lane, of->outputZeroPoint, of->low, of->high);
}

/* Adds the products of a tile's weights of fewer than 8 bits, as many at once as are unpacked to scratch memory. */
static __attribute__((noinline)) void add_narrow(const fully_connected_operation *of, const int8_t *input, const int8_t last[4], const int8_t *weights, int32_t sums[4])
{
    const uint32_t whole = (uint32_t) of->inputs >> 2, groups = (uint32_t) (of->inputs + 3) >> 2;
    const uint32_t all = (uint32_t) filled_weights(of->storage, groups * tileGroupBytes), rounds = all / roundWeights;
    const uint32_t most = of->scratchBytes / roundWeights;
    int8_t *const room = of->scratch;
    for (uint32_t first = 0; first < rounds; first += most)
    {
        const uint32_t count = rounds - first < most ? rounds - first : most, from = 2 * first;
        const uint32_t until = from + 2 * count < whole ? from + 2 * count : whole;
        wasmote_unpack(of->storage, of->table, (const uint8_t *) weights, all, first, count, room);
        if (from < until) wasmote_add_groups(sums, input + 4 * from, room, until - from);
        if (whole < groups && first + count == rounds) wasmote_add_groups(sums, last, room + (whole - from) * tileGroupBytes, 1);
    }
}

/* Outputs of one row, of which `wide` groups of inputs are prepared; `narrow` where weights have fewer than 8 bits. */
static inline __attribute__((always_inline)) void multiply_row(const fully_connected_operation *of, const int8_t *input, uint32_t wide, bool narrow, int8_t *output)
{
    const uint32_t whole = (uint32_t) of->inputs >> 2, rest = (uint32_t) of->inputs & 3, groups = whole + (rest > 0);
    const uint32_t tileBytes = tileHeaderBytes
        + (narrow ? (uint32_t) wasmote_stored_bytes(of->storage, groups * tileGroupBytes, 1) : groups * tileGroupBytes);
    const bool shallow = of->inputs <= quickDepth;
    int8_t last[4] = { 0, 0, 0, 0 };
    for (uint32_t i = 0; i < rest; i++) last[i] = input[4 * whole + i];

    const int8_t *tile = of->weights;
    for (int32_t left = of->outputs; left > 0; left -= 4, output += 4, tile += tileBytes)
    {
        const tile_constants *const constants = (const tile_constants *) tile;
        const int8_t *const weights = tile + tileHeaderBytes;
        int32_t sums[4] = { constants->bias[0], constants->bias[1], constants->bias[2], constants->bias[3] };
        if (narrow) add_narrow(of, input, last, weights, sums);
        else
        {
            if (wide) wasmote_add_wide_groups(sums, of->scratch, weights, wide);
            if (wide < whole) wasmote_add_groups(sums, input + 4 * wide, weights + wide * tileGroupBytes, whole - wide);
            if (rest) wasmote_add_groups(sums, last, weights + whole * tileGroupBytes, 1);
        }
        if (left >= 4 && shallow && is_quick_tile(constants)) finish_four(constants, sums, of->outputZeroPoint, output);
        else finish(of, constants, sums, left < 4 ? left : 4, output);
    }
}

/* All rows; `narrow` where weights have fewer than 8 bits. */
static inline __attribute__((always_inline)) void multiply_rows(const fully_connected_operation *of, bool narrow)
{
    const int8_t *input = of->input;
    int8_t *output = of->output;
    for (int32_t row = 0; row < of->rows; row++, input += of->inputs, output += of->outputs)
    {
        multiply_row(of, input, narrow ? 0 : wasmote_widen(of, input, (uint32_t) of->inputs >> 2), narrow, output);
        wasmote_clamp_outputs(output, of->outputs, of->low, of->high);
    }
}

void wasmote_fully_connected_s8(const fully_connected_operation *of)
{
    if (__builtin_expect(is_narrow(of->storage), false)) multiply_rows(of, true);
#if TARGET_HELIUM
    else wasmote_multiply_whole_weights(of);
#else
    else multiply_rows(of, false);
#endif
}

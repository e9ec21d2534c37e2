#include "product_sums.h"

uint32_t wasmote_product_scratch_bytes(uint32_t depth, int32_t storage)
{
    const uint32_t groups = (depth + 3) / 4;
    return groups * 8 * widePositionsAtLeast + unpacked_product_bytes(storage, groups);
}

#if !TARGET_HELIUM
/* The inputs of each position, added up. */
static void add_inputs(const wide_patch *patch, int64_t *totals)
{
    for (uint32_t i = 0; i < patch->positions; i++)
    {
        const int16_t *at = wide_group(patch, i);
        totals[i] = 0;
        for (uint32_t group = 0; group < patch->groups; group++, at += wide_step(patch)) totals[i] += at[0] + at[1] + at[2] + at[3];
    }
}

/* What weights of a zero point are too many, and sums that an int32 does not hold. */
static void finish_long(const product_operation *of, const uint8_t *header, const int8_t *weights, const wide_patch *patch, int count, uint32_t output)
{
    int64_t totals[4 * productPositions] = { 0 }, inputs[productPositions];
    int32_t sums[4 * productPositions];
    const uint32_t positions = patch->positions;
    add_inputs(patch, inputs);
    for (uint32_t first = 0; first < patch->groups; first += productRun / 4)
    {
        const uint32_t left = patch->groups - first, groups = left < productRun / 4 ? left : productRun / 4;
        wasmote_sum_groups(weights + first * productGroup, patch, first, groups, sums);
        for (uint32_t i = 0; i < 4 * positions; i++) totals[i] += sums[i];
    }
    for (int lane = 0; lane < count; lane++)
    {
        for (uint32_t i = 0; i < positions; i++)
        {
            const int64_t sum = totals[(uint32_t) lane * positions + i] - of->weightsZeroPoint * inputs[i];
            wasmote_finish_sum(of, header, lane, sum, output + i * (uint32_t) of->outputs + (uint32_t) lane);
        }
    }
}

static void multiply_tiles(const product_operation *of, const wide_patch *patch, bool isQuick, int8_t *room, uint32_t output)
{
    const uint32_t groups = patch->groups, headerBytes = product_header_bytes(of);
    const uint32_t tileBytes = tile_bytes_of(of, groups);
    const bool isShort = groups <= productRun / 4 && of->weightsZeroPoint == 0;
    const uint8_t *tile = of->weights;
    int32_t sums[4 * productPositions];

    for (int32_t n = 0; n < of->outputs; n += 4, tile += tileBytes, output += 4)
    {
        const int count = of->outputs - n < 4 ? (int) (of->outputs - n) : 4;
        const int8_t *const weights = unpack_product_tile(of, tile + headerBytes, groups, room);
        if (!isShort)
        {
            finish_long(of, tile, weights, patch, count, output);
            continue;
        }
        wasmote_sum_groups(weights, patch, 0, groups, sums);
        for (uint32_t lane = 0; lane < (uint32_t) count; lane++)
        {
            const int32_t *const own = sums + lane * patch->positions;
            if (isQuick)
            {
                int16_t *const to = (int16_t *) of->output + output + lane;
                finish_quick_sums(tile, (int) lane, own, patch->positions, to, (uint32_t) of->outputs, of->low, of->high);
            }
            else for (uint32_t i = 0; i < patch->positions; i++)
                wasmote_finish_sum(of, tile, (int) lane, own[i], output + i * (uint32_t) of->outputs + lane);
        }
    }
}

void wasmote_product_integers(const product_operation *of)
{
    const uint32_t depth = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth * (uint32_t) of->inputChannels;
    const uint32_t groups = (depth + 3) / 4, total = (uint32_t) of->batches * (uint32_t) of->outputHeight * (uint32_t) of->outputWidth;
    const uint32_t unpacked = unpacked_product_bytes(of->storage, groups);
    int8_t *const room = of->scratch;
    wide_patch patch = { .halves = (int16_t *) (room + unpacked), .groups = groups };
    const bool isQuick = wasmote_is_quick_product(of, of->outputs, tile_bytes_of(of, groups));
    uint32_t most = (of->scratchBytes - unpacked) / (groups * 8);
    if (most > productPositions) most = productPositions;

    /* Blocks of positions are of even length. One that is too short for the kernel computes some a second time. */
    uint32_t next = 0;
    for (uint32_t left = (total + most - 1) / most; left > 0; left--)
    {
        uint32_t count = (total - next + left - 1) / left, first = next;
        next += count;
        if (count < widePositionsAtLeast && total >= widePositionsAtLeast)
        {
            first = next > widePositionsAtLeast ? next - widePositionsAtLeast : 0;
            count = widePositionsAtLeast;
        }
        patch.positions = count;
        for (uint32_t i = 0; i < count; i++) wasmote_gather_wide(of, &patch, i, first + i);
        multiply_tiles(of, &patch, isQuick, room, first * (uint32_t) of->outputs);
    }
}
#endif

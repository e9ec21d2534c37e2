#include "patch.h"
#include "requantize.h"
#include "stored_weights.h"

/* Bytes of a tile that is unpacked: its header, then its weights. */
static uint32_t unpacked_bytes(int32_t storage, uint32_t groups)
{
    return is_narrow(storage) ? tileHeaderBytes + (uint32_t) filled_weights(storage, groups * tileGroupBytes) : 0;
}

uint32_t wasmote_conv_scratch_bytes(uint32_t depth, int32_t storage)
{
    const uint32_t groups = (depth + 3) / 4;
    return groups * 4 * patchBytesPerInput * minPositions + unpacked_bytes(storage, groups);
}

/* A tile as it lies, or as it was unpacked to `room`. */
static const int8_t *unpack_tile(const window_operation *of, const int8_t *tile, uint32_t unpacked, int8_t *room)
{
    if (unpacked == 0) return tile;
    const uint32_t weights = unpacked - tileHeaderBytes;
    *(tile_constants *) room = *(const tile_constants *) tile;
    wasmote_unpack(of->storage, of->table, (const uint8_t *) tile + tileHeaderBytes, weights, 0, weights / roundWeights, room + tileHeaderBytes);
    return room;
}

#if TARGET_HELIUM
/* Whether positions' inputs are a patch as they lie. */
static bool is_in_place(const window_operation *of)
{
    return of->filterHeight == 1 && of->filterWidth == 1 && of->strideHeight == 1 && of->strideWidth == 1
        && of->outputHeight == of->inputHeight && of->outputWidth == of->inputWidth && of->padTop == 0 && of->padLeft == 0;
}

/* Positions of a patch: as many as so many bytes hold, in pairs. */
static uint32_t positions_at_once(uint32_t bytes, uint32_t groups)
{
    const uint32_t count = bytes / (groups * 4);
    return count > 1 ? count & ~1u : 1;
}

static uint32_t block_length(uint32_t left, uint32_t blocks, uint32_t most)
{
    (void) blocks;
    return left < most ? left : most;
}
#else
/* Positions of a patch: as many as so many bytes hold, at most `maxPositions`. */
static uint32_t positions_at_once(uint32_t bytes, uint32_t groups)
{
    uint32_t count = bytes / (groups * 4 * patchBytesPerInput);
#if TARGET_LONG_MULTIPLY || TARGET_PAIRED
    count &= ~1u;
#endif
    return count < maxPositions ? count : maxPositions;
}

/* Positions of the next block of some that are left: blocks are of even length. */
static uint32_t block_length(uint32_t left, uint32_t blocks, uint32_t most)
{
    (void) most;
    return (left + blocks - 1) / blocks;
}
#endif

static void gather_positions(const window_operation *of, const gather_plan *plan, uint32_t first, const patch *to)
{
    const uint32_t width = (uint32_t) of->outputWidth, height = (uint32_t) of->outputHeight;
    const uint32_t imageBytes = (uint32_t) of->inputHeight * (uint32_t) of->inputWidth * (uint32_t) of->inputChannels;
    const uint32_t line = first / width;
    const int8_t *image = of->input + line / height * imageBytes;
    uint32_t row = line % height, column = first - line * width;
    int32_t y = (int32_t) row * of->strideHeight - of->padTop, x = (int32_t) column * of->strideWidth - of->padLeft;

    for (uint32_t i = 0, count; i < to->positions; i += count)
    {
#if TARGET_HELIUM
        const uint32_t room = width - column, left = to->positions - i;
        count = wasmote_gather_inside(of, plan, image, y, x, left < room ? left : room, to, i);
#else
        count = 0;
#endif
        if (count == 0)
        {
            patch_writer writer = patch_start(to, i);
            wasmote_gather(of, plan, image, y, x, &writer);
            count = 1;
        }
        x += (int32_t) count * of->strideWidth;
        column += count;
        if (column < width) continue;
        column = 0;
        x = -of->padLeft;
        y += of->strideHeight;
        if (++row < height) continue;
        row = 0;
        y = -of->padTop;
        image += imageBytes;
    }
}

void wasmote_conv_s8(const window_operation *of)
{
    const uint32_t depth = (uint32_t) of->filterHeight * (uint32_t) of->filterWidth * (uint32_t) of->inputChannels;
    const uint32_t groups = (depth + 3) / 4, unpacked = unpacked_bytes(of->storage, groups);
    const uint32_t tileBytes = tileHeaderBytes + (uint32_t) wasmote_stored_bytes(of->storage, groups * tileGroupBytes, 1);
    const uint32_t total = (uint32_t) of->batches * (uint32_t) of->outputHeight * (uint32_t) of->outputWidth;
#if TARGET_HELIUM
    const bool inPlace = is_in_place(of);
#else
    const bool inPlace = false;
#endif
    const uint32_t most = inPlace ? total : positions_at_once(of->scratchBytes - unpacked, groups);
    int8_t *const room = of->scratch;
    const uint32_t blocks = (total + most - 1) / most;
    patch_product product = {
#if TARGET_HELIUM
        .patch = {
            .words = inPlace ? (int8_t *) of->input : room + unpacked,
            .groups = groups,
            .depth = depth,
            .stride = inPlace ? depth : groups * 4,
        },
#else
        .patch = { .words = room + unpacked, .groups = groups },
        .quick = wasmote_quick_way(of->weights, of->outputs, tileBytes, depth) != anyWay,
#endif
        .outputs = of->outputs,
        .zeroPoint = of->outputZeroPoint,
        .low = of->low,
        .high = of->high,
    };

    gather_plan plan;
    if (!inPlace) wasmote_gather_plan(of, &plan);

    /* Blocks of positions are of even length. One that is too short for the kernel computes some a second time. */
    uint32_t next = 0;
    for (uint32_t left = blocks; left > 0; left--)
    {
        uint32_t count = block_length(total - next, left, most), first = next;
        next += count;
        if (count < minPositions && total >= minPositions)
        {
            first = next > minPositions ? next - minPositions : 0;
            count = minPositions;
        }
        product.patch.positions = count;
        if (!inPlace) gather_positions(of, &plan, first, &product.patch);

        const int8_t *tile = of->weights;
        int8_t *output = of->output + first * (uint32_t) of->outputs;
        for (int32_t n = 0; n < of->outputs; n += 4, tile += tileBytes)
        {
            const int count = of->outputs - n < 4 ? (int) (of->outputs - n) : 4;
            wasmote_multiply_tile(&product, unpack_tile(of, tile, unpacked, room), count, output + n);
        }
#if TARGET_HELIUM
        wasmote_clamp_patch(&product, output);
#endif
    }
}

#include "product_sums.h"

/* Bytes of a tile's weights that are unpacked. */
static uint32_t unpacked_product_bytes(int32_t storage, uint32_t groups)
{
    return is_narrow(storage) ? (uint32_t) filled_weights(storage, groups * productGroup) : 0;
}

uint32_t wasmote_product_scratch_bytes(uint32_t depth, int32_t storage)
{
    const uint32_t groups = (depth + 3) / 4;
    return groups * 8 * widePositionsAtLeast + unpacked_product_bytes(storage, groups);
}

/* Where the next input of a position goes. */
typedef struct wide_writer
{
    int16_t *at;                /* the group's */
    uint32_t step;              /* halves from a group to the next */
    uint32_t next;              /* number of the input within its group */
} wide_writer;

static wide_writer writer_of(const wide_patch *patch, uint32_t position)
{
#if TARGET_DSP
    return (wide_writer) { patch->halves + 4 * position, 4 * patch->positions, 0 };
#else
    return (wide_writer) { patch->halves + 4 * patch->groups * position, 4, 0 };
#endif
}

static inline void write_one(wide_writer *to, int32_t value)
{
#if TARGET_DSP
    static const uint8_t places[4] = { 0, 2, 1, 3 };
    to->at[places[to->next]] = (int16_t) value;
#else
    to->at[to->next] = (int16_t) value;
#endif
    if (++to->next < 4) return;
    to->next = 0;
    to->at += to->step;
}

static void write_zeros(wide_writer *to, uint32_t count)
{
    for (; count > 0; count--) write_one(to, 0);
}

/* Groups of int16 inputs as they are. */
static const int16_t *write_groups(wide_writer *to, const int16_t *from, uint32_t groups)
{
    int16_t *at = to->at;
    for (; groups > 0; groups--, from += 4, at += to->step)
    {
        uint32_t a = load_word(from), b = load_word(from + 2);
#if TARGET_DSP
        const uint32_t even = (a & 0xffff) | b << 16;
        b = a >> 16 | (b & 0xffff0000);
        a = even;
#endif
        __builtin_memcpy(at, &a, 4);
        __builtin_memcpy(at + 2, &b, 4);
    }
    to->at = at;
    return from;
}

static void write_wide(wide_writer *to, const int16_t *from, uint32_t count)
{
    const int16_t *const end = from + count;
    while (from < end)
    {
        if (to->next == 0) from = write_groups(to, from, (uint32_t) (end - from) >> 2);
        if (from < end) write_one(to, *from++);
    }
}

/* `count` inputs of a pixel row from input number `at` on. */
static void write_inputs(const product_operation *of, wide_writer *to, uint32_t at, uint32_t count)
{
    if (of->isWide)
    {
        write_wide(to, (const int16_t *) of->input + at, count);
        return;
    }
    const int8_t *from = (const int8_t *) of->input + at;
    for (const int8_t *const end = from + count; from < end; from++) write_one(to, *from - of->inputZeroPoint);
}

/* A row of the filter over pixels from x0 on; `line` is the number of the row's first input. */
static void gather_wide_row(const product_operation *of, wide_writer *to, uint32_t line, int32_t x0)
{
    const uint32_t channels = (uint32_t) of->inputChannels;
    if (of->dilationWidth == 1)
    {
        const int32_t before = x0 < 0 ? (-x0 < of->filterWidth ? -x0 : of->filterWidth) : 0;
        const int32_t room = of->inputWidth - x0, most = room < of->filterWidth ? room : of->filterWidth;
        const int32_t inside = most > before ? most - before : 0;
        write_zeros(to, (uint32_t) before * channels);
        if (inside) write_inputs(of, to, line + (uint32_t) (x0 + before) * channels, (uint32_t) inside * channels);
        write_zeros(to, (uint32_t) (of->filterWidth - before - inside) * channels);
        return;
    }
    for (int32_t fx = 0, x = x0; fx < of->filterWidth; fx++, x += of->dilationWidth)
    {
        if ((uint32_t) x < (uint32_t) of->inputWidth) write_inputs(of, to, line + (uint32_t) x * channels, channels);
        else write_zeros(to, channels);
    }
}

static void gather_wide(const product_operation *of, const wide_patch *patch, uint32_t index, uint32_t position)
{
    const uint32_t row = position / (uint32_t) of->outputWidth, lineInputs = (uint32_t) of->inputWidth * (uint32_t) of->inputChannels;
    const int32_t x0 = (int32_t) (position - row * (uint32_t) of->outputWidth) * of->strideWidth - of->padLeft;
    const uint32_t batch = row / (uint32_t) of->outputHeight;
    int32_t y = (int32_t) (row - batch * (uint32_t) of->outputHeight) * of->strideHeight - of->padTop;
    const uint32_t image = batch * (uint32_t) of->inputHeight * lineInputs;

    wide_writer writer = writer_of(patch, index);
    for (int32_t fy = 0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        if ((uint32_t) y < (uint32_t) of->inputHeight) gather_wide_row(of, &writer, image + (uint32_t) y * lineInputs, x0);
        else write_zeros(&writer, (uint32_t) of->filterWidth * (uint32_t) of->inputChannels);
    }
    if (writer.next) write_zeros(&writer, 4 - writer.next);
}

/* The inputs of each position, added up. */
static void add_inputs(const wide_patch *patch, int64_t *totals)
{
    for (uint32_t i = 0; i < patch->positions; i++)
    {
        const wide_writer from = writer_of(patch, i);
        const int16_t *at = from.at;
        totals[i] = 0;
        for (uint32_t group = 0; group < patch->groups; group++, at += from.step) totals[i] += at[0] + at[1] + at[2] + at[3];
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

/* Weights of a tile: where they lie, or where they were unpacked to. */
static const int8_t *unpack_product_tile(const product_operation *of, const uint8_t *stored, uint32_t groups, int8_t *room)
{
    const uint32_t bytes = unpacked_product_bytes(of->storage, groups);
    if (bytes == 0) return (const int8_t *) stored;
    wasmote_unpack(of->storage, of->table, stored, bytes, 0, bytes / roundWeights, room);
    return room;
}

static uint32_t tile_bytes_of(const product_operation *of, uint32_t groups)
{
    return product_header_bytes(of) + (uint32_t) wasmote_stored_bytes(of->storage, groups * productGroup, 1);
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
        for (uint32_t i = 0; i < count; i++) gather_wide(of, &patch, i, first + i);
        multiply_tiles(of, &patch, isQuick, room, first * (uint32_t) of->outputs);
    }
}

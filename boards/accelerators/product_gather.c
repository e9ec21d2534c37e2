#include "product_sums.h"

#if TARGET_HELIUM

#include "patch.h"

/* Where the next input of a position goes. */
typedef struct wide_writer
{
    int16_t *at;
} wide_writer;

static wide_writer writer_of(const wide_patch *patch, uint32_t position)
{
    return (wide_writer) { wide_group(patch, position) };
}

static inline void write_zeros(wide_writer *to, uint32_t count)
{
    patch_writer bytes = { (int8_t *) to->at };
    fill_run(&bytes, 0, 2 * count);
    to->at += count;
}

static inline void write_wide(wide_writer *to, const int16_t *from, uint32_t count)
{
    patch_writer bytes = { (int8_t *) to->at };
    copy_run(&bytes, (const int8_t *) from, 2 * count);
    to->at += count;
}

static inline void write_narrow(wide_writer *to, const int8_t *from, uint32_t count, int32_t zeroPoint)
{
    int16_t *at = to->at;
    to->at += count;
    for (int32_t left = (int32_t) count; left > 0; left -= 8, from += 8, at += 8)
    {
        const mve_pred16_t there = vctp16q((uint32_t) left);
        vstrhq_p_s16(at, vsubq_n_s16(vldrbq_z_s16(from, there), (int16_t) zeroPoint), there);
    }
}

/* What fills up a group is not read. */
static inline void write_end(wide_writer *to)
{
    (void) to;
}

#else

/* Where the next input of a position goes. */
typedef struct wide_writer
{
    int16_t *at;                /* the group's */
    uint32_t step;              /* halves from a group to the next */
    uint32_t next;              /* number of the input within its group */
} wide_writer;

static wide_writer writer_of(const wide_patch *patch, uint32_t position)
{
    return (wide_writer) { wide_group(patch, position), wide_step(patch), 0 };
}

static inline void write_one(wide_writer *to, int32_t value)
{
#if WIDE_PAIRS
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
#if WIDE_PAIRS
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

static void write_narrow(wide_writer *to, const int8_t *from, uint32_t count, int32_t zeroPoint)
{
    for (const int8_t *const end = from + count; from < end; from++) write_one(to, *from - zeroPoint);
}

static inline void write_end(wide_writer *to)
{
    if (to->next) write_zeros(to, 4 - to->next);
}

#endif

/* `count` inputs of a pixel row from input number `at` on. */
static void write_inputs(const product_operation *of, wide_writer *to, uint32_t at, uint32_t count)
{
    if (of->isWide)
    {
        write_wide(to, (const int16_t *) of->input + at, count);
        return;
    }
    write_narrow(to, (const int8_t *) of->input + at, count, of->inputZeroPoint);
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

void wasmote_gather_wide(const product_operation *of, const wide_patch *patch, uint32_t index, uint32_t position)
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
    write_end(&writer);
}

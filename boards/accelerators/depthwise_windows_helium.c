#include "target.h"

#if TARGET_HELIUM

#include "depthwise_helium.h"

/* A column is 4 channels of 4 rows. */
enum { columnBytes = 16, columnsAtOnce = 4 };

static int32_t columns_of(const window_operation *of, bool isPair)
{
    if (isPair) return of->outputWidth + 2;
    return (of->outputWidth - 1) * of->strideWidth + (of->filterWidth - 1) * of->dilationWidth + 1;
}

/* Whether an operation is done in pairs of rows and columns. */
static bool is_paired(const window_operation *of)
{
    return of->filterHeight <= 3 && of->filterWidth <= 3 && of->dilationHeight == 1 && of->dilationWidth == 1
        && of->strideHeight == 1 && of->strideWidth == 1 && of->outputHeight >= 2 && of->outputWidth >= 4;
}

static weight_places places_of(const window_operation *of, int32_t right, int32_t down)
{
    weight_places places = { .there = 0 };
    for (int32_t column = 0; column < of->filterWidth; column++)
    {
        for (int32_t row = 0; row < of->filterHeight; row++)
        {
            const int32_t i = 4 * (column + right) + row + down;
            places.at[i] = (uint8_t) (4 * (row * of->filterWidth + column));
            places.there |= (mve_pred16_t) (1u << i);
        }
    }
    return places;
}

static void fill_columns(int8_t *to, int32_t columns, int8x16_t with)
{
    for (; columns > 0; columns--, to += columnBytes) vstrbq_s8(to, with);
}

bool wasmote_find_windows(const window_operation *of, windows *to)
{
    if (of->outputs != 1 || of->filterHeight > 4 || of->filterWidth > 4 || of->dilationWidth > 8) return false;
    to->isPair = is_paired(of);
    const int32_t columns = columns_of(of, to->isPair), behind = columns - of->padLeft;
    /* Inputs are stored four columns at once: the last ones may go as many beyond. */
    if ((uint32_t) columns + columnsAtOnce - 1 > of->scratchBytes / columnBytes) return false;

    to->columns = of->scratch;
    to->inputColumns = behind < 0 ? 0 : behind < of->inputWidth ? behind : of->inputWidth;
    const int32_t right = behind < 0 ? 0 : behind - to->inputColumns, beyond = -to->inputColumns & (columnsAtOnce - 1);
    to->overwritten = right < beyond ? right : beyond;
    to->filterRows = to->isPair ? 4 : of->filterHeight;
    to->isAligned = ((of->inputChannels | (int32_t) (uintptr_t) of->input) & 3) == 0;
    to->inputs = to->columns + of->padLeft * columnBytes;
    to->line = of->inputWidth * of->inputChannels;
    to->insideRows = to->isAligned && to->inputColumns > 0 ? of->inputHeight - 3 * of->dilationHeight : 0;
    vstrwq_u32(to->pixels, vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t) of->inputChannels));
    for (int i = 0; i < (to->isPair ? 4 : 1); i++) to->places[i] = places_of(of, i & 1, i >> 1);
    const int8x16_t padding = vdupq_n_s8((int8_t) of->inputZeroPoint);
    vstrbq_s8(to->padding, padding);
    fill_columns(to->columns, columns, padding);
    return true;
}

/* Four channels of the pixels at `at`, of any alignment. */
static inline int8x16_t gather_bytes(const int8_t *from, uint32x4_t at, mve_pred16_t there)
{
    uint32x4_t word = vldrbq_gather_offset_z_u32((const uint8_t *) from, at, there);
    word = vsliq_n_u32(word, vldrbq_gather_offset_z_u32((const uint8_t *) from + 1, at, there), 8);
    word = vsliq_n_u32(word, vldrbq_gather_offset_z_u32((const uint8_t *) from + 2, at, there), 16);
    word = vsliq_n_u32(word, vldrbq_gather_offset_z_u32((const uint8_t *) from + 3, at, there), 24);
    return vreinterpretq_s8_u32(word);
}

static inline __attribute__((always_inline)) int8x16_t gather(const int8_t *from, uint32x4_t at, mve_pred16_t there, const bool isAligned)
{
    if (isAligned) return vreinterpretq_s8_s32(vldrwq_gather_offset_z_s32((const int32_t *) (const void *) from, at, there));
    return gather_bytes(from, at, there);
}

/* The 4 input rows of windows: where their 4 channels lie from pixel to pixel, which of padding do not move. */
typedef struct input_rows
{
    const int8_t *first[4];
    int32_t step[4];
    uint32x4_t at[4];
} input_rows;

static inline __attribute__((always_inline)) void fill_any(const input_rows *rows, int32_t columns, int8_t *to)
{
    const int8_t *r0 = rows->first[0], *r1 = rows->first[1], *r2 = rows->first[2], *r3 = rows->first[3];
    for (; columns > 0; columns -= columnsAtOnce, to += columnsAtOnce * columnBytes)
    {
        const mve_pred16_t there = vctp32q((uint32_t) columns);
        const int8x16x4_t four = { {
            gather_bytes(r0, rows->at[0], there),
            gather_bytes(r1, rows->at[1], there),
            gather_bytes(r2, rows->at[2], there),
            gather_bytes(r3, rows->at[3], there),
        } };
        vst4q_s8(to, four);
        r0 += rows->step[0];
        r1 += rows->step[1];
        r2 += rows->step[2];
        r3 += rows->step[3];
    }
}

/* The same of pixels that are words: the asm's operands are the rows' steps and offsets. */
#define FILL_ALIGNED(S0, S1, S2, S3, A0, A1, A2, A3, ...)   \
    __asm__ volatile(                                       \
        "  dls lr, %[turns]\n"                              \
        "1: vctp.32 %[left]\n"                              \
        "  vpstttt\n"                                       \
        "  vldrwt.u32 q0, [%[r0], %q[" A0 "]]\n"            \
        "  vldrwt.u32 q1, [%[r1], %q[" A1 "]]\n"            \
        "  vldrwt.u32 q2, [%[r2], %q[" A2 "]]\n"            \
        "  vldrwt.u32 q3, [%[r3], %q[" A3 "]]\n"            \
        "  vst40.8 {q0, q1, q2, q3}, [%[to]]\n"             \
        "  vst41.8 {q0, q1, q2, q3}, [%[to]]\n"             \
        "  vst42.8 {q0, q1, q2, q3}, [%[to]]\n"             \
        "  vst43.8 {q0, q1, q2, q3}, [%[to]]!\n"            \
        "  add %[r0], %[r0], %[" S0 "]\n"                   \
        "  add %[r1], %[r1], %[" S1 "]\n"                   \
        "  add %[r2], %[r2], %[" S2 "]\n"                   \
        "  add %[r3], %[r3], %[" S3 "]\n"                   \
        "  sub %[left], %[left], #4\n"                      \
        "  le lr, 1b\n"                                     \
        : [r0] "+r"(r0), [r1] "+r"(r1), [r2] "+r"(r2), [r3] "+r"(r3), [to] "+r"(to), [left] "+r"(columns) \
        : [turns] "r"((columns + columnsAtOnce - 1) / columnsAtOnce), __VA_ARGS__ \
        : "lr", "q0", "q1", "q2", "q3", "memory")

static inline __attribute__((always_inline)) void fill_aligned(const input_rows *rows, int32_t columns, int8_t *to)
{
    const int8_t *r0 = rows->first[0], *r1 = rows->first[1], *r2 = rows->first[2], *r3 = rows->first[3];
    if (columns <= 0) return;
    FILL_ALIGNED("s0", "s1", "s2", "s3", "a0", "a1", "a2", "a3",
        [s0] "r"(rows->step[0]), [s1] "r"(rows->step[1]), [s2] "r"(rows->step[2]), [s3] "r"(rows->step[3]),
        [a0] "w"(rows->at[0]), [a1] "w"(rows->at[1]), [a2] "w"(rows->at[2]), [a3] "w"(rows->at[3]));
}

/* The same of four rows that are all input. */
static void fill_inside(const int8_t *r0, int32_t line, int32_t pixel, uint32x4_t at, int32_t columns, int8_t *to)
{
    const int8_t *r1 = r0 + line, *r2 = r1 + line, *r3 = r2 + line;
    FILL_ALIGNED("step", "step", "step", "step", "at", "at", "at", "at", [step] "r"(columnsAtOnce * pixel), [at] "w"(at));
}

/* Input row `top + number * dilation` of windows, or padding. */
static inline __attribute__((always_inline)) void find_row(
    const window_operation *of, const windows *from, const int8_t *image, int32_t top, int32_t number, uint32x4_t inside, input_rows *to)
{
    const int32_t y = top + number * of->dilationHeight, line = of->inputWidth * of->inputChannels;
    const bool isInput = number < from->filterRows && (uint32_t) y < (uint32_t) of->inputHeight;
    to->first[number] = isInput ? image + y * line : from->padding;
    to->step[number] = isInput ? columnsAtOnce * of->inputChannels : 0;
    to->at[number] = vmulq_n_u32(inside, isInput);
}

/* As fill_windows, where rows may be padding or pixels no words. */
static __attribute__((noinline)) void fill_any_windows(const window_operation *of, const windows *from, const int8_t *image, int32_t top)
{
    const uint32x4_t inside = vldrwq_u32(from->pixels);
    input_rows rows;
    find_row(of, from, image, top, 0, inside, &rows);
    find_row(of, from, image, top, 1, inside, &rows);
    find_row(of, from, image, top, 2, inside, &rows);
    find_row(of, from, image, top, 3, inside, &rows);
    if (from->isAligned) fill_aligned(&rows, from->inputColumns, from->inputs);
    else fill_any(&rows, from->inputColumns, from->inputs);
}

/* Writes the columns of the windows whose first row is input row `top`, of 4 channels from `image` on. */
static inline __attribute__((always_inline)) void fill_windows(const window_operation *of, const windows *from, const int8_t *image, int32_t top)
{
    /* Rows that the filter does not have are taken where they are there. */
    if (top >= 0 && top < from->insideRows)
        fill_inside(image + top * from->line, from->line * of->dilationHeight, of->inputChannels, vldrwq_u32(from->pixels), from->inputColumns, from->inputs);
    else fill_any_windows(of, from, image, top);
    fill_columns(from->inputs + from->inputColumns * columnBytes, from->overwritten, vldrbq_s8(from->padding));
}

/* Weights of a tile's 4 channels, `apart` bytes from each other. */
static inline void spread_weights(const weight_places *places, const int8_t *tile, int8_t *to, uint32_t apart)
{
    const uint8x16_t at = vldrbq_u8(places->at);
    const int8_t *const taps = tile + tileHeaderBytes;
    vstrbq_s8(to, vldrbq_gather_offset_z_s8(taps, at, places->there));
    vstrbq_s8(to + apart, vldrbq_gather_offset_z_s8(taps + 1, at, places->there));
    vstrbq_s8(to + 2 * apart, vldrbq_gather_offset_z_s8(taps + 2, at, places->there));
    vstrbq_s8(to + 3 * apart, vldrbq_gather_offset_z_s8(taps + 3, at, places->there));
}

/* A channel's constants for pairs; its weights, those again a column to the right, and both a row further down. */
typedef struct pair_channel
{
    int32_t bias, multiplier, shift;
    int8_t weights[4][16];
} pair_channel;

/* Two rows of outputs of 4 channels. Offsets are those that the assembly has. */
typedef struct pair_rows
{
    int8_t *output;             /* 0 */
    uint32_t pairs;             /* 4: of columns */
    uint32_t odd;               /* 8: whether a column is left; the one before it is then done twice */
    int32_t zeroPoint;          /* 12 */
    uint32_t pixels;            /* 16: bytes from a pair to the next */
    const pair_channel *channels;   /* 20 */
    uint32_t places[4];         /* 24: of the 4 outputs of two columns */
    uint32_t windows[4];        /* 40: addresses of a window's columns, less two columns */
} pair_rows;

typedef void pair_function(const pair_rows *of);

pair_function wasmote_pair_rows, wasmote_pair_rows_once, wasmote_pair_rows_above;

/*
 * Weights are in q0-q3, windows in q4 and q5, places in q6; bias, multiplier and shift in r3, r5 and r7, the output in r1, the zero
 * point in r8, the step in r9, 1 in r10, the channel in r11, its number times 4 in r12.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    ".macro pair_of_columns multiply, carry\n"
    "  vldrw.u32 q7, [q5, #32]!\n"
    "  vmladav.s8 r0, q7, q0\n"
    "  vmladav.s8 r2, q7, q1\n"
    "  vmladav.s8 r4, q7, q2\n"
    "  vmladav.s8 r6, q7, q3\n"
    "  vmov q7[2], q7[0], r0, r4\n"
    "  vmov q7[3], q7[1], r2, r6\n"
    "  vadd.i32 q7, q7, r3\n"
    "  \\multiply q7, q7, r5\n"
    "  .if \\carry\n"
    "  vqdmlah.s32 q7, q7, r10\n"
    "  .endif\n"
    "  vrshl.s32 q7, r7\n"
    "  vadd.i32 q7, q7, r8\n"
    "  vqmovnb.s32 q7, q7\n"
    "  vqmovnb.s16 q7, q7\n"
    "  vstrb.32 q7, [r1, q6]\n"
    ".endm\n"

    ".macro pair_rows name, multiply, carry\n"
    "  .section .text.\\name, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global \\name\n"
    "  .type \\name, %function\n"
    "  .thumb_func\n"
    "\\name:\n"
    "  push {r4-r11, lr}\n"
    "  vpush {d8-d15}\n"
    "  sub sp, sp, #12\n"
    "  ldm r0!, {r1-r3, r8, r9, r11}\n"
    "  stm sp, {r1-r3}\n"
    "  vldrw.u32 q6, [r0]\n"
    "  vldrw.u32 q4, [r0, #16]\n"
    "  mov r10, #1\n"
    "  mov r12, #0\n"
    "1:\n"
    "  ldrd r1, lr, [sp]\n"
    "  add r1, r1, r12, lsr #2\n"
    "  vadd.i32 q5, q4, r12\n"
    "  ldm r11!, {r3, r5, r7}\n"
    "  vldrw.u32 q0, [r11], #16\n"
    "  vldrw.u32 q1, [r11], #16\n"
    "  vldrw.u32 q2, [r11], #16\n"
    "  vldrw.u32 q3, [r11], #16\n"
    "  dls lr, lr\n"
    "2:\n"
    "  pair_of_columns \\multiply, \\carry\n"
    "  add r1, r1, r9\n"
    "  le lr, 2b\n"
    "  ldr r0, [sp, #8]\n"
    "  cbz r0, 3f\n"
    "  movs r0, #16\n"
    "  vsub.i32 q5, q5, r0\n"
    "  sub r1, r1, r9, lsr #1\n"
    "  pair_of_columns \\multiply, \\carry\n"
    "3:\n"
    "  adds r12, r12, #4\n"
    "  cmp r12, #16\n"
    "  bne 1b\n"
    "  add sp, sp, #12\n"
    "  vpop {d8-d15}\n"
    "  pop {r4-r11, pc}\n"
    "  .size \\name, . - \\name\n"
    "  .previous\n"
    ".endm\n"

    "pair_rows wasmote_pair_rows, vqrdmulh.s32, 1\n"
    "pair_rows wasmote_pair_rows_above, vqrdmulh.s32, 0\n"
    "pair_rows wasmote_pair_rows_once, vqdmulh.s32, 0\n");

static void do_pairs(const window_operation *of, const channel_group *group, const windows *from)
{
    const tile_constants *const constants = (const tile_constants *) (const void *) group->tile;
    const uint32_t pixel = (uint32_t) of->inputChannels, line = (uint32_t) of->outputWidth * pixel;
    pair_channel channels[4];
    for (int lane = 0; lane < 4; lane++)
    {
        channels[lane].bias = constants->bias[lane];
        channels[lane].multiplier = constants->multiplier[lane];
        channels[lane].shift = -shift_alone(constants->shift[lane]);
    }
    for (int i = 0; i < 4; i++) spread_weights(&from->places[i], group->tile, channels->weights[i], sizeof *channels);
    pair_rows rows;
    rows.pairs = (uint32_t) of->outputWidth / 2;
    rows.odd = of->outputWidth & 1;
    rows.zeroPoint = of->outputZeroPoint;
    rows.pixels = 2 * pixel;
    rows.channels = channels;
    rows.places[0] = 0;
    rows.places[1] = pixel;
    rows.places[2] = line;
    rows.places[3] = line + pixel;
    /* At the lowest zero point what is negative is saturated, and need not be rounded away from zero. */
    pair_function *const do_rows = group->way == requantizedOnce ? wasmote_pair_rows_once
        : of->outputZeroPoint == -128 ? wasmote_pair_rows_above : wasmote_pair_rows;
    const uint32_t first = (uint32_t) (uintptr_t) from->columns - 2 * columnBytes;
    for (uint32_t i = 0; i < 4; i++) rows.windows[i] = first + i * columnBytes;

    for (int32_t y = 0; y < of->outputHeight; y += 2)
    {
        /* Of an odd number of rows the last but one is done twice. */
        if (y + 1 == of->outputHeight) y--;
        fill_windows(of, from, group->image, y - of->padTop);
        rows.output = group->output + (uint32_t) y * line;
        do_rows(&rows);
    }
}

/* A row of outputs of 4 channels. Offsets are those that the assembly has. */
typedef struct single_row
{
    int8_t *output;             /* 0 */
    uint32_t outputs;           /* 4 */
    int32_t zeroPoint;          /* 8 */
    uint32_t pixel;             /* 12: bytes from an output to the next */
    const tile_constants *constants;    /* 16 */
    uint32_t stride;            /* 20: bytes from a window to the next */
    uint32_t windows[4];        /* 24: addresses of a window's columns */
    int32_t shifts[4];          /* 40 */
    int8_t weights[4][16];      /* 56 */
} single_row;

void wasmote_single_row(const single_row *of), wasmote_single_row_once(const single_row *of);

/*
 * Weights are in q0-q3, windows in q4, multipliers in q5, shifts in q6; the output is in r1, constants in r3, the stride in r5, the
 * zero point in r7, the step in r8, 1 in r10.
 */
__asm__(
    ".macro single_row name, multiply, carry\n"
    "  .section .text.\\name, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global \\name\n"
    "  .type \\name, %function\n"
    "  .thumb_func\n"
    "\\name:\n"
    "  push {r4-r10, lr}\n"
    "  vpush {d8-d15}\n"
    "  ldrd r1, lr, [r0]\n"
    "  ldrd r7, r8, [r0, #8]\n"
    "  ldrd r3, r5, [r0, #16]\n"
    "  mov r10, #1\n"
    "  vldrw.u32 q5, [r3, #16]\n"
    "  adds r0, r0, #24\n"
    "  vldrw.u32 q4, [r0]\n"
    "  vldrw.u32 q6, [r0, #16]\n"
    "  vldrw.u32 q0, [r0, #32]\n"
    "  vldrw.u32 q1, [r0, #48]\n"
    "  vldrw.u32 q2, [r0, #64]\n"
    "  vldrw.u32 q3, [r0, #80]\n"
    "  dls lr, lr\n"
    "1:\n"
    "  ldrd r0, r2, [r3]\n"
    "  ldrd r4, r6, [r3, #8]\n"
    "  vldrw.u32 q7, [q4]\n"
    "  vmladava.s8 r0, q7, q0\n"
    "  vldrw.u32 q7, [q4, #4]\n"
    "  vmladava.s8 r2, q7, q1\n"
    "  vldrw.u32 q7, [q4, #8]\n"
    "  vmladava.s8 r4, q7, q2\n"
    "  vldrw.u32 q7, [q4, #12]\n"
    "  vmladava.s8 r6, q7, q3\n"
    "  vadd.i32 q4, q4, r5\n"
    "  vmov q7[2], q7[0], r0, r4\n"
    "  vmov q7[3], q7[1], r2, r6\n"
    "  \\multiply q7, q7, q5\n"
    "  .if \\carry\n"
    "  vqdmlah.s32 q7, q7, r10\n"
    "  .endif\n"
    "  vrshl.s32 q7, q7, q6\n"
    "  vadd.i32 q7, q7, r7\n"
    "  vqmovnb.s32 q7, q7\n"
    "  vqmovnb.s16 q7, q7\n"
    "  vstrb.32 q7, [r1]\n"
    "  add r1, r1, r8\n"
    "  le lr, 1b\n"
    "  vpop {d8-d15}\n"
    "  pop {r4-r10, pc}\n"
    "  .size \\name, . - \\name\n"
    "  .previous\n"
    ".endm\n"

    "single_row wasmote_single_row, vqrdmulh.s32, 1\n"
    "single_row wasmote_single_row_once, vqdmulh.s32, 0\n");

static void do_singles(const window_operation *of, const channel_group *group, const windows *from)
{
    const tile_constants *const constants = (const tile_constants *) (const void *) group->tile;
    single_row row;
    row.output = group->output;
    row.outputs = (uint32_t) of->outputWidth;
    row.zeroPoint = of->outputZeroPoint;
    row.pixel = (uint32_t) of->inputChannels;
    row.constants = constants;
    row.stride = (uint32_t) of->strideWidth * columnBytes;
    vstrwq_s32(row.shifts, requantize_shifts(group->way, constants->shift));
    spread_weights(&from->places[0], group->tile, row.weights[0], sizeof *row.weights);
    /* Columns that the filter does not have are the first, by weights of 0. */
    for (int32_t i = 0; i < 4; i++)
        row.windows[i] = (uint32_t) (uintptr_t) from->columns + (uint32_t) (i < of->filterWidth ? i * of->dilationWidth * columnBytes : 0);

    for (int32_t y = 0; y < of->outputHeight; y++, row.output += of->outputWidth * of->inputChannels)
    {
        fill_windows(of, from, group->image, y * of->strideHeight - of->padTop);
        if (group->way == requantizedOnce) wasmote_single_row_once(&row);
        else wasmote_single_row(&row);
    }
}

void wasmote_depthwise_windows(const window_operation *of, const windows *from, const channel_group *group)
{
    if (from->isPair) do_pairs(of, group, from);
    else do_singles(of, group, from);
}

#endif

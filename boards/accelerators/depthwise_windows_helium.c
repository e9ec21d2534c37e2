#include "depthwise_helium.h"
#include "target.h"

#if TARGET_HELIUM

enum { columnBytes = 16, columnsAtOnce = 4, shiftsOfPairs = 4 };

/*
 * A channel's weights in the order of a window in scratch memory, 4 columns of 4 rows: those of pairs a second time a column
 * to the right, and both a row further down.
 */
typedef int8_t window_weights[shiftsOfPairs][16];

/* What is the same for all rows of outputs. */
typedef struct windows
{
    int8_t *columns;            /* the first is the left padding's */
    int32_t inputColumns;       /* from the first on that is no padding */
    int32_t rightColumns;       /* padding that follows */
    int32_t filterRows;         /* of input in a column */
    bool isAligned;             /* four channels of a pixel are a word */
} windows;

static int32_t columns_of(const window_operation *of, bool isPair)
{
    if (isPair) return of->outputWidth + 3;
    return (of->outputWidth - 1) * of->strideWidth + (of->filterWidth - 1) * of->dilationWidth + 1;
}

/* Whether an operation is done in pairs of rows and columns. */
static bool is_paired(const window_operation *of)
{
    return of->filterHeight <= 3 && of->filterWidth <= 3 && of->dilationHeight == 1 && of->dilationWidth == 1
        && of->strideHeight == 1 && of->strideWidth == 1 && of->outputHeight >= 2 && of->outputWidth >= 4;
}

/* Inputs are stored four columns at once: the last ones may go as many beyond. */
bool wasmote_depthwise_has_windows(const window_operation *of)
{
    if (of->outputs != 1 || of->filterHeight > 4 || of->filterWidth > 4 || of->dilationWidth > 8) return false;
    const uint32_t columns = (uint32_t) columns_of(of, is_paired(of)) + columnsAtOnce - 1;
    return columns <= of->scratchBytes / columnBytes;
}

static windows windows_of(const window_operation *of, const int8_t *image, bool isPair)
{
    const int32_t columns = columns_of(of, isPair), behind = columns - of->padLeft;
    const int32_t inputs = behind < 0 ? 0 : behind < of->inputWidth ? behind : of->inputWidth;
    return (windows) {
        .columns = of->scratch,
        .inputColumns = inputs,
        .rightColumns = behind < 0 ? 0 : behind - inputs,
        .filterRows = isPair ? 4 : of->filterHeight,
        .isAligned = ((of->inputChannels | (int32_t) (uintptr_t) image) & 3) == 0,
    };
}

static void fill_columns(int8_t *to, int32_t columns, int8x16_t with)
{
    for (; columns > 0; columns--, to += columnBytes) vstrbq_s8(to, with);
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

static inline __attribute__((always_inline)) void fill_inputs(
    const window_operation *of, const windows *from, const int8_t *const row[4], const uint32x4_t at[4], const int32_t step[4], const bool isAligned)
{
    const int8_t *r0 = row[0], *r1 = row[1], *r2 = row[2], *r3 = row[3];
    const int32_t s0 = step[0], s1 = step[1], s2 = step[2], s3 = step[3];
    int8_t *to = from->columns + of->padLeft * columnBytes;
    for (int32_t left = from->inputColumns; left > 0; left -= columnsAtOnce, to += columnsAtOnce * columnBytes)
    {
        const mve_pred16_t there = vctp32q((uint32_t) left);
        const int8x16x4_t four = { {
            gather(r0, at[0], there, isAligned),
            gather(r1, at[1], there, isAligned),
            gather(r2, at[2], there, isAligned),
            gather(r3, at[3], there, isAligned),
        } };
        vst4q_s8(to, four);
        r0 += s0;
        r1 += s1;
        r2 += s2;
        r3 += s3;
    }
}

/* Writes the columns of the windows whose first row is input row `top`, of 4 channels from `image` on. */
static void fill_windows(const window_operation *of, const windows *from, const int8_t *image, int32_t top, int8x16_t padding)
{
    const int32_t pixel = of->inputChannels, line = of->inputWidth * pixel;
    const int32_t paddingWord = vgetq_lane_s32(vreinterpretq_s32_s8(padding), 0);
    const uint32x4_t inside = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t) pixel), none = vdupq_n_u32(0);
    const int8_t *row[4];
    uint32x4_t at[4];
    int32_t step[4];
    for (int32_t r = 0; r < 4; r++)
    {
        const int32_t y = top + r * of->dilationHeight;
        const bool isInput = r < from->filterRows && (uint32_t) y < (uint32_t) of->inputHeight;
        row[r] = isInput ? image + y * line : (const int8_t *) &paddingWord;
        at[r] = isInput ? inside : none;
        step[r] = isInput ? columnsAtOnce * pixel : 0;
    }
    if (from->isAligned) fill_inputs(of, from, row, at, step, true);
    else fill_inputs(of, from, row, at, step, false);
    fill_columns(from->columns + (of->padLeft + from->inputColumns) * columnBytes, from->rightColumns, padding);
}

/* Weights of the tile's 4 channels, the filter `right` columns and `down` rows further on. */
static void spread_weights(const window_operation *of, const int8_t *taps, int32_t right, int32_t down, window_weights to[4], int32_t number)
{
    uint8_t at[16];
    mve_pred16_t there = 0;
    for (int32_t i = 0; i < 16; i++)
    {
        const int32_t column = i / 4 - right, row = i % 4 - down;
        const bool isTap = (uint32_t) column < (uint32_t) of->filterWidth && (uint32_t) row < (uint32_t) of->filterHeight;
        at[i] = isTap ? (uint8_t) (4 * (row * of->filterWidth + column)) : 0;
        if (isTap) there |= (mve_pred16_t) (1u << i);
    }
    const uint8x16_t offsets = vldrbq_u8(at);
    for (int lane = 0; lane < 4; lane++) vstrbq_s8(to[lane][number], vldrbq_gather_offset_z_s8(taps + lane, offsets, there));
}

/* A channel's constants, for two rows of outputs. */
typedef struct pair_channel
{
    int32_t bias, multiplier, shift, zeroPoint, step;
} pair_channel;

/*
 * `count` times two outputs in each of two rows, of which a window of 4x4 is at addresses `window` less 32, outputs
 * at offsets `places`. Both move on.
 */
#define PAIRS(MULTIPLY, CARRY)                                  \
    __asm__ volatile(                                           \
        "  dls lr, %[count]\n"                                  \
        "1: vldrw.u32 q7, [%q[window], #32]!\n"                 \
        "  vmladav.s8 r0, q7, %q[w0]\n"                         \
        "  vmladav.s8 r2, q7, %q[w1]\n"                         \
        "  vmladav.s8 r4, q7, %q[w2]\n"                         \
        "  vmladav.s8 r6, q7, %q[w3]\n"                         \
        "  vmov q7[2], q7[0], r0, r4\n"                         \
        "  vmov q7[3], q7[1], r2, r6\n"                         \
        "  vadd.i32 q7, q7, %[bias]\n"                          \
        MULTIPLY " q7, q7, %[multiplier]\n"                     \
        CARRY                                                   \
        "  vrshl.s32 q7, %[shift]\n"                            \
        "  vadd.i32 q7, q7, %[zero]\n"                          \
        "  vqmovnb.s32 q7, q7\n"                                \
        "  vqmovnb.s16 q7, q7\n"                                \
        "  vstrb.32 q7, [%[output], %q[places]]\n"              \
        "  add %[output], %[output], %[step]\n"                 \
        "  le lr, 1b\n"                                         \
        : [window] "+w"(window), [output] "+r"(output)          \
        : [count] "r"(count), [w0] "w"(w0), [w1] "w"(w1), [w2] "w"(w2), [w3] "w"(w3), [places] "w"(places), [bias] "r"(of->bias), \
          [multiplier] "r"(of->multiplier), [shift] "r"(of->shift), [zero] "r"(of->zeroPoint), [step] "r"(of->step), [one] "r"(1) \
        : "r0", "r2", "r4", "r6", "lr", "q7", "memory")

static inline __attribute__((always_inline)) void pairs(
    const pair_channel *of, window_weights *weights, uint32x4_t window, uint32x4_t places, uint32_t outputs, int8_t *output, const bool once)
{
    const int8x16_t w0 = vldrbq_s8((*weights)[0]), w1 = vldrbq_s8((*weights)[1]), w2 = vldrbq_s8((*weights)[2]), w3 = vldrbq_s8((*weights)[3]);
    /* Of an odd number the second output is done twice. */
    uint32_t count = outputs & 1 ? 1 : outputs / 2;
    for (;;)
    {
        if (once) PAIRS("  vqdmulh.s32", "");
        else PAIRS("  vqrdmulh.s32", "  vqdmlah.s32 q7, q7, %[one]\n");
        if (count == outputs / 2) return;
        count = outputs / 2;
        window = vsubq_n_u32(window, columnBytes);
        output -= of->step / 2;
    }
}

static void do_pairs(const window_operation *of, const channel_group *group, const windows *from, int8x16_t padding)
{
    const tile_constants *const constants = (const tile_constants *) (const void *) group->tile;
    const uint32_t pixel = (uint32_t) of->inputChannels, line = (uint32_t) of->outputWidth * pixel;
    window_weights weights[4];
    for (int32_t number = 0; number < shiftsOfPairs; number++)
        spread_weights(of, group->tile + tileHeaderBytes, number & 1, number >> 1, weights, number);
    uint32x4_t places = vdupq_n_u32(0);
    places = vsetq_lane_u32(pixel, places, 1);
    places = vsetq_lane_u32(line, places, 2);
    places = vsetq_lane_u32(line + pixel, places, 3);
    const uint32x4_t first = vaddq_n_u32(vmulq_n_u32(vidupq_n_u32(0, 1), columnBytes), (uint32_t) (uintptr_t) from->columns - 2 * columnBytes);

    for (int32_t y = 0; y < of->outputHeight; y += 2)
    {
        /* Of an odd number of rows the last but one is done twice. */
        if (y + 1 == of->outputHeight) y--;
        fill_windows(of, from, group->image, y - of->padTop, padding);
        int8_t *const output = group->output + (uint32_t) y * line;
        for (uint32_t lane = 0; lane < 4; lane++)
        {
            const int32_t shift = -shift_alone(constants->shift[lane]);
            const pair_channel channel = { constants->bias[lane], constants->multiplier[lane], shift, of->outputZeroPoint, (int32_t) (2 * pixel) };
            const uint32x4_t window = vaddq_n_u32(first, 4 * lane);
            if (group->way == requantizedOnce) pairs(&channel, &weights[lane], window, places, (uint32_t) of->outputWidth, output + lane, true);
            else pairs(&channel, &weights[lane], window, places, (uint32_t) of->outputWidth, output + lane, false);
        }
    }
}

/* A row of outputs of 4 channels; windows are at addresses `window`, and move on by `stride` bytes. */
#define SINGLES(MULTIPLY, CARRY)                                \
    __asm__ volatile(                                           \
        "  dls lr, %[count]\n"                                  \
        "1: ldrd r0, r2, [%[constants]]\n"                      \
        "  ldrd r4, r6, [%[constants], #8]\n"                   \
        "  vldrw.u32 q7, [%q[window]]\n"                        \
        "  vmladava.s8 r0, q7, %q[w0]\n"                        \
        "  vldrw.u32 q7, [%q[window], #4]\n"                    \
        "  vmladava.s8 r2, q7, %q[w1]\n"                        \
        "  vldrw.u32 q7, [%q[window], #8]\n"                    \
        "  vmladava.s8 r4, q7, %q[w2]\n"                        \
        "  vldrw.u32 q7, [%q[window], #12]\n"                   \
        "  vmladava.s8 r6, q7, %q[w3]\n"                        \
        "  vadd.i32 %q[window], %q[window], %[stride]\n"        \
        "  vmov q7[2], q7[0], r0, r4\n"                         \
        "  vmov q7[3], q7[1], r2, r6\n"                         \
        MULTIPLY " q7, q7, %q[multipliers]\n"                   \
        CARRY                                                   \
        "  vrshl.s32 q7, q7, %q[shifts]\n"                      \
        "  vadd.i32 q7, q7, %[zero]\n"                          \
        "  vqmovnb.s32 q7, q7\n"                                \
        "  vqmovnb.s16 q7, q7\n"                                \
        "  vstrb.32 q7, [%[output]]\n"                          \
        "  add %[output], %[output], %[step]\n"                 \
        "  le lr, 1b\n"                                         \
        : [window] "+w"(window), [output] "+l"(output)          \
        : [count] "r"(of->outputWidth), [constants] "r"(constants), [w0] "w"(w[0]), [w1] "w"(w[1]), [w2] "w"(w[2]), [w3] "w"(w[3]), \
          [multipliers] "w"(multipliers), [shifts] "w"(shifts), [stride] "r"(of->strideWidth * columnBytes), \
          [zero] "r"(of->outputZeroPoint), [step] "r"(of->inputChannels), [one] "r"(1) \
        : "r0", "r2", "r4", "r6", "lr", "q7", "memory")

static void do_singles(const window_operation *of, const channel_group *group, const windows *from, int8x16_t padding)
{
    const tile_constants *const constants = (const tile_constants *) (const void *) group->tile;
    window_weights weights[4];
    spread_weights(of, group->tile + tileHeaderBytes, 0, 0, weights, 0);
    int8x16_t w[4];
    for (int lane = 0; lane < 4; lane++) w[lane] = vldrbq_s8(weights[lane][0]);
    const int32x4_t multipliers = vldrwq_s32(constants->multiplier), shifts = requantize_shifts(group->way, constants->shift);
    /* Columns that the filter does not have are the first, by weights of 0. */
    uint32x4_t first = vdupq_n_u32((uint32_t) (uintptr_t) from->columns);
    const uint32x4_t apart = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t) (of->dilationWidth * columnBytes));
    first = vaddq_m_u32(first, first, apart, vctp32q((uint32_t) of->filterWidth));

    int8_t *row = group->output;
    for (int32_t y = 0; y < of->outputHeight; y++, row += of->outputWidth * of->inputChannels)
    {
        fill_windows(of, from, group->image, y * of->strideHeight - of->padTop, padding);
        uint32x4_t window = first;
        int8_t *output = row;
        if (group->way == requantizedOnce) SINGLES("  vqdmulh.s32", "");
        else SINGLES("  vqrdmulh.s32", "  vqdmlah.s32 q7, q7, %[one]\n");
    }
}

void wasmote_depthwise_windows(const window_operation *of, const channel_group *group)
{
    const bool isPair = is_paired(of);
    const windows from = windows_of(of, group->image, isPair);
    const int8x16_t padding = vdupq_n_s8((int8_t) of->inputZeroPoint);
    fill_columns(from.columns, of->padLeft < columns_of(of, isPair) ? of->padLeft : columns_of(of, isPair), padding);
    if (isPair) do_pairs(of, group, &from, padding);
    else do_singles(of, group, &from, padding);
}

#endif

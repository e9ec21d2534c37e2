#include "depthwise.h"
#include "requantize.h"

#if TARGET_DSP

/*
 * Rows as pairs of columns: [pair][slot], int16 each. The pair of columns 2k and 2k + 1 serves two outputs, at strides
 * of 1 two of each pair and the next.
 */

static uint32_t pairs(const window_operation *of)
{
    return (of->strideWidth == 1 ? (uint32_t) (of->outputWidth + 1) / 2 : (uint32_t) of->outputWidth) + 1;
}

uint32_t wasmote_row_bytes(const window_operation *of)
{
    return 12 * pairs(of);
}

/* Lower halves of a and b; upper halves of a and b. */
static inline uint32_t lower_halves(uint32_t a, uint32_t b)
{
    uint32_t pair;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
    return pair;
}

static inline uint32_t upper_halves(uint32_t a, uint32_t b)
{
    uint32_t pair;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(b), "r"(a));
    return pair;
}

/* `count` channels of a pixel. */
static inline uint32_t load_channels(const int8_t *from, int count)
{
    if (count == 4) return load_word(from);
    uint32_t word = (uint8_t) from[0];
    if (count > 1) word |= (uint32_t) (uint8_t) from[1] << 8;
    if (count > 2) word |= (uint32_t) (uint8_t) from[2] << 16;
    return word;
}

/* A pair of columns of 4 channels. */
static inline void store_pair(uint32_t *to, uint32_t channelWords, uint32_t a, uint32_t b)
{
    const uint32_t evenA = even_pair(a), oddA = odd_pair(a), evenB = even_pair(b), oddB = odd_pair(b);
    to[0] = lower_halves(evenA, evenB);
    to[channelWords] = lower_halves(oddA, oddB);
    to[2 * channelWords] = upper_halves(evenA, evenB);
    to[3 * channelWords] = upper_halves(oddA, oddB);
}

static inline __attribute__((always_inline)) void fill(
    const window_operation *of, const int8_t *line, const int count, uint32_t *to, uint32_t channelWords)
{
    const uint32_t zero = (uint8_t) of->inputZeroPoint * 0x01010101u;
    const int32_t width = of->inputWidth, channels = of->inputChannels;
    int32_t x = -of->padLeft, left = (int32_t) pairs(of);
    for (; left > 0 && x < 0; left--, x += 2, to += 3)
    {
        const uint32_t b = (uint32_t) (x + 1) < (uint32_t) width ? load_channels(line + (x + 1) * channels, count) : zero;
        store_pair(to, channelWords, zero, b);
    }
    const int8_t *from = line + x * channels;
    for (; left > 0 && x + 1 < width; left--, x += 2, to += 3, from += 2 * channels)
        store_pair(to, channelWords, load_channels(from, count), load_channels(from + channels, count));
    for (; left > 0; left--, x += 2, to += 3, from += 2 * channels)
        store_pair(to, channelWords, x < width ? load_channels(from, count) : zero, zero);
}

void wasmote_fill_rows(const window_operation *of, const int8_t *image, int32_t y, int count, uint32_t slot, void *rows)
{
    const uint32_t channelWords = 3 * pairs(of);
    uint32_t *to = (uint32_t *) rows + slot;
    if ((uint32_t) y >= (uint32_t) of->inputHeight)
    {
        const uint32_t zero = (uint16_t) of->inputZeroPoint * 0x00010001u;
        for (uint32_t *const end = to + 4 * channelWords; to < end; to += 3) *to = zero;
        return;
    }
    const int8_t *const line = image + y * of->inputWidth * of->inputChannels;
    if (count == 4) fill(of, line, 4, to, channelWords);
    else fill(of, line, count, to, channelWords);
}

void wasmote_row_channel(const window_operation *of, row_channel *to, const void *rows, const int8_t *taps)
{
    const uint32_t width = (uint32_t) of->outputWidth;
    to->end = (const uint32_t *) rows + 3 * (of->strideWidth == 1 ? width / 2 : width);
    to->odd = width & 1;
    to->step = (uint32_t) of->inputChannels;
    to->bias = (int32_t) ((uint32_t) to->bias << 1);
    for (int row = 0; row < 5; row++)
    {
        const int8_t *w = taps + row % 3 * 12;
        to->weights[row][0] = lower_halves((uint32_t) (2 * w[0]), (uint32_t) (2 * w[4]));
        to->weights[row][1] = lower_halves((uint32_t) (2 * w[4]), (uint32_t) (2 * w[8]));
    }
}

/*
 * Two outputs a turn at a stride of 1, one at 2. Weights of the three slots stay in r5-r10, inputs of a pair of columns
 * are in r2-r4, sums in r11 and r12, the step in lr. On the stack: 0 end, 4 bias, 8 multiplier, 12 rounding, 16 shift,
 * 20 odd, as they lie in row_channel. Each function is there a second time for channels that are rounded once.
 */
__asm__(
    ".syntax unified\n"
    ".thumb\n"

    ".macro depthwise_enter\n"
    "  push {r4-r11, lr}\n"
    "  sub sp, sp, #24\n"
    "  ldm r2, {r4-r10}\n"
    "  stm sp, {r4-r9}\n"
    "  mov lr, r10\n"
    "  ldm r3, {r5-r10}\n"
    ".endm\n"

    ".macro depthwise_leave\n"
    "  add sp, sp, #24\n"
    "  pop {r4-r11, pc}\n"
    ".endm\n"

    ".macro depthwise_requantize a, once\n"
    "  .if \\once\n"
    "  smmul \\a, \\a, r2\n"
    "  .else\n"
    "  smmulr \\a, \\a, r2\n"
    "  add \\a, \\a, \\a, asr #31\n"
    "  .endif\n"
    "  add \\a, \\a, r3\n"
    "  asr \\a, \\a, r4\n"
    "  ssat \\a, #8, \\a\n"
    ".endm\n"

    ".macro depthwise_single once\n"
    "  ldr r11, [sp, #4]\n"
    "  ldm r0!, {r2-r4}\n"
    "  smlad r11, r2, r5, r11\n"
    "  smlad r11, r3, r7, r11\n"
    "  smlad r11, r4, r9, r11\n"
    "  ldm r0, {r2-r4}\n"
    "  smlabt r11, r2, r6, r11\n"
    "  smlabt r11, r3, r8, r11\n"
    "  smlabt r11, r4, r10, r11\n"
    "  ldrd r2, r3, [sp, #8]\n"
    "  ldr r4, [sp, #16]\n"
    "  depthwise_requantize r11, \\once\n"
    "  strb r11, [r1]\n"
    ".endm\n"

    ".macro row_stride_1 name, once\n"
    "  .section .text.\\name, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global \\name\n"
    "  .type \\name, %function\n"
    "  .thumb_func\n"
    "\\name:\n"
    "  depthwise_enter\n"
    "  b 2f\n"
    "1:\n"
    "  ldr r11, [sp, #4]\n"
    "  ldm r0!, {r2-r4}\n"
    "  mov r12, r11\n"
    "  smlad r11, r2, r5, r11\n"
    "  smlatb r12, r2, r5, r12\n"
    "  smlad r11, r3, r7, r11\n"
    "  smlatb r12, r3, r7, r12\n"
    "  smlad r11, r4, r9, r11\n"
    "  smlatb r12, r4, r9, r12\n"
    "  ldm r0, {r2-r4}\n"
    "  smlabt r11, r2, r6, r11\n"
    "  smlad r12, r2, r6, r12\n"
    "  smlabt r11, r3, r8, r11\n"
    "  smlad r12, r3, r8, r12\n"
    "  smlabt r11, r4, r10, r11\n"
    "  smlad r12, r4, r10, r12\n"
    "  ldrd r2, r3, [sp, #8]\n"
    "  ldr r4, [sp, #16]\n"
    "  depthwise_requantize r11, \\once\n"
    "  depthwise_requantize r12, \\once\n"
    "  strb r11, [r1]\n"
    "  strb r12, [r1, lr]\n"
    "  add r1, r1, lr, lsl #1\n"
    "2:\n"
    "  ldr r4, [sp]\n"
    "  cmp r0, r4\n"
    "  bne 1b\n"
    "  ldr r4, [sp, #20]\n"
    "  cbz r4, 3f\n"
    "  depthwise_single \\once\n"
    "3:\n"
    "  depthwise_leave\n"
    "  .size \\name, . - \\name\n"
    "  .previous\n"
    ".endm\n"

    ".macro row_stride_2 name, once\n"
    "  .section .text.\\name, \"ax\", %progbits\n"
    "  .balign 4\n"
    "  .global \\name\n"
    "  .type \\name, %function\n"
    "  .thumb_func\n"
    "\\name:\n"
    "  depthwise_enter\n"
    "1:\n"
    "  depthwise_single \\once\n"
    "  add r1, r1, lr\n"
    "  ldr r4, [sp]\n"
    "  cmp r0, r4\n"
    "  bne 1b\n"
    "  depthwise_leave\n"
    "  .size \\name, . - \\name\n"
    "  .previous\n"
    ".endm\n"

    "row_stride_1 wasmote_row_stride_1, 0\n"
    "row_stride_1 wasmote_row_stride_1_once, 1\n"
    "row_stride_2 wasmote_row_stride_2, 0\n"
    "row_stride_2 wasmote_row_stride_2_once, 1\n");

#endif

#include "patch.h"

/* One copy of each loop serves all kinds of windows. */
#define OUT_OF_LINE static __attribute__((noinline))

#if !TARGET_HELIUM
OUT_OF_LINE void copy_words(patch_writer *to, const int8_t *from, uint32_t words)
{
    patch_words(to, from, words);
}

/* Bytes of one pixel, or of several that are neighbours in memory, of any number. */
OUT_OF_LINE void append(patch_writer *to, const int8_t *from, uint32_t bytes)
{
    patch_writer writer = *to;
    for (; bytes >= 4; bytes -= 4, from += 4) patch_bytes(&writer, load_word(from), 4);
    if (bytes > 0)
    {
        uint32_t word = (uint8_t) from[0];
        if (bytes > 1) word |= (uint32_t) (uint8_t) from[1] << 8;
        if (bytes > 2) word |= (uint32_t) (uint8_t) from[2] << 16;
        patch_bytes(&writer, word, bytes);
    }
    *to = writer;
}

OUT_OF_LINE void append_fill(patch_writer *to, uint32_t word, uint32_t bytes)
{
    if ((bytes & 3) == 0 && !to->pendingBits)
    {
        patch_fill(to, word, bytes >> 2);
        return;
    }
    for (; bytes >= 4; bytes -= 4) patch_bytes(to, word, 4);
    if (bytes) patch_bytes(to, word & ((1u << 8 * bytes) - 1), bytes);
}

/* Any number of bytes that are neighbours in memory, or all of them `word`'s. */
static inline void copy_run(patch_writer *to, const int8_t *from, uint32_t bytes)
{
    if ((bytes & 3) == 0 && !to->pendingBits) copy_words(to, from, bytes >> 2);
    else append(to, from, bytes);
}

static inline void fill_run(patch_writer *to, uint32_t word, uint32_t bytes)
{
    if (bytes > 0) append_fill(to, word, bytes);
}


enum { mostOffset = INT32_MAX };

/* A filter row in words, as copy_row takes it; 0 where there is a rest. */
static inline uint32_t planned_row(uint32_t bytes, bool isShort)
{
    (void) isShort;
    return (bytes & 3) == 0 ? bytes >> 2 : 0;
}

static inline void copy_row(patch_writer *to, const int8_t *from, uint32_t words)
{
    copy_words(to, from, words);
}
#else
enum { mostOffset = UINT16_MAX, leastRow = 16 };

/* A filter row in bytes, as copy_row takes it; 0 where few of a short patch are next to each other. */
static inline uint32_t planned_row(uint32_t bytes, bool isShort)
{
    return isShort && bytes < leastRow ? 0 : bytes;
}

static inline void copy_row(patch_writer *to, const int8_t *from, uint32_t bytes)
{
    copy_run(to, from, bytes);
}
#endif

static inline int32_t between(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Windows of which some pixels may lie outside, or whose rows are not next to each other in memory. */
OUT_OF_LINE void gather_any(const window_operation *of, const int8_t *image, int32_t y, int32_t x0, patch_writer *to)
{
    const uint32_t zero = (uint8_t) of->inputZeroPoint * 0x01010101u;
    const int32_t channels = of->inputChannels, width = of->inputWidth, taps = of->filterWidth;
    const bool near = of->dilationWidth == 1;
    const int32_t left = between(-x0, 0, taps), right = between(x0 + taps - width, 0, taps - left);
    const uint32_t rowBytes = (uint32_t) (taps * channels);
    const uint32_t leftBytes = (uint32_t) (left * channels), rightBytes = (uint32_t) (right * channels);

    for (int32_t fy = 0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        if ((uint32_t) y >= (uint32_t) of->inputHeight)
        {
            fill_run(to, zero, rowBytes);
            continue;
        }
        const int8_t *const line = image + y * width * channels;
        if (near)
        {
            fill_run(to, zero, leftBytes);
            if (left + right < taps) copy_run(to, line + (x0 + left) * channels, rowBytes - leftBytes - rightBytes);
            fill_run(to, zero, rightBytes);
            continue;
        }
        for (int32_t fx = 0, x = x0; fx < taps; fx++, x += of->dilationWidth)
        {
            if ((uint32_t) x >= (uint32_t) width) fill_run(to, zero, (uint32_t) channels);
            else copy_run(to, line + x * channels, (uint32_t) channels);
        }
    }
    patch_end(to);
}

void wasmote_gather_plan(const window_operation *of, gather_plan *to)
{
    const int32_t channels = of->inputChannels, rowBytes = of->filterWidth * channels;
    const int32_t depth = of->filterHeight * rowBytes;
    to->lastY = of->inputHeight - 1 - (of->filterHeight - 1) * of->dilationHeight;
    to->lastX = of->inputWidth - 1 - (of->filterWidth - 1) * of->dilationWidth;
    to->depth = 0;
    to->row = 0;
    if (to->lastY < 0 || to->lastX < 0) return;     /* no window lies inside, and steps could be beyond int32 */

    to->lineBytes = of->inputWidth * channels;
    to->rowStep = of->filterHeight > 1 ? of->dilationHeight * to->lineBytes : 0;
    to->rows = of->filterHeight;
    const int32_t last = (of->filterHeight - 1) * to->rowStep + (of->filterWidth - 1) * of->dilationWidth * channels + channels - 1;
    const bool isShort = depth <= maxPlannedDepth && last <= mostOffset;
    if (of->dilationWidth == 1) to->row = planned_row((uint32_t) rowBytes, isShort);
    if (to->row > 0 || !isShort) return;

    to->depth = (uint32_t) depth;
    patch_offset *offset = to->offsets;
    for (int32_t fy = 0; fy < of->filterHeight; fy++)
        for (int32_t fx = 0; fx < of->filterWidth; fx++)
            for (int32_t c = 0; c < channels; c++) *offset++ = (patch_offset) (fy * to->rowStep + fx * of->dilationWidth * channels + c);
}

void wasmote_gather(const window_operation *of, const gather_plan *plan, const int8_t *image, int32_t y, int32_t x, patch_writer *to)
{
    const bool inside = y >= 0 && x >= 0 && y <= plan->lastY && x <= plan->lastX;
    if (!inside || (plan->row | plan->depth) == 0)
    {
        gather_any(of, image, y, x, to);
        return;
    }
    const int8_t *from = image + y * plan->lineBytes + x * of->inputChannels;
    if (plan->depth) patch_bytes_at(to, from, plan->offsets, plan->depth);
    else for (int32_t rows = plan->rows; rows > 0; rows--, from += plan->rowStep) copy_row(to, from, plan->row);
}

#if TARGET_HELIUM
/* Windows of so many rows of bytes, `step` bytes from each other. */
static void copy_windows(const gather_plan *plan, const int8_t *from, int8_t *to, uint32_t count, int32_t step, uint32_t stride)
{
    const int32_t bytes = (int32_t) plan->row, copied = (bytes + 15) & ~15;
    const int32_t fromRest = plan->rowStep - copied, toRest = bytes - copied;
    const int32_t fromNext = step - plan->rows * plan->rowStep, toNext = (int32_t) stride - plan->rows * bytes;
    int32_t rows;
    __asm__ volatile("1:\n"
                     "  mov %[rows], %[all]\n"
                     "2:\n"
                     "  wlstp.8 lr, %[bytes], 4f\n"
                     "3:\n"
                     "  vldrb.8 q0, [%[from]], #16\n"
                     "  vstrb.8 q0, [%[to]], #16\n"
                     "  letp lr, 3b\n"
                     "4:\n"
                     "  add %[from], %[from], %[fromRest]\n"
                     "  add %[to], %[to], %[toRest]\n"
                     "  subs %[rows], %[rows], #1\n"
                     "  bne 2b\n"
                     "  add %[from], %[from], %[fromNext]\n"
                     "  add %[to], %[to], %[toNext]\n"
                     "  subs %[count], %[count], #1\n"
                     "  bne 1b\n"
                     : [from] "+&r"(from), [to] "+&r"(to), [count] "+&r"(count), [rows] "=&r"(rows)
                     : [all] "r"(plan->rows), [bytes] "r"(bytes), [fromRest] "r"(fromRest), [toRest] "r"(toRest), [fromNext] "r"(fromNext), [toNext] "r"(toNext)
                     : "lr", "q0", "cc", "memory");
}

/* Windows of bytes at offsets. */
static void pick_windows(const gather_plan *plan, const int8_t *from, int8_t *to, uint32_t count, int32_t step, uint32_t stride)
{
    const uint16_t *offsets;
    int8_t *at;
    __asm__ volatile("1:\n"
                     "  mov %[offsets], %[all]\n"
                     "  mov %[at], %[to]\n"
                     "  wlstp.16 lr, %[depth], 3f\n"
                     "2:\n"
                     "  vldrh.u16 q0, [%[offsets]], #16\n"
                     "  vldrb.u16 q1, [%[from], q0]\n"
                     "  vstrb.16 q1, [%[at]], #8\n"
                     "  letp lr, 2b\n"
                     "3:\n"
                     "  add %[from], %[from], %[step]\n"
                     "  add %[to], %[to], %[stride]\n"
                     "  subs %[count], %[count], #1\n"
                     "  bne 1b\n"
                     : [from] "+&r"(from), [to] "+&r"(to), [count] "+&r"(count), [offsets] "=&r"(offsets), [at] "=&l"(at)
                     : [all] "r"(plan->offsets), [depth] "r"(plan->depth), [step] "r"(step), [stride] "r"(stride)
                     : "lr", "q0", "q1", "cc", "memory");
}

uint32_t wasmote_gather_inside(const window_operation *of, const gather_plan *plan, const int8_t *image, int32_t y, int32_t x, uint32_t most, const patch *to, uint32_t index)
{
    if (y < 0 || x < 0 || y > plan->lastY || x > plan->lastX || (plan->row | plan->depth) == 0) return 0;
    const uint32_t room = (uint32_t) ((plan->lastX - x) / of->strideWidth + 1), count = room < most ? room : most;
    const int8_t *const from = image + y * plan->lineBytes + x * of->inputChannels;
    const int32_t step = of->strideWidth * of->inputChannels;
    if (plan->depth) pick_windows(plan, from, patch_start(to, index).at, count, step, to->stride);
    else copy_windows(plan, from, patch_start(to, index).at, count, step, to->stride);
    return count;
}
#endif

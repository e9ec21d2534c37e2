#include "patch.h"

/* Bytes of one pixel, or of several that are neighbours in memory, of any number. */
static void append(patch_writer *to, const int8_t *from, uint32_t bytes)
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

static void append_fill(patch_writer *to, uint32_t word, uint32_t bytes)
{
    for (; bytes >= 4; bytes -= 4) patch_bytes(to, word, 4);
    if (bytes) patch_bytes(to, word & ((1u << 8 * bytes) - 1), bytes);
}

/* Windows of which some pixels may lie outside, or whose rows are not next to each other in memory. */
static __attribute__((noinline)) void gather_any(const window_operation *of, const int8_t *image, int32_t y, int32_t x0, patch_writer *to)
{
    const uint32_t zero = (uint8_t) of->inputZeroPoint * 0x01010101u;
    const int32_t channels = of->inputChannels, width = of->inputWidth, taps = of->filterWidth;
    const bool wholeWords = (channels & 3) == 0;

    for (int32_t fy = 0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        const bool outsideRow = (uint32_t) y >= (uint32_t) of->inputHeight;
        const int8_t *const line = outsideRow ? image : image + y * width * channels;
        for (int32_t fx = 0, x = x0; fx < taps; fx++, x += of->dilationWidth)
        {
            const bool outside = outsideRow || (uint32_t) x >= (uint32_t) width;
            const int8_t *const from = outside ? line : line + x * channels;
            if (wholeWords && outside) patch_fill(to, zero, (uint32_t) channels >> 2);
            else if (wholeWords) patch_words(to, from, (uint32_t) channels >> 2);
            else if (outside) append_fill(to, zero, (uint32_t) channels);
            else append(to, from, (uint32_t) channels);
        }
    }
    patch_end(to);
}

void wasmote_gather_plan(const window_operation *of, gather_plan *to)
{
    const int32_t channels = of->inputChannels, rowBytes = of->filterWidth * channels;
    const int32_t depth = of->filterHeight * rowBytes;
    to->lineBytes = of->inputWidth * channels;
    to->rowStep = of->dilationHeight * to->lineBytes;
    to->lastY = of->inputHeight - 1 - (of->filterHeight - 1) * of->dilationHeight;
    to->lastX = of->inputWidth - 1 - (of->filterWidth - 1) * of->dilationWidth;
    to->rows = of->filterHeight;
    to->rowWords = of->dilationWidth == 1 && (rowBytes & 3) == 0 ? (uint32_t) rowBytes >> 2 : 0;
    to->depth = 0;
    if (to->rowWords > 0 || depth > maxPlannedDepth) return;

    to->depth = (uint32_t) depth;
    int32_t *offset = to->offsets;
    for (int32_t fy = 0; fy < of->filterHeight; fy++)
        for (int32_t fx = 0; fx < of->filterWidth; fx++)
            for (int32_t c = 0; c < channels; c++) *offset++ = fy * to->rowStep + fx * of->dilationWidth * channels + c;
}

void wasmote_gather(const window_operation *of, const gather_plan *plan, const int8_t *image, int32_t y, int32_t x, patch_writer *to)
{
    const bool inside = y >= 0 && x >= 0 && y <= plan->lastY && x <= plan->lastX;
    if (!inside || (plan->rowWords | plan->depth) == 0)
    {
        gather_any(of, image, y, x, to);
        return;
    }
    const int8_t *from = image + y * plan->lineBytes + x * of->inputChannels;
    if (plan->depth) patch_bytes_at(to, from, plan->offsets, plan->depth);
    else for (int32_t rows = plan->rows; rows > 0; rows--, from += plan->rowStep) patch_words(to, from, plan->rowWords);
}

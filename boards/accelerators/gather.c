#include "patch.h"

/* Bytes of one pixel, or of several that are neighbours in memory, of any number. */
static void append(patch_writer *to, const int8_t *from, uint32_t bytes)
{
    for (; bytes >= 4; bytes -= 4, from += 4) patch_bytes(to, load_word(from), 4);
    if (bytes == 0) return;
    uint32_t word = (uint8_t) from[0];
    if (bytes > 1) word |= (uint32_t) (uint8_t) from[1] << 8;
    if (bytes > 2) word |= (uint32_t) (uint8_t) from[2] << 16;
    patch_bytes(to, word, bytes);
}

static void append_fill(patch_writer *to, uint32_t word, uint32_t bytes)
{
    for (; bytes >= 4; bytes -= 4) patch_bytes(to, word, 4);
    if (bytes) patch_bytes(to, word & ((1u << 8 * bytes) - 1), bytes);
}

void wasmote_gather(const window_operation *of, const int8_t *image, int32_t row, int32_t column, patch_writer *to)
{
    const uint32_t zero = (uint8_t) of->inputZeroPoint * 0x01010101u;
    const int32_t channels = of->inputChannels, width = of->inputWidth, taps = of->filterWidth;
    const int32_t x0 = column * of->strideWidth - of->padLeft;
    const bool wholeWords = (channels & 3) == 0, near = of->dilationWidth == 1;
    const bool inside = x0 >= 0 && x0 + (taps - 1) * of->dilationWidth < width;
    const uint32_t rowBytes = (uint32_t) taps * (uint32_t) channels;
    int32_t y = row * of->strideHeight - of->padTop;

    for (int32_t fy = 0; fy < of->filterHeight; fy++, y += of->dilationHeight)
    {
        if ((uint32_t) y >= (uint32_t) of->inputHeight)
        {
            if ((rowBytes & 3) == 0 && !to->pendingBits) patch_fill(to, zero, rowBytes >> 2);
            else append_fill(to, zero, rowBytes);
            continue;
        }
        const int8_t *const line = image + y * width * channels;
        if (near && inside)
        {
            const int8_t *const from = line + x0 * channels;
            if ((rowBytes & 3) == 0 && !to->pendingBits) patch_words(to, from, rowBytes >> 2);
            else append(to, from, rowBytes);
            continue;
        }
        for (int32_t fx = 0, x = x0; fx < taps; fx++, x += of->dilationWidth)
        {
            const bool outside = (uint32_t) x >= (uint32_t) width;
            const int8_t *const from = line + x * channels;
            if (wholeWords && outside) patch_fill(to, zero, (uint32_t) channels >> 2);
            else if (wholeWords) patch_words(to, from, (uint32_t) channels >> 2);
            else if (outside) append_fill(to, zero, (uint32_t) channels);
            else append(to, from, (uint32_t) channels);
        }
    }
    patch_end(to);
}

#include <string.h>

#include "signal.h"

void wasmote_signal_window(const int16_t *input, const int16_t *window, int16_t *output, int32_t length, int32_t shift)
{
    for (int32_t i = 0; i < length; i++)
    {
        const int32_t product = input[i] * window[i] >> shift;
        output[i] = (int16_t) (product > INT16_MAX ? INT16_MAX : product < INT16_MIN ? INT16_MIN : product);
    }
}

int32_t wasmote_fft_auto_scale(const int16_t *input, int16_t *output, int32_t elements)
{
    int32_t largest = 0;
    for (int32_t i = 0; i < elements; i++)
    {
        const int32_t value = input[i];
        if (value > largest) largest = value;
        else if (-value > largest) largest = (int16_t) -value;
    }
    int32_t bits = 0;
    for (; largest > 0 && largest < 1 << 14; largest <<= 1) bits++;
    for (int32_t i = 0; i < elements; i++) output[i] = (int16_t) ((uint32_t) input[i] << bits);
    return bits;
}

void wasmote_energy(const int16_t *input, uint32_t *output, uint32_t elements, uint32_t start, uint32_t end)
{
    memset(output, 0, elements * sizeof *output);
    for (uint32_t i = start; i < end; i++)
    {
        const int32_t real = input[2 * i], imaginary = input[2 * i + 1];
        output[i] = (uint32_t) (real * real) + (uint32_t) (imaginary * imaginary);
    }
}

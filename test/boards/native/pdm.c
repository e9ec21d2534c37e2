/*
 * The filter of PDM microphones: a tone, as bits of a modulator of the second order. Arguments: the tone's frequency and its size, both of the
 * sample rate and of full scale, and the shift. Prints the size at that frequency, or where it folds to, in dB below the tone's own times
 * 2^shift, and the ratio of it to all else in dB.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "drivers/pdm.h"

enum { samples = 16384, skipped = 256, bits = 64 };

static double tone, size;

/* Two integrators in a row, each less the bit that comes out: noise is shaped by (1 - 1/z)^2. */
static uint32_t next_bit(void)
{
    static double first, second;
    static unsigned long long time;
    const double in = size * sin(2 * M_PI * fmod(tone * (double) time++ / bits, 1));
    const double out = second >= 0 ? 1 : -1;
    first += in - out;
    second += first - out;
    return out > 0;
}

int main(int count, char **arguments)
{
    if (count != 4) return 2;
    tone = atof(arguments[1]);
    size = atof(arguments[2]);
    const uint32_t shift = (uint32_t) atoi(arguments[3]);
    static double values[samples];
    pdm_filter filter;
    pdm_begin(&filter);
    for (int i = -skipped; i < samples; i++)
    {
        uint32_t words[pdmWords];
        for (uint32_t k = 0; k < pdmWords; k++)
        {
            words[k] = 0;
            for (uint32_t bit = 0; bit < 32; bit++) words[k] = words[k] << 1 | next_bit();
        }
        const int16_t value = pdm_sample(&filter, words, shift);
        if (i >= 0) values[i] = value / 32768.0;
    }
    double real = 0, imaginary = 0, mean = 0, all = 0;
    for (int i = 0; i < samples; i++) mean += values[i] / samples;
    for (int i = 0; i < samples; i++)
    {
        const double angle = 2 * M_PI * fmod(tone * i, 1);
        real += 2 * values[i] * cos(angle) / samples;
        imaginary += 2 * values[i] * sin(angle) / samples;
        all += (values[i] - mean) * (values[i] - mean) / samples;
    }
    const double power = (real * real + imaginary * imaginary) / 2;
    printf("%.3f %.1f\n", 10 * log10(2 * power / (size * size)) - 20 * log10(1 << shift), 10 * log10(power / (all - power)));
    return 0;
}

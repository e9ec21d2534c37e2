/*
 * Samples from the bits of a PDM microphone, 64 bits each. The first stage, sinc^4 over 32 bits (125 coefficients), gives twice the rate;
 * the second one, 48 coefficients, halves it, is flat again where the first one falls, and takes away what would fold. Together: within
 * 0.02 dB up to 0.42 of the sample rate (6.7 kHz of 16), 70 dB down from 0.58 of it on, 12.7 samples late.
 *
 * The second stage's coefficients are the least squares fit, reweighted until its errors are even, of the inverse of the first stage up to
 * 0.42 and of zero from 0.58 on. Source of the first stage: E. Hogenauer, "An economical class of digital filters for decimation and
 * interpolation", IEEE Trans. ASSP 29 (1981), 155-162.
 */
#ifndef WASMOTE_PDM_H
#define WASMOTE_PDM_H

#include <stdint.h>

enum { pdmTaps = 48, pdmWords = 2, pdmMostShift = 8 };

typedef struct pdm_filter
{
    uint32_t bits[4];                   /* the last ones, the newest lowest in the last word */
    int32_t values[2 * pdmTaps];        /* of the first stage, each twice, so that the last ones always lie in a row */
    uint32_t at;
} pdm_filter;

void pdm_begin(pdm_filter *filter);

/* The sample after so many words of bits, the first one highest; times 2^shift, as far as 16 bits go. */
int16_t pdm_sample(pdm_filter *filter, const uint32_t words[pdmWords], uint32_t shift);

#endif

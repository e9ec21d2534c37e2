#include "pdm.h"

#include <string.h>

enum { coefficientBits = 14, firstStageShift = 5, nibbles = 32 };

/* Sums of four coefficients, each with the sign that a bit gives it: by four bits. */
#define SUMS(A, B, C, D)                                                                                                    \
    {                                                                                                                       \
        -A - B - C - D, -A - B - C + D, -A - B + C - D, -A - B + C + D, -A + B - C - D, -A + B - C + D, -A + B + C - D,     \
        -A + B + C + D, A - B - C - D, A - B - C + D, A - B + C - D, A - B + C + D, A + B - C - D, A + B - C + D,           \
        A + B + C - D, A + B + C + D                                                                                        \
    }

/* 32 ones convolved with each other three times, and three zeros behind them. */
static const int32_t firstStage[nibbles][16] = {
    SUMS(1, 4, 10, 20), SUMS(35, 56, 84, 120), SUMS(165, 220, 286, 364), SUMS(455, 560, 680, 816),
    SUMS(969, 1140, 1330, 1540), SUMS(1771, 2024, 2300, 2600), SUMS(2925, 3276, 3654, 4060),
    SUMS(4495, 4960, 5456, 5984), SUMS(6541, 7124, 7730, 8356), SUMS(8999, 9656, 10324, 11000),
    SUMS(11681, 12364, 13046, 13724), SUMS(14395, 15056, 15704, 16336), SUMS(16949, 17540, 18106, 18644),
    SUMS(19151, 19624, 20060, 20456), SUMS(20809, 21116, 21374, 21580), SUMS(21731, 21824, 21856, 21824),
    SUMS(21731, 21580, 21374, 21116), SUMS(20809, 20456, 20060, 19624), SUMS(19151, 18644, 18106, 17540),
    SUMS(16949, 16336, 15704, 15056), SUMS(14395, 13724, 13046, 12364), SUMS(11681, 11000, 10324, 9656),
    SUMS(8999, 8356, 7730, 7124), SUMS(6541, 5984, 5456, 4960), SUMS(4495, 4060, 3654, 3276),
    SUMS(2925, 2600, 2300, 2024), SUMS(1771, 1540, 1330, 1140), SUMS(969, 816, 680, 560), SUMS(455, 364, 286, 220),
    SUMS(165, 120, 84, 56), SUMS(35, 20, 10, 4), SUMS(1, 0, 0, 0),
};

/* From the edge inwards; the other half is the same backwards. */
static const int32_t secondStage[pdmTaps / 2] = {
    -4, 9, 28, 2, -49, -12, 87, 32, -140, -69, 214, 128, -314, -222, 447, 371, -632, -617, 904, 1080, -1364, -2230, 2303, 8255,
};

static int16_t saturated(int32_t value)
{
    return (int16_t) (value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* Silence: bits that differ in turn. */
void pdm_begin(pdm_filter *filter)
{
    memset(filter, 0, sizeof *filter);
    memset(filter->bits, 0x55, sizeof filter->bits);
}

static int16_t first_stage(pdm_filter *filter, uint32_t newest)
{
    uint32_t *const bits = filter->bits;
    int32_t sum = 0;
    bits[0] = bits[1];
    bits[1] = bits[2];
    bits[2] = bits[3];
    bits[3] = newest;
    const int32_t (*sums)[16] = firstStage;
    for (uint32_t i = 0; i < 4; i++, sums += 8)
    {
        const uint32_t word = bits[i];
#pragma GCC unroll 8
        for (uint32_t nibble = 0; nibble < 8; nibble++) sum += sums[nibble][word >> (28 - 4 * nibble) & 15];
    }
    return saturated(sum >> firstStageShift);
}

static void put(pdm_filter *filter, int16_t value)
{
    filter->values[filter->at] = filter->values[filter->at + pdmTaps] = value;
    if (++filter->at == pdmTaps) filter->at = 0;
}

int16_t pdm_sample(pdm_filter *filter, const uint32_t words[pdmWords], uint32_t shift)
{
    for (uint32_t i = 0; i < pdmWords; i++) put(filter, first_stage(filter, words[i]));
    const int32_t *from = filter->values + filter->at, *to = from + pdmTaps;
    int32_t sum = 1 << (coefficientBits - 1 - shift);
#pragma GCC unroll 8
    for (uint32_t i = 0; i < pdmTaps / 2; i++) sum += secondStage[i] * (*from++ + *--to);
    return saturated(sum >> (coefficientBits - shift));
}

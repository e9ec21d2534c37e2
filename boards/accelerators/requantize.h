/*
 * Requantization of an int32 accumulator, both roundings as in assembly/math/requantize:
 *
 *   t = floor((a * multiplier + 2^30) / 2^31)
 *   r = floor((t + (t < 0 ? -1 : 0) + 2^(s-1)) / 2^s)        s = right shift >= 1
 *
 * or, where the shift has `roundedOnce` added, one:
 *
 *   r = floor(a * multiplier / 2^(31 + s) + 1/2)
 *
 * The short form takes 32-bit steps: t is the upper word of 2a * multiplier, which is exact where 2a is an int32, rounded where
 * rounding is twice, and the zero point is added before the second shift. Where that may be done, `is_quick` tells.
 */
#ifndef WASMOTE_ACCELERATORS_REQUANTIZE_H
#define WASMOTE_ACCELERATORS_REQUANTIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"
#include "kernels.h"
#include "target.h"

/* Shifts alone are -30 to 31. */
static inline bool is_rounded_once(int32_t shift)
{
    return shift >= roundedOnce / 2;
}

static inline int32_t shift_alone(int32_t shift)
{
    return is_rounded_once(shift) ? shift - roundedOnce : shift;
}

/* A channel whose accumulators are below 2^30 in magnitude and whose shift keeps all steps within int32. */
static inline bool is_quick(int32_t bias, int32_t shift)
{
    return (uint32_t) bias + (1u << 29) < 1u << 30 && (uint32_t) (shift_alone(shift) - 1) < 22;
}

/* Products of `depth` inputs that leave the short form's accumulator room for its bias. */
enum { quickDepth = 1 << 15 };

/* How channels are requantized: the short way if they are all quick, rounded twice, once, or of both kinds. */
typedef enum { anyWay, quickTwice, quickOnce, quickEither } quick_way;

/* That of the channels of tiles, whose outputs are sums of `depth` products. */
quick_way wasmote_quick_way(const int8_t *tile, int32_t channels, uint32_t tileBytes, uint32_t depth);

/* floor((2a * multiplier + 2^31) / 2^32) of a doubled accumulator. */
static inline int32_t rounded_upper_word(int32_t doubled, int32_t multiplier)
{
#if TARGET_DSP
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(doubled), "r"(multiplier));
    return result;
#elif TARGET_PAIRED
    /* By halves: there is no longer product. */
    const int32_t a = doubled >> 16, b = multiplier >> 16;
    const int32_t c = (int32_t) ((uint32_t) doubled & 0xffff), d = (int32_t) ((uint32_t) multiplier & 0xffff);
    const int32_t ad = a * d, cb = c * b;
    const uint32_t middle = ((uint32_t) c * (uint32_t) d >> 16) + ((uint32_t) ad & 0xffff) + ((uint32_t) cb & 0xffff) + 0x8000;
    return a * b + (ad >> 16) + (cb >> 16) + (int32_t) (middle >> 16);
#else
    const int64_t product = (int64_t) doubled * multiplier;
    return (int32_t) (product >> 32) + (int32_t) ((uint32_t) product >> 31);
#endif
}

/* floor(2a * multiplier / 2^32) of a doubled accumulator. */
static inline int32_t upper_word(int32_t doubled, int32_t multiplier)
{
#if TARGET_PAIRED
    const int32_t a = doubled >> 16, b = multiplier >> 16;
    const int32_t c = (int32_t) ((uint32_t) doubled & 0xffff), d = (int32_t) ((uint32_t) multiplier & 0xffff);
    const int32_t ad = a * d, cb = c * b;
    const uint32_t middle = ((uint32_t) c * (uint32_t) d >> 16) + ((uint32_t) ad & 0xffff) + ((uint32_t) cb & 0xffff);
    return a * b + (ad >> 16) + (cb >> 16) + (int32_t) (middle >> 16);
#else
    return (int32_t) ((int64_t) doubled * multiplier >> 32);
#endif
}

/* What is added before the second shift: its rounding, and the zero point. */
static inline int32_t quick_rounding(int32_t shift, int32_t zeroPoint)
{
    return (int32_t) ((uint32_t) (2 * zeroPoint + 1) << (shift - 1));
}

/* Requantization with zero point. */
static inline int32_t requantize_quick(int32_t accumulator, int32_t multiplier, int32_t rounding, int32_t shift)
{
    const int32_t t = rounded_upper_word((int32_t) ((uint32_t) accumulator << 1), multiplier);
    return (t + (t >> 31) + rounding) >> shift;
}

/* The same, rounded once; `shift` without `roundedOnce`. */
static inline int32_t requantize_once_quick(int32_t accumulator, int32_t multiplier, int32_t rounding, int32_t shift)
{
    return (upper_word((int32_t) ((uint32_t) accumulator << 1), multiplier) + rounding) >> shift;
}

static inline int32_t requantize_once(int32_t accumulator, int32_t multiplier, int32_t shift)
{
    const uint32_t bits = (31 + (uint32_t) shift) & 63;
    const uint64_t half = (uint64_t) 1 << ((bits - 1) & 63);
    return (int32_t) ((int64_t) ((uint64_t) ((int64_t) accumulator * multiplier) + half) >> bits);
}

/* Requantization of any accumulator, without the zero point. Shifts are taken modulo the word's length. */
static inline int32_t requantize_any(int32_t accumulator, int32_t multiplier, int32_t shift)
{
    if (is_rounded_once(shift)) return requantize_once(accumulator, multiplier, shift);
    if (shift <= 0)
    {
        const int32_t shifted = (int32_t) ((uint32_t) accumulator << (-(uint32_t) shift & 31));
        return (int32_t) (((int64_t) shifted * multiplier + (1 << 30)) >> 31);
    }
    const int64_t t = ((int64_t) accumulator * multiplier + (1 << 30)) >> 31;
    const int64_t rounding = (int64_t) ((uint64_t) 1 << (shift & 63) >> 1);
    return (int32_t) ((t + (t >> 63) + rounding) >> (shift & 63));
}

static inline int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Limits outputs, if there is a limit that int8 has not. */
void wasmote_clamp_outputs(int8_t *output, int32_t count, int32_t low, int32_t high);

/* The nearest int8. */
static inline int8_t saturate(int32_t value)
{
#if TARGET_THUMB2
    int32_t result;
    __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(value));
    return (int8_t) result;
#else
    return (int8_t) clamp(value, -128, 127);
#endif
}

/* Whether all four channels of a tile are quick, and rounded twice; some that are may be found not to be. */
static inline bool is_quick_tile(const tile_constants *tile)
{
    uint32_t biases = 0, shifts = 0;
    for (int lane = 0; lane < 4; lane++)
    {
        biases |= (uint32_t) tile->bias[lane] + (1u << 29);
        shifts |= (uint32_t) tile->shift[lane] - 1;
    }
    return biases < 1u << 30 && shifts < 16;
}

/* An accumulator of a quick channel to an output, saturated; `offset` is twice the zero point, and 1. */
static inline int8_t finish_quick(int32_t accumulator, const tile_constants *tile, int lane, int32_t offset)
{
    const int32_t multiplier = tile->multiplier[lane], shift = tile->shift[lane] & (roundedOnce - 1);
    const int32_t rounding = (int32_t) ((uint32_t) offset << shift) >> 1;
    return saturate(is_rounded_once(tile->shift[lane]) ? requantize_once_quick(accumulator, multiplier, rounding, shift)
                                                        : requantize_quick(accumulator, multiplier, rounding, shift));
}

/* An accumulator, its bias included, to an output. */
__attribute__((cold)) int8_t wasmote_finish_any(int32_t accumulator, const tile_constants *tile, int lane, int32_t zeroPoint, int32_t low, int32_t high);

#endif

/*
 * Plain arithmetic, which shares nothing with the kernels but the types of their arguments: divisions where
 * they shift, an index for every element where they walk.
 *
 * Source: TFLite 8-bit quantization specification; requantization as assembly/math/requantize.ts defines it; softmax as
 * gemmlowp's fixedpoint.h defines its steps.
 */
#include "reference.h"
#include "stored_weights.h"

static int64_t power_of_two(int exponent)
{
    return (int64_t) ((uint64_t) 1 << exponent);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    const int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/* Modulo 2^32, as int32. */
static int64_t wrap(int64_t value)
{
    if (value >= INT32_MIN && value <= INT32_MAX) return value;
    const int64_t rest = value - floor_divide(value, power_of_two(32)) * power_of_two(32);
    return rest >= power_of_two(31) ? rest - power_of_two(32) : rest;
}

static int64_t limit(int64_t value, int64_t low, int64_t high)
{
    if (value < low) return low;
    return value > high ? high : value;
}

/* A shift to the right; one below 1 is a shift to the left, before the multiplication; 64 more: one rounding. */
static int64_t requantize(int64_t accumulator, int32_t multiplier, int32_t shift)
{
    if (shift > 31)
    {
        const int64_t divisor = power_of_two(shift - 64 + 31);
        return wrap(floor_divide(accumulator * multiplier + divisor / 2, divisor));
    }
    if (shift < 1) accumulator = wrap(accumulator * power_of_two(-shift));
    const int64_t t = floor_divide(accumulator * multiplier + power_of_two(30), power_of_two(31));
    if (shift < 1) return wrap(t);
    return wrap(floor_divide(t - (t < 0 ? 1 : 0) + power_of_two(shift - 1), power_of_two(shift)));
}

static int8_t output_of(int64_t sum, const tile_constants *constants, int32_t lane, int32_t zeroPoint, int32_t low, int32_t high)
{
    const int64_t accumulator = wrap(sum + constants->bias[lane]);
    return (int8_t) limit(requantize(accumulator, constants->multiplier[lane], constants->shift[lane]) + zeroPoint, low, high);
}

/* The channels of an input pixel, at which a filter's tap lies; NULL outside the input. */
static const int8_t *pixel_of(const window_operation *of, int32_t b, int32_t y, int32_t x, int32_t fy, int32_t fx)
{
    const int32_t row = y * of->strideHeight - of->padTop + fy * of->dilationHeight;
    const int32_t column = x * of->strideWidth - of->padLeft + fx * of->dilationWidth;
    if (row < 0 || row >= of->inputHeight || column < 0 || column >= of->inputWidth) return 0;
    return of->input + ((b * of->inputHeight + row) * of->inputWidth + column) * of->inputChannels;
}

/* Weight number `place` of a tile's `all`, in fewer than 8 bits. */
static int32_t narrow_weight(int32_t storage, const uint8_t *table, const uint8_t *weights, int32_t all, int32_t place)
{
    if (storage == storedTable16)
    {
        const int32_t both = weights[place / 2];
        return (int8_t) table[place % 2 ? both / 16 : both % 16];
    }
    if (storage == storedTable4)
    {
        const int32_t four = weights[place / 4];
        return (int8_t) table[2 * (place % 4 < 2 ? four % 16 : four / 16) + place % 2];
    }
    const int32_t group = place / 16, i = place % 16, both = weights[group * 8 + i % 8];
    const int32_t value = (i < 8 ? both % 16 : both / 16) - 8;
    if (storage == storedInt4) return value;
    const int32_t multipliers = weights[all / 2 + group / 2];
    return value * (group % 2 ? multipliers / 16 : multipliers % 16);
}

/* A tile's weights, and bytes of it without its header, filled up. */
static int32_t places_of(int32_t storage, int32_t places)
{
    return storage < storedInt4 ? places : (places + 31) / 32 * 32;
}

static int32_t tile_weight_bytes(int32_t storage, int32_t places, int32_t whole)
{
    const int32_t all = places_of(storage, places);
    const int32_t bytes[] = { all * whole, all * 2, all, 0, all / 2, all / 2 + (all / 32 + 3) / 4 * 4, all / 2, all / 4 };
    return bytes[storage];
}

/* Weight `input` of output channel n, in tiles of 4 outputs by 4 inputs. */
static int32_t weight_of(int32_t storage, const uint8_t *table, const int8_t *weights, int32_t inputs, int32_t n, int32_t input)
{
    const int32_t places = (inputs + 3) / 4 * 16, tileBytes = 48 + tile_weight_bytes(storage, places, 1);
    const int8_t *const tile = weights + n / 4 * tileBytes + 48;
    const int32_t place = input / 4 * 16 + n % 4 * 4 + input % 4;
    if (storage == storedAsComputed) return tile[place];
    return narrow_weight(storage, table, (const uint8_t *) tile, places_of(storage, places), place);
}

static const tile_constants *constants_of(const int8_t *weights, int32_t tileBytes, int32_t n)
{
    return (const tile_constants *) (weights + n / 4 * tileBytes);
}

/* Each output position. */
#define EACH_POSITION(of)                                                                       \
    for (int32_t b = 0; b < (of)->batches; b++)                                                 \
        for (int32_t y = 0; y < (of)->outputHeight; y++)                                        \
            for (int32_t x = 0; x < (of)->outputWidth; x++)

#define POSITION(of) ((b * (of)->outputHeight + y) * (of)->outputWidth + x)

/* One output of a convolution without its bias. */
static int32_t conv_sum(const window_operation *of, int32_t b, int32_t y, int32_t x, int32_t n)
{
    const int32_t inputs = of->filterHeight * of->filterWidth * of->inputChannels;
    int32_t sum = 0, i = 0;
    for (int32_t fy = 0; fy < of->filterHeight; fy++)
    {
        for (int32_t fx = 0; fx < of->filterWidth; fx++)
        {
            const int8_t *const pixel = pixel_of(of, b, y, x, fy, fx);
            for (int32_t c = 0; c < of->inputChannels; c++, i++)
                sum += (pixel ? pixel[c] : of->inputZeroPoint) * weight_of(of->storage, of->table, of->weights, inputs, n, i);
        }
    }
    return sum;
}

void reference_conv_s8(const window_operation *of)
{
    const int32_t inputs = of->filterHeight * of->filterWidth * of->inputChannels;
    EACH_POSITION(of)
    {
        for (int32_t n = 0; n < of->outputs; n++)
        {
            const tile_constants *constants = constants_of(of->weights, 48 + tile_weight_bytes(of->storage, (inputs + 3) / 4 * 16, 1), n);
            const int8_t value = output_of(conv_sum(of, b, y, x, n), constants, n % 4, of->outputZeroPoint, of->low, of->high);
            of->output[POSITION(of) * of->outputs + n] = value;
        }
    }
}

/* One output of a depthwise convolution without its bias; `weights` are its channel's, 4 bytes apart. */
static int32_t depthwise_sum(const window_operation *of, int32_t b, int32_t y, int32_t x, int32_t channel, const int8_t *weights)
{
    int32_t sum = 0;
    for (int32_t fy = 0; fy < of->filterHeight; fy++)
    {
        for (int32_t fx = 0; fx < of->filterWidth; fx++)
        {
            const int8_t *const pixel = pixel_of(of, b, y, x, fy, fx);
            sum += (pixel ? pixel[channel] : of->inputZeroPoint) * weights[4 * (fy * of->filterWidth + fx)];
        }
    }
    return sum;
}

void reference_depthwise_s8(const window_operation *of)
{
    const int32_t taps = of->filterHeight * of->filterWidth, outputs = of->inputChannels * of->outputs;
    const int32_t tileBytes = 48 + (taps * 4 + 15) / 16 * 16;
    EACH_POSITION(of)
    {
        for (int32_t n = 0; n < outputs; n++)
        {
            const int32_t sum = depthwise_sum(of, b, y, x, n / of->outputs, of->weights + n / 4 * tileBytes + 48 + n % 4);
            const tile_constants *constants = constants_of(of->weights, tileBytes, n);
            of->output[POSITION(of) * outputs + n] = output_of(sum, constants, n % 4, of->outputZeroPoint, of->low, of->high);
        }
    }
}

void reference_fully_connected_s8(const fully_connected_operation *of)
{
    for (int32_t row = 0; row < of->rows; row++)
    {
        for (int32_t n = 0; n < of->outputs; n++)
        {
            int32_t sum = 0;
            for (int32_t i = 0; i < of->inputs; i++)
                sum += of->input[row * of->inputs + i] * weight_of(of->storage, of->table, of->weights, of->inputs, n, i);
            const tile_constants *constants = constants_of(of->weights, 48 + tile_weight_bytes(of->storage, (of->inputs + 3) / 4 * 16, 1), n);
            of->output[row * of->outputs + n] = output_of(sum, constants, n % 4, of->outputZeroPoint, of->low, of->high);
        }
    }
}

void reference_add_s8(const add_operation *of)
{
    for (int32_t i = 0; i < of->length; i++)
    {
        const int64_t wide = (of->wide[i] - of->wideZeroPoint) * power_of_two(19);
        const int64_t narrow = requantize((of->narrow[i] - of->narrowZeroPoint) * power_of_two(20), of->narrowMultiplier, of->narrowShift);
        const int64_t sum = of->wideSign * wide + of->narrowSign * narrow;
        of->output[i] = (int8_t) limit(requantize(sum, of->multiplier, of->shift) + of->outputZeroPoint, of->low, of->high);
    }
}

/* Rounded to the nearest, halves away from zero. */
static int64_t average(int64_t sum, int64_t count)
{
    const int64_t magnitude = (2 * (sum < 0 ? -sum : sum) + count) / (2 * count);
    return sum < 0 ? -magnitude : magnitude;
}

bool reference_average_pool_s8(const pool_operation *of)
{
    EACH_POSITION(of)
    {
        for (int32_t c = 0; c < of->channels; c++)
        {
            int32_t sum = 0, count = 0;
            for (int32_t fy = 0; fy < of->filterHeight; fy++)
            {
                for (int32_t fx = 0; fx < of->filterWidth; fx++)
                {
                    const int32_t row = y * of->strideHeight - of->padTop + fy, column = x * of->strideWidth - of->padLeft + fx;
                    if (row < 0 || row >= of->inputHeight || column < 0 || column >= of->inputWidth) continue;
                    sum += of->input[((b * of->inputHeight + row) * of->inputWidth + column) * of->channels + c];
                    count++;
                }
            }
            if (count == 0) return false;
            of->output[POSITION(of) * of->channels + c] = (int8_t) limit(average(sum, count), of->low, of->high);
        }
    }
    return true;
}

bool reference_max_pool_s8(const pool_operation *of)
{
    EACH_POSITION(of)
    {
        for (int32_t c = 0; c < of->channels; c++)
        {
            int32_t largest = INT32_MIN;
            for (int32_t fy = 0; fy < of->filterHeight; fy++)
            {
                for (int32_t fx = 0; fx < of->filterWidth; fx++)
                {
                    const int32_t row = y * of->strideHeight - of->padTop + fy, column = x * of->strideWidth - of->padLeft + fx;
                    if (row < 0 || row >= of->inputHeight || column < 0 || column >= of->inputWidth) continue;
                    const int32_t pixel = of->input[((b * of->inputHeight + row) * of->inputWidth + column) * of->channels + c];
                    if (pixel > largest) largest = pixel;
                }
            }
            if (largest == INT32_MIN) return false;
            of->output[POSITION(of) * of->channels + c] = (int8_t) limit(largest, of->low, of->high);
        }
    }
    return true;
}

void reference_mul_s8(const mul_operation *of)
{
    for (int32_t i = 0; i < of->length; i++)
    {
        const int64_t first = of->first[i * of->firstStep] - of->firstZeroPoint, second = of->second[i * of->secondStep] - of->secondZeroPoint;
        of->output[i] = (int8_t) limit(requantize(first * second, of->multiplier, of->shift) + of->outputZeroPoint, of->low, of->high);
    }
}

void reference_mean_s8(const mean_operation *of)
{
    for (int32_t i = 0; i < of->kept0; i++)
    {
        for (int32_t j = 0; j < of->kept1; j++)
        {
            for (int32_t k = 0; k < of->kept2; k++)
            {
                int64_t sum = of->offset;
                for (int32_t a = 0; a < of->reduced0; a++)
                    for (int32_t b = 0; b < of->reduced1; b++)
                        sum += of->input[(((i * of->reduced0 + a) * of->kept1 + j) * of->reduced1 + b) * of->kept2 + k];
                const int64_t scaled = requantize(sum, of->multiplier, of->shift);
                of->output[(i * of->kept1 + j) * of->kept2 + k] = (int8_t) limit(scaled + of->zeroPoint, -128, 127);
            }
        }
    }
}

/* Saturating rounding doubling high multiplication; halves away from zero. */
static int64_t high_product(int64_t a, int64_t b)
{
    const int64_t product = a * b;
    return product >= 0 ? (product + power_of_two(30)) / power_of_two(31) : (product + 1 - power_of_two(30)) / power_of_two(31);
}

void reference_softmax_s8(const softmax_operation *of)
{
    for (int32_t row = 0; row < of->rows; row++)
    {
        const int8_t *const input = of->input + (int64_t) row * of->depth;
        int8_t *const output = of->output + (int64_t) row * of->depth;
        int32_t largest = -128;
        for (int32_t i = 0; i < of->depth; i++) if (input[i] > largest) largest = input[i];

        /* 12 integer bits, 19 of fraction. */
        int64_t sum = 0;
        for (int32_t i = 0; i < of->depth; i++)
        {
            const int32_t below = largest - input[i];
            if (below < of->entries) sum += ((int64_t) of->exponentials[of->entries - 1 - below] + 2048) / 4096;
        }
        int headroom = 0;
        while (sum * power_of_two(headroom + 1) < power_of_two(32)) headroom++;

        /* 1 / (2 * half) by Newton's and Raphson's division, from 48/17 - 32/17 * half, with 2 integer bits. */
        const int64_t half = sum * power_of_two(headroom) / 2;
        int64_t x = 1515870810 + high_product(half, -1010580540);
        for (int step = 0; step < 3; step++) x += 4 * high_product(x, power_of_two(29) - high_product(half, x));
        const int64_t factor = limit(2 * x, -power_of_two(31), power_of_two(31) - 1);

        int8_t result[1024];
        for (int32_t i = 0; i < of->depth; i++)
        {
            const int32_t below = largest - input[i];
            int64_t value = 0;
            if (below < of->entries)
                value = average(high_product(factor, of->exponentials[of->entries - 1 - below]), power_of_two(35 - headroom));
            result[i] = (int8_t) limit(value - 128, -128, 127);
        }
        for (int32_t i = 0; i < of->depth; i++) output[i] = result[i];
    }
}

/* The value of a float16: sign, 5 bits of exponent, 10 of fraction. */
static float float16_value(uint32_t bits)
{
    const uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = (float) (exponent ? 1024 + fraction : fraction);
    for (int32_t i = exponent ? (int32_t) exponent - 25 : -24; i < 0; i++) value /= 2;
    for (int32_t i = (int32_t) exponent - 25; i > 0; i--) value *= 2;
    return bits >> 15 ? -value : value;
}

/* A product's tile: its header, and weight number `place` in it. */
typedef struct product_tile
{
    const uint8_t *header, *weights;
    int32_t all;                /* weights, filled up */
    const product_operation *of;
    bool isFloat;
} product_tile;

static product_tile tile_of(const product_operation *of, bool isFloat, int32_t n, int32_t places, int32_t alignment)
{
    const int32_t header = of->isLong ? 64 : 48, whole = isFloat ? 4 : 1;
    const int32_t filled = (tile_weight_bytes(of->storage, places, whole) + alignment - 1) / alignment * alignment;
    const uint8_t *const start = of->weights + n / 4 * (header + filled);
    return (product_tile) { start, start + header, places_of(of->storage, places), of, isFloat };
}

static int32_t stored_integer(const product_tile *tile, int32_t place)
{
    const product_operation *const of = tile->of;
    if (of->storage < storedInt4) return ((const int8_t *) tile->weights)[place];
    return narrow_weight(of->storage, of->table, tile->weights, tile->all, place);
}

static float stored_float(const product_tile *tile, int32_t lane, int32_t place)
{
    if (tile->of->storage == storedAsComputed) return ((const float *) (const void *) tile->weights)[place];
    if (tile->of->storage == storedFloat16) return float16_value(((const uint16_t *) (const void *) tile->weights)[place]);
    return ((const float *) (const void *) (tile->header + 16))[lane] * (float) (stored_integer(tile, place) - tile->of->weightsZeroPoint);
}

static int64_t long_bias(const uint8_t *header, int32_t lane)
{
    uint64_t value = 0;
    for (int32_t i = 7; i >= 0; i--) value = value * 256 + header[8 * lane + i];
    return (int64_t) value;
}

/* The output of a sum, of either kind; numbers of elements are of the activations' type. */
static void put_product(const product_tile *tile, int32_t lane, int64_t sum, float floatSum, int32_t at)
{
    const product_operation *const of = tile->of;
    if (tile->isFloat)
    {
        volatile float total = floatSum + ((const float *) (const void *) tile->header)[lane];
        if (total < of->lowest) total = of->lowest;
        if (total > of->highest) total = of->highest;
        ((float *) of->output)[at] = total;
        return;
    }
    const int32_t *const constants = (const int32_t *) (const void *) (tile->header + (of->isLong ? 32 : 16)) + lane;
    int64_t value;
    if (of->isLong)
    {
        const int64_t total = sum + long_bias(tile->header, lane);
        value = wrap(floor_divide(total * constants[0] + power_of_two(constants[4] - 1), power_of_two(constants[4])));
    }
    else value = requantize(wrap(sum + ((const int32_t *) (const void *) tile->header)[lane]), constants[0], constants[4]);
    value = limit(wrap(value + of->outputZeroPoint), of->low, of->high);
    if (of->isWide) ((int16_t *) of->output)[at] = (int16_t) value;
    else ((int8_t *) of->output)[at] = (int8_t) value;
}

/* Adds the product of input element `i` by a weight. */
static void add_product(const product_tile *tile, int32_t i, int32_t lane, int32_t place, int64_t *sum, volatile float *floatSum)
{
    const product_operation *const of = tile->of;
    if (tile->isFloat)
    {
        volatile float one = ((const float *) of->input)[i] * stored_float(tile, lane, place);
        *floatSum = *floatSum + one;
        return;
    }
    const int32_t value = of->isWide ? ((const int16_t *) of->input)[i] : ((const int8_t *) of->input)[i];
    *sum += (int64_t) (value - of->inputZeroPoint) * (stored_integer(tile, place) - of->weightsZeroPoint);
}

static void product_output(const product_operation *of, bool isFloat, bool depthwise, int32_t b, int32_t y, int32_t x, int32_t n)
{
    const int32_t channels = of->inputChannels, taps = of->filterHeight * of->filterWidth;
    const int32_t places = depthwise ? taps * 4 : (taps * channels + 3) / 4 * 16;
    const product_tile tile = tile_of(of, isFloat, n, places, depthwise ? 16 : 1);
    int64_t sum = 0;
    volatile float floatSum = 0;
    for (int32_t tap = 0; tap < taps; tap++)
    {
        const int32_t row = y * of->strideHeight - of->padTop + tap / of->filterWidth * of->dilationHeight;
        const int32_t column = x * of->strideWidth - of->padLeft + tap % of->filterWidth * of->dilationWidth;
        if (row < 0 || row >= of->inputHeight || column < 0 || column >= of->inputWidth) continue;
        const int32_t pixel = ((b * of->inputHeight + row) * of->inputWidth + column) * channels;
        if (depthwise) add_product(&tile, pixel + n / of->outputs, n % 4, tap * 4 + n % 4, &sum, &floatSum);
        for (int32_t c = 0; c < channels && !depthwise; c++)
        {
            const int32_t k = tap * channels + c;
            add_product(&tile, pixel + c, n % 4, k / 4 * 16 + n % 4 * 4 + k % 4, &sum, &floatSum);
        }
    }
    const int32_t outputs = depthwise ? channels * of->outputs : of->outputs;
    put_product(&tile, n % 4, sum, floatSum, POSITION(of) * outputs + n);
}

void reference_product(const product_operation *of, bool isFloat)
{
    EACH_POSITION(of) for (int32_t n = 0; n < of->outputs; n++) product_output(of, isFloat, false, b, y, x, n);
}

void reference_depthwise_product(const product_operation *of, bool isFloat)
{
    EACH_POSITION(of) for (int32_t n = 0; n < of->outputs * of->inputChannels; n++) product_output(of, isFloat, true, b, y, x, n);
}

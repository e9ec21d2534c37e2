#include "signal.h"
#include "target.h"

/* A weight's product. Without a long multiplication by the halves of the value. */
static inline int64_t weighted(int32_t weight, uint32_t value)
{
#if TARGET_PAIRED
    return (int64_t) (weight * (int32_t) (value >> 16)) * 65536 + weight * (int32_t) (value & 0xffff);
#else
    return (int64_t) weight * value;
#endif
}

void wasmote_filter_bank(const uint8_t *input, const filter_band *bands, uint32_t channels, long_element *output)
{
    uint64_t kept = 0;
    for (uint32_t channel = 0; channel < channels; channel++, bands = band_after(bands))
    {
        const uint32_t *value = (const uint32_t *) (const void *) (input + bands->firstByte);
        const int16_t *pair = (const int16_t *) (const void *) (bands + 1), *const end = pair + 2 * bands->bins;
        uint64_t sum = kept;
        kept = 0;
        for (; pair < end; pair += 2, value++)
        {
            sum += (uint64_t) weighted(pair[0], *value);
            kept += (uint64_t) weighted(pair[1], *value);
        }
        if (channel > 0) *output++ = sum;
    }
}

/* The root by its bits from the highest on, without a division. */
static uint32_t root_of(uint64_t value)
{
    const bool isLong = value >> 32 != 0;
    uint64_t root = 0, rest = value;
    uint64_t bit = 1ull << (isLong ? 62 : 30);
    while (bit > value) bit >>= 2;
    for (; bit; bit >>= 2)
    {
        const uint64_t tried = root + bit;
        root >>= 1;
        if (rest < tried) continue;
        rest -= tried;
        root += bit;
    }
    const uint32_t largest = isLong ? UINT32_MAX : UINT16_MAX;
    return rest > root && root < largest ? (uint32_t) root + 1 : (uint32_t) root;
}

void wasmote_square_roots(const long_element *input, uint32_t *output, uint32_t elements, int32_t scaleBits)
{
    for (uint32_t i = 0; i < elements; i++) output[i] = root_of(input[i]) >> scaleBits;
}

void wasmote_spectral_subtraction(const spectral_subtraction *of)
{
    for (uint32_t i = 0; i < of->channels; i++)
    {
        const uint32_t value = of->input[i], signal = value << of->smoothingBits, *const factors = of->factors + 2 * (i & 1);
        const uint64_t smoothed = (uint64_t) signal * factors[0] + (uint64_t) of->estimate[i] * factors[1];
        uint32_t estimate = (uint32_t) (smoothed >> of->bits);
        const uint32_t subtracted = (signal - smaller(estimate, signal)) >> of->smoothingBits;
        if (of->clamping) estimate = smaller(estimate, signal);
        of->estimate[i] = of->noise[i] = estimate;
        const uint32_t remaining = (uint32_t) ((uint64_t) value * of->minSignalRemaining >> of->bits);
        of->output[i] = subtracted > remaining ? subtracted : remaining;
    }
}

static int32_t gain_of(uint32_t noise, const int16_t *gains)
{
    if (noise <= 2) return gains[noise];
    const int32_t bits = 32 - __builtin_clz(noise);
    const int16_t *entry = gains + 4 * bits - 6;
    const int32_t fraction = (int32_t) ((bits < 11 ? noise << (11 - bits) : noise >> (bits - 11)) & 1023);
    const int32_t slope = entry[1] * 32 + (entry[2] * fraction >> 5);
    const int32_t curve = (int32_t) ((uint32_t) slope * (uint32_t) fraction + 0x4000) >> 15;
    return (int16_t) (curve + entry[0]);
}

void wasmote_pcan(const pcan *of)
{
    for (uint32_t i = 0; i < of->elements; i++)
    {
        const uint32_t gain = (uint32_t) gain_of(of->noise[i], of->gains);
        const uint32_t snr = (uint32_t) ((uint64_t) of->input[i] * gain >> of->shift);
        of->output[i] = snr < 8192 ? snr * snr >> 20 : (snr >> 6) - 64;
    }
}

/* The natural logarithm of x > 1, 16 fractional bits. */
static uint32_t logarithm(uint32_t x, const uint16_t *table)
{
    const int32_t whole = 31 - __builtin_clz(x);
    const uint32_t above = x - (1u << whole);
    const uint32_t fraction = whole < 16 ? above << (16 - whole) : above >> (whole - 16);
    const int32_t low = table[fraction >> 9], high = table[(fraction >> 9) + 1];
    const int32_t between = (high - low) * (int32_t) (fraction & 511) >> 16;
    const uint32_t log2 = ((uint32_t) whole << 16) + fraction + (uint32_t) low + (uint32_t) between;
    return (uint32_t) ((45426ull * log2 + 0x8000) >> 16);
}

void wasmote_filter_bank_log(const logarithms *of)
{
    for (uint32_t i = 0; i < of->elements; i++)
    {
        const uint32_t x = of->input[i] << of->correctionBits;
        const uint32_t scaled = x > 1 ? (of->scale * logarithm(x, of->table) + 0x8000) >> 16 : 0;
        of->output[i] = (int16_t) smaller(scaled, INT16_MAX);
    }
}

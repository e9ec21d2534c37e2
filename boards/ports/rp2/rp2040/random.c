/*
 * Random numbers of the RP2040: the bit that the ring oscillator has when it is looked at. Each pair of bits that differ gives one, as
 * von Neumann proposed, so that a bias is lost; 1024 of these are hashed to 256 that are given.
 *
 * Its limits: nobody has certified the source, and the data sheet warns that it is no true random number generator for all uses; its
 * bits follow each other less the longer one waits between them, which is why a look comes each 100 cycles or so, some periods of the
 * oscillator; who can feed in a frequency by the supply may have it lock to that. An oscillator that stands still, or runs with the
 * processor's clock so that each pair is like the one before, is noticed: 64 pairs in a row without a difference, or 65 with the same one,
 * come about once in 2^53 times by chance.
 * Sources: RP2040 data sheet, 2.17 (ROSC), 2.17.5 (RANDOMBIT).
 */
#include "../../random.h"

#include <string.h>

#include "../../../formats/sha256.h"
#include "../registers.h"

#define ROSC_STATUS REG(0x40060018)
#define ROSC_RANDOMBIT REG(0x4006001c)

enum { stable = 1u << 31, hashedBytes = 128, mostEqualPairs = 64, mostRepeats = 64, loopsPerLook = 16 };

static uint32_t look(void)
{
    for (volatile uint32_t i = 0; i < loopsPerLook; i++) {}
    return ROSC_RANDOMBIT & 1;
}

/* The next bit, or -1 where there is no end of pairs that are equal. */
static int next_bit(void)
{
    for (uint32_t pair = 0; pair < mostEqualPairs; pair++)
    {
        const uint32_t first = look();
        if (first != look()) return (int) first;
    }
    return -1;
}

static bool fill(uint8_t bytes[hashedBytes])
{
    int bit, last = -1;
    for (uint32_t i = 0, repeats = 0; i < 8 * hashedBytes; i++, last = bit)
    {
        bit = next_bit();
        repeats = bit == last ? repeats + 1 : 0;
        if (bit < 0 || repeats == mostRepeats) return false;
        bytes[i / 8] = (uint8_t) (bytes[i / 8] << 1 | bit);
    }
    return true;
}

bool port_random(uint8_t *bytes, uint32_t length)
{
    uint8_t raw[hashedBytes] = { 0 }, digest[sha256Bytes];
    bool good = (ROSC_STATUS & stable) != 0;
    for (uint32_t count; good && length > 0; bytes += count, length -= count)
    {
        count = length < sizeof digest ? length : sizeof digest;
        good = fill(raw);
        sha256(raw, sizeof raw, digest);
        memcpy(bytes, digest, count);
    }
    return good;
}

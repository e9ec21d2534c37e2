/*
 * Words of 32 bits. The first one is thrown away, and a word that is the same as the one before is an error, as FIPS 140-2 has it.
 * Sources: ST RM0090, 24; RM0432, 27; RM0433, 34 (RNG, whose registers are the same).
 */
#include "rng.h"

#include <string.h>

#define CR (*(volatile uint32_t *) (uintptr_t) (rng + 0x0))
#define SR (*(volatile uint32_t *) (uintptr_t) (rng + 0x4))
#define DR (*(volatile uint32_t *) (uintptr_t) (rng + 0x8))

enum { enable = 1 << 2, ready = 1, clockError = 1 << 5, seedError = 1 << 6, patience = 1000000 };

static bool next_word(uint32_t rng, uint32_t *word)
{
    for (uint32_t i = 0; i < patience; i++)
    {
        const uint32_t status = SR;
        if (status & (clockError | seedError)) return false;
        if (!(status & ready)) continue;
        *word = DR;
        return true;
    }
    return false;
}

bool rng_fill(uint32_t rng, uint8_t *bytes, uint32_t length)
{
    uint32_t before, word;
    SR = 0;
    CR = enable;
    bool good = next_word(rng, &before);
    for (uint32_t count; good && length > 0; bytes += count, length -= count)
    {
        count = length < sizeof word ? length : sizeof word;
        good = next_word(rng, &word) && word != before;
        before = word;
        memcpy(bytes, &word, count);
    }
    CR = 0;
    return good;
}

/*
 * Random numbers of the RP2350: Arm's TRNG, with its correction of bias and its tests. 192 bits at once; what fails a test is thrown
 * away, and a source that fails too often is given up. Built and inspected, not run.
 * Source: RP2350 data sheet, 7.5 (resets), 12.12 (TRNG: about 2 ms for 192 bits with 25 cycles between samples).
 */
#include "../../random.h"

#include <string.h>

#include "../registers.h"

#define TRNG(offset) REG(0x400f0000 + (offset))
#define RNG_ISR TRNG(0x104)
#define RNG_ICR TRNG(0x108)
#define EHR_DATA(word) TRNG(0x114 + 4 * (word))
#define RND_SOURCE_ENABLE TRNG(0x12c)
#define SAMPLE_CNT1 TRNG(0x130)
#define TRNG_SW_RESET TRNG(0x140)

enum { resetTrng = 1 << 25, cyclesPerSample = 25, words = 6, mostFailures = 16, patience = 10000000 };
enum { valid = 1, autocorrelationFailed = 2, failed = 0xe };

static void start(void)
{
    SAMPLE_CNT1 = cyclesPerSample;
    RND_SOURCE_ENABLE = 1;
}

/* The last word, when it is read, makes place for the next 192 bits. */
static bool next_words(uint32_t to[words])
{
    for (uint32_t i = 0, failures = 0; i < patience && failures < mostFailures; i++)
    {
        const uint32_t status = RNG_ISR;
        if (status & valid)
        {
            for (uint32_t word = 0; word < words; word++) to[word] = EHR_DATA(word);
            RNG_ICR = valid;
            return true;
        }
        if (!(status & failed)) continue;
        failures++;
        RNG_ICR = failed;
        if (status & autocorrelationFailed) TRNG_SW_RESET = 1;
        RND_SOURCE_ENABLE = 0;
        start();
    }
    return false;
}

bool port_random(uint8_t *bytes, uint32_t length)
{
    uint32_t bits[words];
    bool good = true;
    CLEAR(RESETS_RESET) = resetTrng;
    while (!(REG(RESETS_DONE) & resetTrng)) {}
    start();
    for (uint32_t count; good && length > 0; bytes += count, length -= count)
    {
        count = length < sizeof bits ? length : sizeof bits;
        good = next_words(bits);
        memcpy(bytes, bits, count);
    }
    RND_SOURCE_ENABLE = 0;
    return good;
}

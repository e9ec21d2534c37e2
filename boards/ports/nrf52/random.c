/*
 * The random number generator of thermal noise, with its correction of bias: about 120 microseconds a byte.
 * Sources: nRF52840 Product Specification, 6.19 (RNG); nRF52833 Product Specification, the same chapter.
 */
#include "../random.h"

#define RNG(offset) (*(volatile uint32_t *) (0x4000d000 + (offset)))
#define RNG_START RNG(0x000)
#define RNG_STOP RNG(0x004)
#define RNG_READY RNG(0x100)
#define RNG_CONFIG RNG(0x504)
#define RNG_VALUE RNG(0x508)

enum { correctBias = 1, patience = 1000000 };

static bool next_byte(uint8_t *byte)
{
    for (uint32_t i = 0; i < patience; i++)
    {
        if (!RNG_READY) continue;
        RNG_READY = 0;
        *byte = (uint8_t) RNG_VALUE;
        return true;
    }
    return false;
}

bool port_random(uint8_t *bytes, uint32_t length)
{
    bool good = true;
    RNG_CONFIG = correctBias;
    RNG_READY = 0;
    RNG_START = 1;
    for (uint32_t i = 0; good && i < length; i++) good = next_byte(bytes + i);
    RNG_STOP = 1;
    return good;
}

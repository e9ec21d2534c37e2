/* The random number generator, by the oscillator of 48 MHz. Sources: ST RM0433, 8.5.2, 8.7.2, 8.7.21, 8.7.42, 34. */
#include "../random.h"
#include "../stm32/rng.h"

#define RCC_CR (*(volatile uint32_t *) 0x58024400)
#define RCC_D2CCIP2R (*(volatile uint32_t *) 0x58024454)
#define RCC_AHB2ENR (*(volatile uint32_t *) 0x580244dc)

enum { rng = 0x48021800, enableRng = 1 << 6, hsi48On = 1 << 12, hsi48Ready = 1 << 13, rngClock = 3 << 8 };

bool port_random(uint8_t *bytes, uint32_t length)
{
    RCC_CR |= hsi48On;
    while (!(RCC_CR & hsi48Ready)) {}
    RCC_D2CCIP2R &= ~(uint32_t) rngClock;                   /* it is the generator's clock */
    RCC_AHB2ENR |= enableRng;
    (void) RCC_AHB2ENR;                                     /* a bus cycle, before its registers are there */
    return rng_fill(rng, bytes, length);
}

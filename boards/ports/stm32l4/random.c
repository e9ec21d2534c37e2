/* The random number generator, by the oscillator of 48 MHz. Sources: ST RM0432, 6.2.5, 6.4.17, 6.4.32 (RCC_CRRCR), 27. */
#include "../random.h"
#include "../stm32/rng.h"

#define RCC_AHB2ENR (*(volatile uint32_t *) 0x4002104c)
#define RCC_CCIPR (*(volatile uint32_t *) 0x40021088)
#define RCC_CRRCR (*(volatile uint32_t *) 0x40021098)

enum { rng = 0x50060800, enableRng = 1 << 18, hsi48On = 1, hsi48Ready = 2, clock48 = 3 << 26 };

bool port_random(uint8_t *bytes, uint32_t length)
{
    RCC_CRRCR |= hsi48On;
    while (!(RCC_CRRCR & hsi48Ready)) {}
    RCC_CCIPR &= ~(uint32_t) clock48;                       /* it is the source of 48 MHz */
    RCC_AHB2ENR |= enableRng;
    (void) RCC_AHB2ENR;                                     /* a bus cycle, before its registers are there */
    return rng_fill(rng, bytes, length);
}

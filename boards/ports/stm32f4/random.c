/*
 * The STM32F405 and F407 have a random number generator, which runs by the PLL's 48 MHz; where that did not start, it tells an error. The F411
 * and F446 have none. Sources: ST RM0090, 7.3.10, 24; RM0383, 1; RM0390, 1 (what there is).
 */
#if defined(MCU_STM32F405) || defined(MCU_STM32F407)
#include "../random.h"
#include "../stm32/rng.h"

#define RCC_AHB2ENR (*(volatile uint32_t *) 0x40023834)

enum { rng = 0x50060800, enableRng = 1 << 6 };

bool port_random(uint8_t *bytes, uint32_t length)
{
    RCC_AHB2ENR |= enableRng;
    (void) RCC_AHB2ENR;                                     /* a bus cycle, before its registers are there */
    return rng_fill(rng, bytes, length);
}
#endif

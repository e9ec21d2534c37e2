/*
 * Pins of an STM32 as its peripherals use them. Sources: ST RM0090, 8; RM0383, 8; RM0390, 7; RM0432, 8; RM0433, 11:
 * the same registers, at other addresses.
 */
#ifndef WASMOTE_STM32_GPIO_H
#define WASMOTE_STM32_GPIO_H

#include <stdint.h>

enum { gpioPortBytes = 0x400, gpioPinsOfPort = 16 };

/* Gives a pin, 16 * port + number, to an alternate function; `gpioA` is the address of the first port's registers. */
static inline void gpio_alternate(uint32_t gpioA, uint32_t pin, uint32_t function)
{
    volatile uint32_t *const port = (volatile uint32_t *) (uintptr_t) (gpioA + gpioPortBytes * (pin / gpioPinsOfPort));
    const uint32_t number = pin % gpioPinsOfPort, ofMode = 2 * number, ofFunction = 4 * (number % 8);
    volatile uint32_t *const mode = port, *const functions = port + 8 + number / 8;
    *functions = (*functions & ~(15u << ofFunction)) | function << ofFunction;
    *mode = (*mode & ~(3u << ofMode)) | 2u << ofMode;
}

#endif

/*
 * Pins that applications set, 16 * port + number. Sources: ST RM0090, 7.3.10 and 8.4; RM0383, 6.3.9 and 8.4; RM0390, 6.3.10 and 7.4;
 * RM0432, 6.4.17 and 8.5; RM0433, 8.7.43 and 11.4: where clocks are enabled, and the pins' registers.
 */
#include "../pins.h"

#include "gpio.h"

#define REG(address) (*(volatile uint32_t *) (uintptr_t) (address))

enum { outputMode = 1, ofSetReset = 0x18 };

/* The level comes first, so that the pin has it from the moment on in which it is an output; reading back waits for the port's clock. */
bool port_pin_set(uint32_t pin, bool high)
{
    const uint32_t port = pin / gpioPinsOfPort, number = pin % gpioPinsOfPort, gpio = STM32_GPIO_A + gpioPortBytes * port;
    if (port >= 32 || !(STM32_GPIO_PORTS & 1u << port) || pin == STM32_LINE_PIN || pin == STM32_OTHER_LINE_PIN) return false;
    REG(STM32_GPIO_CLOCKS) |= 1u << port;
    (void) REG(STM32_GPIO_CLOCKS);
    REG(gpio + ofSetReset) = 1u << (high ? number : number + gpioPinsOfPort);
    REG(gpio) = (REG(gpio) & ~(3u << 2 * number)) | (uint32_t) outputMode << 2 * number;
    return true;
}

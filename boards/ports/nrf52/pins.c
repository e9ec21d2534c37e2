/*
 * Pins that applications set, 32 * port + number. Source: nRF52840 Product Specification, 6.9 (GPIO); nRF52833 Product Specification, 6.8.
 */
#include "../pins.h"

#include "free_pins.h"

#define REG(address) (*(volatile uint32_t *) (uintptr_t) (address))
#define GPIO(pin) (0x50000000 + 0x300 * ((pin) / pinsOfPort))
#define GPIO_OUT_SET(pin) REG(GPIO(pin) + 0x508)
#define GPIO_OUT_CLEAR(pin) REG(GPIO(pin) + 0x50c)
#define GPIO_CONFIG(pin) REG(GPIO(pin) + 0x700 + 4 * ((pin) % pinsOfPort))

enum { pinsOfPort = 32, pins = MCU_PINS, isOutput = 1 << 0, noInput = 1 << 1 };

static bool is_of_line(uint32_t pin)
{
#ifdef BOARD_LINK_TRANSMIT_PIN
    return pin == BOARD_LINK_TRANSMIT_PIN || pin == BOARD_LINK_RECEIVE_PIN;
#else
    (void) pin;
    return false;
#endif
}

bool nrf52_is_free(uint32_t pin)
{
    return pin < pins && !is_of_line(pin);
}

/* The level comes first, so that the pin has it from the moment on in which it is an output. */
bool port_pin_set(uint32_t pin, bool high)
{
    if (!nrf52_is_free(pin)) return false;
    const uint32_t bit = 1u << pin % pinsOfPort;
    if (high) GPIO_OUT_SET(pin) = bit;
    else GPIO_OUT_CLEAR(pin) = bit;
    GPIO_CONFIG(pin) = isOutput | noInput;
    return true;
}

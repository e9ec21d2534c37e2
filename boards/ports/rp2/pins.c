/*
 * Pins that applications set. Sources: RP2040 data sheet, 2.3.1.7 (SIO), 2.19.2 (functions of pins); RP2350 data sheet, 3.1.11, 9.4.
 */
#include "../pins.h"

#include "link.h"
#include "registers.h"

enum { functionSio = 5 };

/* The level comes first, so that the pin has it from the moment on in which it is an output. */
bool port_pin_set(uint32_t pin, bool high)
{
    if (pin >= chipPins || link_has_pin(pin)) return false;
    const uint32_t bit = 1u << pin;
    REG(high ? SIO_OUT_SET : SIO_OUT_CLEAR) = bit;
    REG(SIO_OUTPUT_SET) = bit;
    REG(GPIO_CTRL(pin)) = functionSio;
    chip_connect_pad(pin);
    return true;
}

#include "pins.h"

__attribute__((weak)) bool port_pin_set(uint32_t pin, bool high)
{
    (void) pin, (void) high;
    return false;
}

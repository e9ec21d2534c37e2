/* The user's LEDs, from 0 on, as pins that applications set. Source: Arm DAI 0385, DAI 0386 and DAI 0547: FPGA system control and I/O, LED0. */
#include "../pins.h"

#define LEDS (*(volatile uint32_t *) (uintptr_t) MPS_LEDS)

bool port_pin_set(uint32_t pin, bool high)
{
    static uint32_t lit;
    if (pin >= MPS_LED_COUNT) return false;
    lit = high ? lit | 1u << pin : lit & ~(1u << pin);
    LEDS = lit;
    return true;
}

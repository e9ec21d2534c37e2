/* Pins that an application may set. */
#ifndef WASMOTE_PINS_H
#define WASMOTE_PINS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Makes a pin an output that is high or low; `pin` is as the family numbers its pins. False where there is no such pin, it is the
 * line's, or the port sets none: no_pins.c.
 */
bool port_pin_set(uint32_t pin, bool high);

#endif

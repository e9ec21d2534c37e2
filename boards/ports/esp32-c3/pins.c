/*
 * Pins that applications set. GPIO 12 to 17 are the flash's. Source: ESP32-C3 Technical Reference Manual, 5.5 (simple output by the GPIO
 * matrix), 5.14 and 5.15 (registers); data sheet, 2.2 (pins).
 */
#include "../pins.h"

#define REG(address) (*(volatile uint32_t *) (uintptr_t) (address))
#define GPIO_OUT_SET REG(0x60004008)
#define GPIO_OUT_CLEAR REG(0x6000400c)
#define GPIO_OUTPUT_SET REG(0x60004024)
#define GPIO_OUT_SELECT(pin) REG(0x60004554 + 4 * (pin))
#define IO_MUX(pin) REG(0x60009004 + 4 * (pin))

enum { pins = 22, firstOfFlash = 12, lastOfFlash = 17, simpleOutput = 128, functionGpio = 1 << 12, drive20mA = 2 << 10 };

/* The level comes first, so that the pin has it from the moment on in which it is an output. */
bool port_pin_set(uint32_t pin, bool high)
{
    if (pin >= pins || (pin >= firstOfFlash && pin <= lastOfFlash) || pin == ESP32_LINE_PIN || pin == ESP32_LINE_PIN + 1) return false;
    const uint32_t bit = 1u << pin;
    if (high) GPIO_OUT_SET = bit;
    else GPIO_OUT_CLEAR = bit;
    GPIO_OUT_SELECT(pin) = simpleOutput;
    GPIO_OUTPUT_SET = bit;
    IO_MUX(pin) = functionGpio | drive20mA;
    return true;
}

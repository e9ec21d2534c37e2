/*
 * The action "pwm": a pin is high for a share of each period, `value` of 65536, or as much as the event's level says, from 0 to 1. Pins of one
 * slice (2k and 2k + 1, and those 16 further) have one frequency. On an RP2040 one slice counts the processor's cycles: GPIO 14 and 15 have none.
 * Sources: RP2040 data sheet, 4.5 (PWM); RP2350 data sheet, 12.5.
 */
#include "../actions.h"

#include <stddef.h>

#include "link.h"
#include "registers.h"

#define SLICE(pin) (PWM + 0x14 * ((pin) / 2 % slices))
#define PWM_CONTROL(pin) REG(SLICE(pin) + 0x00)
#define PWM_DIVIDER(pin) REG(SLICE(pin) + 0x04)
#define PWM_COMPARE(pin) REG(SLICE(pin) + 0x0c)
#define PWM_TOP(pin) REG(SLICE(pin) + 0x10)

enum { slices = 8, functionPwm = 4, enabled = 1, dividerAt = 4, mostDivider = 255, mostPeriod = 65535, leastPeriod = 16, usualHertz = 1000 };

/* The period in counts, so that the divider is as small as it may be; 0 where there is none. */
static uint32_t period_of(uint32_t hertz, uint32_t *divider)
{
    const uint32_t cycles = BOARD_CLOCK_HZ / hertz;
    *divider = cycles / mostPeriod + 1;
    const uint32_t period = cycles / *divider;
    return *divider <= mostDivider && period >= leastPeriod ? period : 0;
}

static void set_compare(uint32_t pin, uint32_t counts)
{
    const uint32_t at = pin % 2 * 16;
    PWM_COMPARE(pin) = (PWM_COMPARE(pin) & ~(0xffffu << at)) | counts << at;
}

static bool prepare(const action_setup *setup)
{
    const uint32_t pin = setup->pin;
    uint32_t divider;
    if (pin >= chipPins || link_has_pin(pin) || pin / 2 % slices == chipPwmInUse) return false;
    const uint32_t period = period_of(setup->hertz > 0 ? setup->hertz : usualHertz, &divider);
    if (period == 0) return false;
    CLEAR(RESETS_RESET) = resetPwm;
    while (!(REG(RESETS_DONE) & resetPwm)) {}
    PWM_DIVIDER(pin) = divider << dividerAt;
    PWM_TOP(pin) = period - 1;
    set_compare(pin, 0);
    PWM_CONTROL(pin) = enabled;
    REG(GPIO_CTRL(pin)) = functionPwm;
    chip_connect_pad(pin);
    return true;
}

static uint32_t share_of(const action_setup *setup, float level)
{
    if (setup->value != actionUnset) return setup->value;
    return level >= 1 ? 0xffff : level > 0 ? (uint32_t) (level * 65536) : 0;
}

/* All of a period is one count more than the last one. */
static void begin(const action_setup *setup, float level)
{
    const uint32_t period = PWM_TOP(setup->pin) + 1, share = share_of(setup, level);
    set_compare(setup->pin, share == 0xffff ? period : share * period >> 16);
}

static void end(const action_setup *setup)
{
    set_compare(setup->pin, 0);
}

static const action pwm = { .name = "pwm", .prepare = prepare, .begin = begin, .end = end };

const action *port_action(uint32_t index)
{
    return index == 0 ? &pwm : NULL;
}

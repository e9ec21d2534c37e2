/*
 * An action of our own: a traffic light at three pins in a row, green while nothing happens. An event makes it amber, or red from the level
 * `value` on.
 */
#include "drivers/action.h"
#include "ports/pins.h"

enum { red, amber, green, lamps };

static bool show(const action_setup *setup, uint32_t lamp)
{
    bool good = setup->pin != actionUnset;
    for (uint32_t i = 0; i < lamps && good; i++) good = port_pin_set(setup->pin + i, i == lamp);
    return good;
}

static bool prepare(const action_setup *setup)
{
    return show(setup, green);
}

static void begin(const action_setup *setup, float level)
{
    show(setup, setup->value != actionUnset && level >= setup->value ? red : amber);
}

static void end(const action_setup *setup)
{
    show(setup, green);
}

const action traffic_action = { .name = "traffic", .prepare = prepare, .begin = begin, .end = end };

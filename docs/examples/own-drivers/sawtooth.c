/*
 * A source of our own, which needs no sensor: a saw-tooth that rises by 100 with each sample and starts anew each `pin` samples. A driver of a
 * real sensor asks that where this one counts; its samples may wait in setup.ring.
 */
#include "drivers/source.h"

#include <stddef.h>

static source_setup setup;
static uint64_t startedAt, taken;       /* values, with those that were lost */
static uint32_t lost;

/* What the application asks for; the answer is what of that cannot be done. */
static const char *start(const source_setup *asked)
{
    setup = *asked;
    if (setup.pin == sourceUnset || setup.pin == 0) return "pin";
    if (setup.counterHz == 0) return "rate";    /* no time, no rate */
    startedAt = setup.counter();
    taken = lost = 0;
    return NULL;
}

/* How many values are there. A run takes `run` of them; more than two runs do not wait: the oldest are lost, in whole runs. */
static uint32_t available(uint32_t run)
{
    const uint64_t all = source_samples(setup.counter() - startedAt, setup.counterHz, setup.millihertz) * setup.channels;
    for (; all - taken > 2 * run; taken += run) lost += run;
    return (uint32_t) (all - taken);
}

static void take(void *to, uint32_t count)
{
    int16_t *const values = to;
    for (uint32_t i = 0; i < count; i++) values[i] = (int16_t) (taken++ / setup.channels % setup.pin * 100);
}

static uint32_t count_lost(void)
{
    return lost;
}

static bool has_ended(void)
{
    return false;
}

static void stop(void) {}

const source sawtooth_source = {
    .name = "sawtooth", .start = start, .available = available, .take = take, .lost = count_lost, .ended = has_ended, .stop = stop,
};

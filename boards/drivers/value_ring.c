#include "value_ring.h"

static volatile uint16_t *ring;
static uint32_t ringValues, putAt, takenAt;
static volatile uint32_t put, taken;            /* values since the start */
static volatile uint32_t lost, valuesOfRun;
static uint32_t skipping;                       /* values that are not kept, so that whole runs are lost */

void value_ring_start(const source_setup *setup)
{
    ring = setup->ring;
    ringValues = setup->ringValues;
    put = taken = lost = skipping = putAt = takenAt = 0;
    valuesOfRun = 1;
}

/* With those that are not kept from now on, whole runs are missing. */
void value_ring_skip(uint32_t values)
{
    const uint32_t run = valuesOfRun, also = values < skipping ? values : skipping;
    const uint32_t more = values - also, whole = (more + run - 1) / run * run;
    lost += whole;
    skipping += whole - more - also;
}

void value_ring_put(uint16_t value)
{
    if (skipping > 0) skipping--;
    else if (put - taken == ringValues) value_ring_skip(1);
    else
    {
        ring[putAt] = value;
        if (++putAt == ringValues) putAt = 0;
        put++;
    }
}

uint32_t value_ring_available(uint32_t run)
{
    valuesOfRun = run;
    return put - taken;
}

void value_ring_take(void *to, uint32_t count)
{
    uint16_t *values = to;
    for (uint32_t i = 0; i < count; i++)
    {
        values[i] = ring[takenAt];
        if (++takenAt == ringValues) takenAt = 0;
    }
    taken += count;
}

uint32_t value_ring_lost(void)
{
    return lost;
}

bool value_ring_ended(void)
{
    return false;
}

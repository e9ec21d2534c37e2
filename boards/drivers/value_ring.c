#include "value_ring.h"

enum { mostGaps = 4 };

/* Where values are missing: behind how many that were put, and how many are lost up to there and with them. */
typedef struct gap
{
    uint32_t at, lost;
} gap;

static volatile uint16_t *ring;
static uint32_t ringValues, putAt, takenAt;
static volatile uint32_t put, taken;            /* values since the start */
static volatile uint32_t lost, valuesOfRun;
static uint32_t skipping;                       /* values that are not kept, so that whole runs are lost */
static volatile gap gaps[mostGaps];
static volatile uint32_t gapsPut, gapsTold;     /* since the start */
static uint32_t lostTold;

void value_ring_start(const source_setup *setup)
{
    ring = setup->ring;
    ringValues = setup->ringValues;
    put = taken = lost = skipping = putAt = takenAt = gapsPut = gapsTold = lostTold = 0;
    valuesOfRun = 1;
}

static volatile gap *gap_of(uint32_t number)
{
    return &gaps[number % mostGaps];
}

static bool has_room(void)
{
    return put - taken < ringValues && gapsPut - gapsTold < mostGaps;
}

/* With those that are not kept from now on, whole runs are missing. */
void value_ring_skip(uint32_t values)
{
    const uint32_t run = valuesOfRun, also = values < skipping ? values : skipping;
    const uint32_t more = values - also, whole = (more + run - 1) / run * run;
    lost += whole;
    skipping += whole - more - also;
    if (whole == 0) return;
    /* While the last gap that there is room for has not been told, nothing is put behind it. */
    if (gapsPut == gapsTold || gap_of(gapsPut - 1)->at != put) gap_of(gapsPut++)->at = put;
    gap_of(gapsPut - 1)->lost = lost;
}

void value_ring_put(uint16_t value)
{
    if (skipping > 0) skipping--;
    else if (!has_room()) value_ring_skip(1);
    else
    {
        ring[putAt] = value;
        if (++putAt == ringValues) putAt = 0;
        put++;
    }
}

/* A gap that the handler adds to meanwhile is another one, since it counts as told. */
static void tell_gaps(void)
{
    while (gapsTold != gapsPut && (int32_t) (taken - gap_of(gapsTold)->at) >= 0)
    {
        const uint32_t told = gapsTold;
        gapsTold = told + 1;
        lostTold = gap_of(told)->lost;
    }
}

uint32_t value_ring_available(uint32_t run)
{
    valuesOfRun = run;
    tell_gaps();
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
    return lostTold;
}

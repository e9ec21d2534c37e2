#include "clock_ring.h"

enum { patienceMillis = 2 };

static const source_setup *setup;
static uint64_t startedAt, taken, skipped;      /* values */
static uint32_t readAt, guard;

bool clock_ring_takes(const source_setup *asked, uint32_t late)
{
    return asked->ringValues <= clockRingMost && asked->ringValues >= asked->runValues + 2 * late * asked->channels;
}

void clock_ring_start(const source_setup *asked, uint32_t late)
{
    setup = asked;
    guard = late * setup->channels;
    taken = skipped = 0;
    readAt = 0;
    startedAt = setup->counter();
}

/* What was written by now for certain; `guard` further values may be as well. */
uint32_t clock_ring_available(uint32_t run)
{
    const uint64_t about = source_samples(setup->counter() - startedAt, setup->counterHz, setup->millihertz) * setup->channels;
    const uint64_t written = about > guard ? about - guard : 0, most = setup->ringValues - 2 * guard;
    if (written > taken + most)
    {
        const uint64_t lost = (written - taken - most + run - 1) / run * run;
        taken += lost;
        skipped += lost;
        readAt = (uint32_t) ((readAt + lost) % setup->ringValues);
    }
    return written > taken ? (uint32_t) (written - taken) : 0;
}

void clock_ring_wait_for(volatile uint32_t *stopped)
{
    const uint64_t end = setup->counter() + setup->counterHz / 1000 * patienceMillis;
    while (!*stopped && setup->counter() < end) {}
}

uint32_t clock_ring_lost(void)
{
    return (uint32_t) skipped;
}

uint16_t clock_ring_next(void)
{
    const uint16_t value = ((volatile uint16_t *) setup->ring)[readAt];
    if (++readAt == setup->ringValues) readAt = 0;
    taken++;
    return value;
}

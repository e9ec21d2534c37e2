/* Sources: Armv7-M Architecture Reference Manual, C1.8 (DWT); Arm CoreSight Architecture Specification, B2.3 (LAR). */
#include "cycles.h"

#define DEMCR (*(volatile uint32_t *) 0xe000edfc)
#define DWT_CTRL (*(volatile uint32_t *) 0xe0001000)
#define DWT_CYCCNT (*(volatile uint32_t *) 0xe0001004)
#define DWT_LAR (*(volatile uint32_t *) 0xe0001fb0)

bool cycles_start(void)
{
    DEMCR |= 1 << 24;
    DWT_LAR = 0xc5acce55;       /* a Cortex-M7 locks the DWT's registers */
    DWT_CYCCNT = 0;
    DWT_CTRL |= 1;
    const uint32_t before = DWT_CYCCNT;
    for (volatile uint32_t i = 0; i < 8; i++) {}
    return DWT_CYCCNT != before;
}

static uint32_t last;
static uint64_t total;

/* What the slower counter tells of the cycles: as many, or up to a tick fewer. */
static uint64_t at_least(uint32_t ticks, uint32_t cyclesPerTick)
{
    total += (uint32_t) (ticks - last);
    last = ticks;
    return total * cyclesPerTick;
}

uint64_t cycles_now(uint32_t ticks, uint32_t cyclesPerTick)
{
    const uint64_t about = at_least(ticks, cyclesPerTick);
    return about + (uint64_t) (int64_t) (int32_t) (DWT_CYCCNT - (uint32_t) about);
}

void cycles_slept(uint32_t ticks, uint32_t cyclesPerTick)
{
    const uint32_t about = (uint32_t) at_least(ticks, cyclesPerTick);
    if ((int32_t) (DWT_CYCCNT - about) < 0) DWT_CYCCNT = about;
}

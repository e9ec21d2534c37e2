/*
 * Sources: Armv7-M Architecture Reference Manual, B2.2 (caches), B3.2.8 (CCR), B4.8 (CSSELR, CCSIDR); Arm Cortex-M7 Technical
 * Reference Manual, 5.2 (32 bytes in a line), 4.3.2 (way in the highest bits, set from bit 5 on). A Cortex-M55 has the same
 * registers and lines (Arm DDI 0553, Armv8-M Architecture Reference Manual; Arm 101051, Cortex-M55 Technical Reference Manual).
 */
#include "caches.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define CCR REG(0xe000ed14)
#define CCSIDR REG(0xe000ed80)
#define CSSELR REG(0xe000ed84)
#define ICIALLU REG(0xe000ef50)
#define DCIMVAC REG(0xe000ef5c)
#define DCISW REG(0xe000ef60)

enum { lineBytes = 32, dataCache = 1 << 16, instructionCache = 1 << 17 };

static void barrier(void)
{
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
}

/* What is in the data cache before it is on is nothing. */
static void start_data_cache(void)
{
    CSSELR = 0;
    barrier();
    const uint32_t size = CCSIDR, lastWay = size >> 3 & 0x3ff, lastSet = size >> 13 & 0x7fff;
    const uint32_t wayShift = (uint32_t) __builtin_clz(lastWay);
    for (uint32_t set = 0; set <= lastSet; set++)
    {
        for (uint32_t way = 0; way <= lastWay; way++) DCISW = way << wayShift | set * lineBytes;
    }
    barrier();
    CCR |= dataCache;
    barrier();
}

void caches_start(void)
{
    if (!(CCR & instructionCache))
    {
        barrier();
        ICIALLU = 0;
        barrier();
        CCR |= instructionCache;
        barrier();
    }
    if (!(CCR & dataCache)) start_data_cache();
}

void caches_forget(uint32_t address, uint32_t length)
{
    barrier();
    for (uint32_t at = address & ~(lineBytes - 1u); at < address + length; at += lineBytes) DCIMVAC = at;
    barrier();
}

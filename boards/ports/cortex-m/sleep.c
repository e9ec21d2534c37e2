/*
 * Sleep until an interrupt is pending. None of a peripheral is ever taken: they are enabled while the processor masks them, which wakes
 * it all the same, and disabled before it does not. Source: Armv7-M Architecture Reference Manual, B1.5.19 (WFI), B3.4 (NVIC).
 */
#include "sleep.h"

#define NVIC_ISER(interrupt) (*(volatile uint32_t *) (0xe000e100 + (interrupt) / 32 * 4))
#define NVIC_ICER(interrupt) (*(volatile uint32_t *) (0xe000e180 + (interrupt) / 32 * 4))
#define NVIC_ICPR(interrupt) (*(volatile uint32_t *) (0xe000e280 + (interrupt) / 32 * 4))

static uint32_t bit(uint32_t interrupt)
{
    return (uint32_t) 1 << interrupt % 32;
}

void cortex_m_sleep(const uint8_t *interrupts, uint32_t count, bool (*isOver)(void))
{
    __asm__ volatile("cpsid i" : : : "memory");
    for (uint32_t i = 0; i < count; i++) NVIC_ISER(interrupts[i]) = bit(interrupts[i]);
    if (!isOver())
    {
        __asm__ volatile("dsb\n"
                         "wfi\n"
                         "isb" : : : "memory");
    }
    for (uint32_t i = 0; i < count; i++)
    {
        NVIC_ICER(interrupts[i]) = bit(interrupts[i]);
        NVIC_ICPR(interrupts[i]) = bit(interrupts[i]);
    }
    __asm__ volatile("dsb\n"
                     "isb\n"
                     "cpsie i" : : : "memory");
}

/*
 * The watchdog at MPS_WATCHDOG, clocked with MPS_WATCHDOG_HZ (port.cmake): 15 seconds, since instructions are slow in QEMU as it is
 * run. What it does then is a non-maskable interrupt, which nobody awaits, so that the board is reset; 15 seconds later it would reset it
 * by itself. Source: Arm DDI 0479, "Cortex-M System Design Kit", 4.5.
 */
#include "../watchdog.h"

#include <stdint.h>

#define WATCHDOG(offset) (*(volatile uint32_t *) (MPS_WATCHDOG + (offset)))
#define WATCHDOG_LOAD WATCHDOG(0x0)
#define WATCHDOG_CONTROL WATCHDOG(0x8)
#define WATCHDOG_CLEAR WATCHDOG(0xc)

enum { interrupts = 1, resets = 2, seconds = 15 };

/* Begins counting from LOAD again. */
void port_watchdog_feed(void)
{
    WATCHDOG_CLEAR = 1;
}

void port_watchdog_start(void)
{
    WATCHDOG_LOAD = seconds * MPS_WATCHDOG_HZ;
    WATCHDOG_CONTROL = interrupts | resets;
}

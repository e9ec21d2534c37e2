/* Flash of the RP2040 and the RP2350, by the functions in their boot ROMs. */
#ifndef WASMOTE_RP2_FLASH_H
#define WASMOTE_RP2_FLASH_H

#include <stdbool.h>

/* Finds the boot ROM's functions. Runs once. */
void flash_init(void);

/*
 * Calls work(argument) while the flash is not mapped but takes commands, with interrupts off. Work is in RAM, in the
 * section .ramtext, as all that it reads and calls but the boot ROM. False where the boot ROM lacks what that takes.
 */
bool flash_unmapped(void (*work)(void *argument), void *argument);

#endif

/*
 * Flash of a board on this machine, whose power fails on demand in the middle of a write or an erase.
 *
 * It lies at a low address, since the firmware holds flash addresses in 32 bits. SLOTS is the number of slots, SLOT_BYTES their
 * length, WRITE_BYTES what is written at once: from 8 on, flash has codes against errors, as that of an STM32 has. Each unit is
 * then written once, and the address sanitizer ends the program that reads what was being written or erased when power failed.
 */
#ifndef SIMULATED_FLASH_H
#define SIMULATED_FLASH_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

enum { flashBase = 0x20000000, flashSector = 1024, flashSlotBytes = SLOT_BYTES };
enum { flashBytes = 4 * flashSector + 2 * flashSlotBytes };

extern uint8_t *flash;

/* Power fails after so many more bytes, by a jump to powerOff; never while this is negative. */
extern long bytesUntilCut;
extern jmp_buf powerOff;

/* Whether flash refuses to be written and erased: what a worn one does. */
extern bool flashIsWorn;

/* Puts that into the whole flash, and ends what power failures have left of it. */
void flash_restore(const uint8_t *contents);

/* Maps the flash, erased. False where the address is taken. */
bool flash_map(void);

#endif

/*
 * Flash of a board on this machine, whose power fails on demand in the middle of a write or an erase.
 *
 * It lies at a low address, since the firmware holds flash addresses in 32 bits. SLOTS is the number of slots, SLOT_BYTES their
 * length.
 */
#ifndef SIMULATED_FLASH_H
#define SIMULATED_FLASH_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

enum { flashBase = 0x20000000, flashSector = 1024, flashSlotBytes = SLOT_BYTES };
enum { flashBytes = 2 * flashSector + 2 * flashSlotBytes };

extern uint8_t *flash;

/* Power fails after so many more bytes, by a jump to powerOff; never while this is negative. */
extern long bytesUntilCut;
extern jmp_buf powerOff;

/* Whether flash refuses to be written and erased: what a worn one does. */
extern bool flashIsWorn;

/* Maps the flash, erased. False where the address is taken. */
bool flash_map(void);

#endif

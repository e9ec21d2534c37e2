/*
 * Flash of a board on this machine by the rules of its kind, whose power fails before or inside an operation. An operation is what
 * the flash does at once: programming up to PAGE_BYTES, or erasing a range. One that is torn has programmed any of its bits, and
 * each row of an erase is as before, erased or anything.
 *
 * torn_flash.c is compiled with SLOTS, SLOT_BYTES, SECTOR_BYTES (of the log), WRITE_BYTES, PAGE_BYTES, and CODES: 1 where flash has codes against
 * errors. Then each unit is written once only, and who reads one that was torn is ended by the address sanitizer.
 * All sizes are at most as large as flash_state has room for.
 *
 * It is shared between a process and those that it starts: each of those is the board from one start to the next.
 */
#ifndef TORN_FLASH_H
#define TORN_FLASH_H

#include <stdbool.h>
#include <stdint.h>

enum { flashBase = 0x20000000, mostFlashBytes = 8192, leastUnitBytes = 4 };

/* What lies in it, and which of its units cannot be read. */
typedef struct flash_state
{
    uint8_t bytes[mostFlashBytes];
    uint8_t torn[mostFlashBytes / leastUnitBytes];
} flash_state;

/* How many operations there were since flash_power_on. */
extern uint32_t flashOperations;

/* Maps the flash, erased. False where the address is taken. */
bool flash_map(void);

void flash_save(flash_state *state);
void flash_load(const flash_state *state);

/*
 * Power fails at the operation of that number: before it begins with a `variant` of 0, else inside of it, in another way for
 * each. `off` is called then and does not return. No power fails at operation `never`.
 */
enum { never = 0xffffffff };
void flash_power_on(uint32_t operation, uint32_t variant, void (*off)(void));

#endif

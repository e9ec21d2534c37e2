/*
 * MRAM: read as memory, written by stores of whole words of 128 bits, each of which erases what was there. Nothing needs to be
 * erased, so sectors are what the store takes for them. How long a write takes, and what is read where power failed in the middle
 * of one, no source says; so that everything is held to be readable.
 * Sources: alifsemi/alif_ensemble-cmsis-dfp, drivers/source/mram.c and Alif_CMSIS/Source/Driver_MRAM.c (words, no interrupts; on
 * revision A no code may run from MRAM meanwhile, so that this port is for revision B); alifsemi/zephyr_alif,
 * drivers/flash/flash_mram_alif.c.
 */
#include "../port.h"

#include <string.h>

#include "../cortex-m/caches.h"
#include "../watchdog.h"
#include "protection.h"
#include "registers.h"

enum { sectorBytes = 4096, wordBytes = 16 };

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(sectorBytes),
    PORT_EVENTS_BEFORE_RECORDS(sectorBytes),
    .writeBytes = wordBytes,
};

_Static_assert(BOARD_SLOT_ADDRESS - mramOrigin + BOARD_SLOT_COUNT * BOARD_SLOT_BYTES <= mramBytes - 0x10000,
               "the table of contents is at the end of MRAM");

static void write_word(uint32_t address, const uint8_t *data)
{
    uint64_t halves[2];
    memcpy(halves, data, sizeof halves);
    volatile uint64_t *to = (volatile uint64_t *) (uintptr_t) address;
    __asm__ volatile("cpsid i" : : : "memory");
    to[0] = halves[0];
    to[1] = halves[1];
    __asm__ volatile("dsb\n"
                     "cpsie i" : : : "memory");
}

/* Words that are right already are not written: MRAM wears, if slowly. */
static void write_where_other(uint32_t address, const uint8_t *data)
{
    if (memcmp((const void *) (uintptr_t) address, data, wordBytes) != 0) write_word(address, data);
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    uint8_t erased[wordBytes];
    memset(erased, 0xff, sizeof erased);
    protection_let_write(true);
    for (uint32_t i = 0; i < length; i += wordBytes)
    {
        if (i % sectorBytes == 0) port_watchdog_feed();
        write_where_other(address + i, erased);
    }
    protection_let_write(false);
    caches_forget(address, length);
    for (uint32_t i = 0; i < length; i += 4)
    {
        if (REG(address + i) != 0xffffffff) return false;
    }
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    protection_let_write(true);
    for (uint32_t i = 0; i < length; i += wordBytes) write_where_other(address + i, data + i);
    protection_let_write(false);
    caches_forget(address, length);
    return memcmp((const void *) (uintptr_t) address, data, length) == 0;
}

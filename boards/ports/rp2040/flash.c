/*
 * Erasing and writing the RP2040's flash. While the flash is not mapped, code, data and vectors must be in RAM:
 * interrupts are off, and what runs meanwhile is in the section .ramtext, which is copied to RAM with .data.
 *
 * Source: RP2040 data sheet, 2.8.3 (boot ROM: table at 0x14, lookup at 0x18, the flash functions and the order in
 * which they are called), 4.10.4 (the cache may hold what was erased).
 */
#include "flash.h"

#include <string.h>

#include "../port.h"

/* Pointers of 16 bits in the boot ROM: symbols of the linker script. */
extern const uint16_t __rom_table, __rom_lookup;

#define ROM_CODE(A, B) ((uint32_t) (A) | (uint32_t) (B) << 8)

enum { flashOrigin = 0x10000000, pageBytes = 256, sectorBytes = 4096, boot2Bytes = 256 };
enum { blockBytes = 65536, blockEraseCommand = 0xd8 };

const flash_layout port_flash = {
    .slotCount = BOARD_SLOT_COUNT,
    .slots = {
        { BOARD_SLOT_ADDRESS, BOARD_SLOT_BYTES },
        { BOARD_SLOT_ADDRESS + BOARD_SLOT_BYTES, BOARD_SLOT_BYTES },
    },
    .records = {
        { BOARD_SLOT_ADDRESS - 2 * sectorBytes, sectorBytes },
        { BOARD_SLOT_ADDRESS - sectorBytes, sectorBytes },
    },
    .writeBytes = 4,
};

static struct
{
    void (*connect)(void), (*exitXip)(void), (*flushCache)(void);
    void (*erase)(uint32_t offset, uint32_t length, uint32_t block, uint8_t blockCommand);
    void (*program)(uint32_t offset, const uint8_t *data, uint32_t length);
    bool complete;
} rom;

static uint32_t boot2[boot2Bytes / 4];
static uint8_t page[pageBytes];

void flash_init(void)
{
    void *(*const lookup)(const uint16_t *table, uint32_t code) = (void *(*)(const uint16_t *, uint32_t)) (uintptr_t) __rom_lookup;
    const uint16_t *const table = (const uint16_t *) (uintptr_t) __rom_table;
    memcpy(boot2, (const void *) flashOrigin, boot2Bytes);
    if (!lookup) return;
    rom.connect = lookup(table, ROM_CODE('I', 'F'));
    rom.exitXip = lookup(table, ROM_CODE('E', 'X'));
    rom.erase = lookup(table, ROM_CODE('R', 'E'));
    rom.program = lookup(table, ROM_CODE('R', 'P'));
    rom.flushCache = lookup(table, ROM_CODE('F', 'C'));
    rom.complete = rom.connect && rom.exitXip && rom.erase && rom.program && rom.flushCache;
}

/* Erases `length` bytes, or writes them if there is data. */
__attribute__((section(".ramtext"), noinline))
static void change(uint32_t offset, const uint8_t *data, uint32_t length)
{
    void (*const map)(void) = (void (*)(void)) ((uintptr_t) boot2 | 1);
    uint32_t masked;
    __asm__ volatile("mrs %0, primask\n"
                     "cpsid i" : "=r"(masked) : : "memory");
    rom.connect();
    rom.exitXip();
    if (data) rom.program(offset, data, length);
    else rom.erase(offset, length, blockBytes, blockEraseCommand);
    rom.flushCache();
    map();
    __asm__ volatile("msr primask, %0" : : "r"(masked) : "memory");
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    if (!rom.complete) return false;
    change(address - flashOrigin, NULL, length);
    for (uint32_t at = address; at < address + length; at += 4)
    {
        if (*(const volatile uint32_t *) (uintptr_t) at != 0xffffffff) return false;
    }
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    if (!rom.complete) return false;
    for (uint32_t done = 0, count; done < length; done += count)
    {
        const uint32_t start = (address + done) % pageBytes;
        count = pageBytes - start;
        if (count > length - done) count = length - done;
        memset(page, 0xff, pageBytes);
        memcpy(page + start, data + done, count);
        change(address + done - start - flashOrigin, page, pageBytes);
    }
    return memcmp((const void *) (uintptr_t) address, data, length) == 0;
}

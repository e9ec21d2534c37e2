/*
 * Erasing and writing the RP2350's flash. While the flash is not mapped, code and data must be in RAM: interrupts are
 * off, and what runs meanwhile is in the section .ramtext. Afterwards the boot ROM maps it with the read command 03h.
 *
 * Source: RP2350 data sheet, 5.4.1 (boot ROM: lookup at 0x16, flags), 5.4.8 (the flash functions and their order).
 */
#include "flash.h"

#include <string.h>

#include "../port.h"

/* Pointer of 16 bits in the boot ROM: a symbol of the linker script. */
extern const uint16_t __rom_lookup;

#define ROM_CODE(A, B) ((uint32_t) (A) | (uint32_t) (B) << 8)

enum { flashOrigin = 0x10000000, pageBytes = 256, sectorBytes = 4096 };
enum { blockBytes = 65536, blockEraseCommand = 0xd8, functionForSecureArm = 4 };

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
    void (*connect)(void), (*exitXip)(void), (*flushCache)(void), (*enterXip)(void);
    void (*erase)(uint32_t offset, uint32_t length, uint32_t block, uint8_t blockCommand);
    void (*program)(uint32_t offset, const uint8_t *data, uint32_t length);
    bool complete;
} rom;

static uint8_t page[pageBytes];

void flash_init(void)
{
    void *(*const lookup)(uint32_t code, uint32_t flags) = (void *(*)(uint32_t, uint32_t)) (uintptr_t) __rom_lookup;
    rom.connect = lookup(ROM_CODE('I', 'F'), functionForSecureArm);
    rom.exitXip = lookup(ROM_CODE('E', 'X'), functionForSecureArm);
    rom.erase = lookup(ROM_CODE('R', 'E'), functionForSecureArm);
    rom.program = lookup(ROM_CODE('R', 'P'), functionForSecureArm);
    rom.flushCache = lookup(ROM_CODE('F', 'C'), functionForSecureArm);
    rom.enterXip = lookup(ROM_CODE('C', 'X'), functionForSecureArm);
    rom.complete = rom.connect && rom.exitXip && rom.erase && rom.program && rom.flushCache && rom.enterXip;
}

/* Erases `length` bytes, or writes them if there is data. */
__attribute__((section(".ramtext"), noinline))
static void change(uint32_t offset, const uint8_t *data, uint32_t length)
{
    uint32_t masked;
    __asm__ volatile("mrs %0, primask\n"
                     "cpsid i" : "=r"(masked) : : "memory");
    rom.connect();
    rom.exitXip();
    if (data) rom.program(offset, data, length);
    else rom.erase(offset, length, blockBytes, blockEraseCommand);
    rom.flushCache();
    rom.enterXip();
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

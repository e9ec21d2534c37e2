/*
 * Flash of the STM32F4, in sectors of three sizes, written by words.
 * Sources: ST RM0090, 3.5-3.6, 3.9; RM0383, 3.5-3.6, 3.8; RM0390, 3.5-3.6, 3.8.
 */
#include "../port.h"
#include "../watchdog.h"

#include <string.h>

#define REG(address) (*(volatile uint32_t *) (address))

#define FLASH_KEYR REG(0x40023c04)
#define FLASH_SR REG(0x40023c0c)
#define FLASH_CR REG(0x40023c10)

enum { origin = 0x08000000, patience = 40000000 };
enum { busy = 1 << 16, errors = 0xf2, program = 1, sectorErase = 2, byWord = 2 << 8, start = 1 << 16 };
#define LOCK (1u << 31)

/*
 * Sectors 0-3 have 16 KiB, 4 has 64, those from 5 on 128. The vectors are in sector 0, the log in 1 and 2, the firmware from
 * 3 on (memory.ld.in), the slots in whole ones of 128 KiB.
 */
const flash_layout port_flash = {
    PORT_SLOTS,
    .records = { { origin + 0x4000, 0x4000 }, { origin + 0x8000, 0x4000 } },
    .writeBytes = 4,
};

static bool ready(void)
{
    for (uint32_t i = 0; i < patience; i++) if (!(FLASH_SR & busy)) return !(FLASH_SR & errors);
    return false;
}

static bool unlock(void)
{
    if (FLASH_CR & LOCK)
    {
        FLASH_KEYR = 0x45670123;
        FLASH_KEYR = 0xcdef89ab;
    }
    FLASH_SR = errors;
    return ready();
}

/* Number of the sector at an address, and its length. */
static uint32_t sector_at(uint32_t address, uint32_t *length)
{
    const uint32_t offset = address - origin;
    *length = offset < 0x10000 ? 0x4000 : offset < 0x20000 ? 0x10000 : 0x20000;
    return offset < 0x10000 ? offset / 0x4000 : offset < 0x20000 ? 4 : 4 + offset / 0x20000;
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    uint32_t sectorLength;
    bool good = unlock();
    for (uint32_t at = address; good && at < address + length; at += sectorLength)
    {
        port_watchdog_feed();
        const uint32_t sector = sector_at(at, &sectorLength);
        FLASH_CR = sectorErase | byWord | sector << 3;
        FLASH_CR |= start;
        good = ready();
    }
    FLASH_CR = LOCK;
    for (uint32_t at = address; good && at < address + length; at += 4) good = REG(at) == 0xffffffff;
    return good;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    bool good = unlock();
    FLASH_CR = program | byWord;
    for (uint32_t i = 0; good && i < length; i += 4)
    {
        uint32_t word;
        memcpy(&word, data + i, sizeof word);
        if (REG(address + i) == word) continue;
        REG(address + i) = word;
        good = ready();
    }
    FLASH_CR = LOCK;
    return good && memcmp((const void *) (uintptr_t) address, data, length) == 0;
}

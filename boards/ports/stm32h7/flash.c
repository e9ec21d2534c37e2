/*
 * Flash of the STM32H743 and STM32H747: two banks of sectors of 128 KiB, written by words of 256 bits, each once, since each has
 * a code against errors; a word that was being written when power failed makes the processor fault that reads it.
 * Sources: ST RM0433, 4.3.9-4.3.10 (erasing, programming), 4.7.5-4.7.6 (ECC errors), 4.9 (registers); Armv7-M Architecture
 * Reference Manual, B3.2.8 (CCR.BFHFNMIGN: loads by code that masks faults are given no fault).
 */
#include "../port.h"

#include <string.h>

#include "../cortex-m/caches.h"
#include "../watchdog.h"

#define REG(address) (*(volatile uint32_t *) (address))

#define CCR REG(0xe000ed14)
#define FLASH_KEYR(bank) REG(0x52002004 + (bank))
#define FLASH_CR(bank) REG(0x5200200c + (bank))
#define FLASH_SR(bank) REG(0x52002010 + (bank))
#define FLASH_CCR(bank) REG(0x52002014 + (bank))

enum { origin = 0x08000000, bankBytes = 0x100000, sectorBytes = 0x20000, wordBytes = 32, bank1 = 0, bank2 = 0x100 };
enum { locked = 1, program = 1 << 1, sectorErase = 1 << 2, by32Bits = 2 << 4, start = 1 << 7 };
enum { busy = 7, writeErrors = 0x1ee << 16, doubleError = 1 << 26 };
enum { ignoreBusFaults = 1 << 8 };

static bool readable(uint32_t address, uint32_t length);

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(sectorBytes),
#ifdef MCU_STM32H743    /* with an STM32H747 come boot loaders, which take what there would be */
    PORT_EVENTS_BEFORE_RECORDS(sectorBytes),
#endif
    .writeBytes = wordBytes,
    .readable = readable,
};

static uint32_t bank_of(uint32_t address)
{
    return address - origin < bankBytes ? bank1 : bank2;
}

static bool ready(uint32_t bank)
{
    while (FLASH_SR(bank) & busy) {}
    return !(FLASH_SR(bank) & writeErrors);
}

static bool unlock(uint32_t bank)
{
    if (FLASH_CR(bank) & locked)
    {
        FLASH_KEYR(bank) = 0x45670123;
        FLASH_KEYR(bank) = 0xcdef89ab;
    }
    FLASH_CCR(bank) = writeErrors;
    return ready(bank);
}

static void barrier(void)
{
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
}

static bool readable(uint32_t address, uint32_t length)
{
    FLASH_CCR(bank1) = FLASH_CCR(bank2) = doubleError;
    CCR |= ignoreBusFaults;
    __asm__ volatile("cpsid f" : : : "memory");
    barrier();
    for (uint32_t at = address; at < address + length; at += wordBytes) (void) REG(at);
    barrier();
    __asm__ volatile("cpsie f" : : : "memory");
    CCR &= ~(uint32_t) ignoreBusFaults;
    const bool whole = !((FLASH_SR(bank1) | FLASH_SR(bank2)) & doubleError);
    FLASH_CCR(bank1) = FLASH_CCR(bank2) = doubleError;
    return whole;
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    bool good = true;
    for (uint32_t at = address; good && at < address + length; at += sectorBytes)
    {
        port_watchdog_feed();
        const uint32_t bank = bank_of(at), sector = (at - origin) % bankBytes / sectorBytes;
        good = unlock(bank);
        FLASH_CR(bank) = sectorErase | by32Bits | sector << 8;
        FLASH_CR(bank) |= start;
        good = ready(bank) && good;
        FLASH_CR(bank) = locked;
    }
    caches_forget(address, length);
    for (uint32_t at = address; good && at < address + length; at += 4) good = REG(at) == 0xffffffff;
    return good;
}

static bool write_word(uint32_t address, const uint8_t *data)
{
    uint32_t words[wordBytes / 4];
    const uint32_t bank = bank_of(address);
    memcpy(words, data, sizeof words);
    if (!unlock(bank)) return false;
    FLASH_CR(bank) = program | by32Bits;
    barrier();
    for (uint32_t i = 0; i < wordBytes / 4; i++) REG(address + 4 * i) = words[i];
    barrier();
    const bool good = ready(bank);
    FLASH_CR(bank) = locked;
    return good;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    bool good = true;
    for (uint32_t i = 0; good && i < length; i += wordBytes)
    {
        if (memcmp((const void *) (uintptr_t) (address + i), data + i, wordBytes) != 0) good = write_word(address + i, data + i);
    }
    caches_forget(address, length);
    return good && memcmp((const void *) (uintptr_t) address, data, length) == 0;
}

/*
 * Erasing and writing the flash of the RP2040 and the RP2350. While the flash is not mapped, code, data and vectors must
 * be in RAM: interrupts are off, and what runs meanwhile is in the section .ramtext, which is copied to RAM with .data.
 *
 * Sources: RP2040 data sheet, 2.8.3 (the flash functions and the order in which they are called), 4.10.4 (the cache may
 * hold what was erased); RP2350 data sheet, 5.4.8.
 */
#include "flash.h"

#include <string.h>

#include "boot_rom.h"
#include "../port.h"
#include "../watchdog.h"

enum { flashOrigin = 0x10000000, pageBytes = 256, sectorBytes = 4096 };
enum { blockBytes = 65536, blockEraseCommand = 0xd8 };

const flash_layout port_flash = {
    PORT_SLOTS,
    PORT_RECORDS_BEFORE_SLOTS(sectorBytes),
    PORT_EVENTS_BEFORE_RECORDS(sectorBytes),
    .writeBytes = 4,
};

/* The functions in use, in the order of their codes in flash_init. */
static struct
{
    void (*connect)(void), (*exitXip)(void), (*flushCache)(void);
    void (*erase)(uint32_t offset, uint32_t length, uint32_t block, uint8_t blockCommand);
    void (*program)(uint32_t offset, const uint8_t *data, uint32_t length);
} rom;
static boot_rom_map *map;
static bool complete;

static uint8_t page[pageBytes];

void flash_init(void)
{
    static const char codes[][2] = { "IF", "EX", "FC", "RE", "RP" };
    _Static_assert(sizeof rom == sizeof codes / sizeof codes[0] * sizeof(void *), "a code for each function");
    map = boot_rom_find_map();
    complete = map != NULL;
    for (uint32_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
    {
        void *const function = boot_rom_function(ROM_CODE(codes[i][0], codes[i][1]));
        memcpy((void **) &rom + i, &function, sizeof function);
        if (!function) complete = false;
    }
}

__attribute__((section(".ramtext"), noinline))
static void call_unmapped(void (*work)(void *argument), void *argument)
{
    uint32_t masked;
    __asm__ volatile("mrs %0, primask\n"
                     "cpsid i" : "=r"(masked) : : "memory");
    rom.connect();
    rom.exitXip();
    work(argument);
    rom.flushCache();
    map();
    __asm__ volatile("msr primask, %0" : : "r"(masked) : "memory");
}

bool flash_unmapped(void (*work)(void *argument), void *argument)
{
    if (complete) call_unmapped(work, argument);
    return complete;
}

/* A block that is to be erased, or pages that are to be written where there is data. */
typedef struct flash_change
{
    uint32_t offset, length;
    const uint8_t *data;
} flash_change;

__attribute__((section(".ramtext"), noinline))
static void change(void *argument)
{
    const flash_change *const to = argument;
    if (to->data) rom.program(to->offset, to->data, to->length);
    else rom.erase(to->offset, to->length, blockBytes, blockEraseCommand);
}

/* By blocks, so that interrupts come between them: USB does not wait for a whole slot. */
bool port_flash_erase(uint32_t address, uint32_t length)
{
    for (uint32_t done = 0, count; done < length; done += count)
    {
        count = blockBytes - (address + done) % blockBytes;
        if (count > length - done) count = length - done;
        port_watchdog_feed();
        flash_change erased = { address + done - flashOrigin, count, NULL };
        if (!flash_unmapped(change, &erased)) return false;
    }
    for (uint32_t at = address; at < address + length; at += 4)
    {
        if (*(const volatile uint32_t *) (uintptr_t) at != 0xffffffff) return false;
    }
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    for (uint32_t done = 0, count; done < length; done += count)
    {
        const uint32_t start = (address + done) % pageBytes;
        count = pageBytes - start;
        if (count > length - done) count = length - done;
        memset(page, 0xff, pageBytes);
        memcpy(page + start, data + done, count);
        flash_change written = { address + done - start - flashOrigin, pageBytes, page };
        if (!flash_unmapped(change, &written)) return false;
    }
    return memcmp((const void *) (uintptr_t) address, data, length) == 0;
}

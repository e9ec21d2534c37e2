#include "simulated_flash.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ports/port.h"

#ifndef WRITE_BYTES
#define WRITE_BYTES 4
#endif

enum { hasCodes = WRITE_BYTES >= 8 };

static bool is_readable(uint32_t address, uint32_t length)
{
    return !__asan_region_is_poisoned((void *) (uintptr_t) address, length);
}

static void allow(uint32_t address, uint32_t length, bool allowed)
{
    if (!hasCodes) return;
    if (allowed) __asan_unpoison_memory_region((void *) (uintptr_t) address, length);
    else __asan_poison_memory_region((void *) (uintptr_t) address, length);
}

const flash_layout port_flash = {
    .slotCount = SLOTS,
    .slots = {
        { flashBase + 4 * flashSector, flashSlotBytes },
        { flashBase + 4 * flashSector + flashSlotBytes, flashSlotBytes },
    },
    .records = { { flashBase, flashSector }, { flashBase + flashSector, flashSector } },
    .events = { { flashBase + 2 * flashSector, flashSector }, { flashBase + 3 * flashSector, flashSector } },
    .writeBytes = WRITE_BYTES,
    .readable = hasCodes ? is_readable : NULL,
};

uint8_t *flash;
long bytesUntilCut = -1;
jmp_buf powerOff;
bool flashIsWorn;

static void spend(void)
{
    if (bytesUntilCut-- == 0) longjmp(powerOff, 1);
}

static bool lies_in_flash(uint32_t address, uint32_t length)
{
    return address >= flashBase && address - flashBase <= flashBytes && length <= flashBytes - (address - flashBase);
}

/* Without looking at whether it may be read. */
__attribute__((no_sanitize("address"))) static void put(uint32_t address, uint8_t value)
{
    *(volatile uint8_t *) (uintptr_t) address = value;
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    if (!lies_in_flash(address, length)) abort();
    if (flashIsWorn) return false;
    allow(address, length, false);
    for (uint32_t i = 0; i < length; i++)
    {
        if (i % 64 == 0) spend();
        put(address + i, 0xff);
    }
    allow(address, length, true);
    return true;
}

static bool is_blank(uint32_t address, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) if (*(const uint8_t *) (uintptr_t) (address + i) != 0xff) return false;
    return true;
}

static void write_unit(uint32_t address, const uint8_t *data)
{
    if (memcmp((const void *) (uintptr_t) address, data, WRITE_BYTES) == 0) return;
    if (hasCodes && !is_blank(address, WRITE_BYTES)) abort();
    uint8_t before[WRITE_BYTES];
    memcpy(before, (const void *) (uintptr_t) address, WRITE_BYTES);
    allow(address, WRITE_BYTES, false);
    for (uint32_t i = 0; i < WRITE_BYTES; i++)
    {
        spend();
        put(address + i, before[i] & data[i]);
    }
    allow(address, WRITE_BYTES, true);
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    if (address % WRITE_BYTES != 0 || length % WRITE_BYTES != 0 || !lies_in_flash(address, length)) abort();
    if (flashIsWorn) return false;
    for (uint32_t i = 0; i < length; i += WRITE_BYTES) write_unit(address + i, data + i);
    return memcmp(flash + (address - flashBase), data, length) == 0;
}

void flash_restore(const uint8_t *contents)
{
    allow(flashBase, flashBytes, true);
    memcpy(flash, contents, flashBytes);
}

bool flash_map(void)
{
    flash = mmap((void *) (uintptr_t) flashBase, flashBytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (flash != (uint8_t *) (uintptr_t) flashBase) return false;
    memset(flash, 0xff, flashBytes);
    return true;
}

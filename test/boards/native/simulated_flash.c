#include "simulated_flash.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ports/port.h"

const flash_layout port_flash = {
    .slotCount = SLOTS,
    .slots = {
        { flashBase + 2 * flashSector, flashSlotBytes },
        { flashBase + 2 * flashSector + flashSlotBytes, flashSlotBytes },
    },
    .records = { { flashBase, flashSector }, { flashBase + flashSector, flashSector } },
    .writeBytes = 4,
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

bool port_flash_erase(uint32_t address, uint32_t length)
{
    if (!lies_in_flash(address, length)) abort();
    if (flashIsWorn) return false;
    for (uint32_t i = 0; i < length; i += 64)
    {
        spend();
        memset(flash + (address - flashBase) + i, 0xff, 64);
    }
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    if (address % 4 != 0 || length % 4 != 0 || !lies_in_flash(address, length)) abort();
    if (flashIsWorn) return false;
    for (uint32_t i = 0; i < length; i++)
    {
        spend();
        flash[address - flashBase + i] &= data[i];
    }
    return memcmp(flash + (address - flashBase), data, length) == 0;
}

bool flash_map(void)
{
    flash = mmap((void *) (uintptr_t) flashBase, flashBytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (flash != (uint8_t *) (uintptr_t) flashBase) return false;
    memset(flash, 0xff, flashBytes);
    return true;
}

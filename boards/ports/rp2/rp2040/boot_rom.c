/*
 * The RP2040's boot ROM. Source: RP2040 data sheet, 2.8.3 (table of functions at 0x14, their lookup at 0x18),
 * 2.8.1 (the second-stage boot loader, which maps the flash; it depends on no address of its own).
 */
#include "boot_rom.h"

#include <string.h>

enum { flashOrigin = 0x10000000, boot2Bytes = 256 };

/* Pointers of 16 bits in the boot ROM: symbols of the linker script. */
extern const uint16_t __rom_table, __rom_lookup;

static uint32_t boot2[boot2Bytes / 4];

void *boot_rom_function(uint32_t code)
{
    void *(*const lookup)(const uint16_t *, uint32_t) = (void *(*)(const uint16_t *, uint32_t)) (uintptr_t) __rom_lookup;
    return lookup ? lookup((const uint16_t *) (uintptr_t) __rom_table, code) : 0;
}

boot_rom_map *boot_rom_find_map(void)
{
    memcpy(boot2, (const void *) flashOrigin, boot2Bytes);
    return (boot_rom_map *) ((uintptr_t) boot2 | 1);
}

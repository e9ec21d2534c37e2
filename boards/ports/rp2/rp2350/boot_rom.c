/*
 * The RP2350's boot ROM. Source: RP2350 data sheet, 5.4.1 (lookup at 0x16, flags), 5.4.8 (flash_enter_cmd_xip maps the
 * flash with the read command 03h).
 */
#include "boot_rom.h"

enum { functionForSecureArm = 4 };

/* Pointer of 16 bits in the boot ROM: a symbol of the linker script. */
extern const uint16_t __rom_lookup;

void *boot_rom_function(uint32_t code)
{
    void *(*const lookup)(uint32_t, uint32_t) = (void *(*)(uint32_t, uint32_t)) (uintptr_t) __rom_lookup;
    return lookup(code, functionForSecureArm);
}

boot_rom_map *boot_rom_find_map(void)
{
    return (boot_rom_map *) (uintptr_t) boot_rom_function(ROM_CODE('C', 'X'));
}

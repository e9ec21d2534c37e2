/*
 * The RP2350's boot ROM. Source: RP2350 data sheet, 5.4.1 (lookup at 0x16, flags), 5.4.8 (flash_enter_cmd_xip maps the
 * flash with the read command 03h; get_sys_info; reboot).
 */
#include "../boot_rom.h"

enum { functionForSecureArm = 4 };
enum { rebootToLoader = 2, rebootWithoutReturn = 0x100, chipInfo = 1 };

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

/* At once, with no GPIO that shows activity and with both interfaces of the loader. */
void boot_rom_start_usb_loader(void)
{
    int (*const reboot)(uint32_t flags, uint32_t delayMillis, uint32_t flagsOfLoader, uint32_t gpio) =
        (int (*)(uint32_t, uint32_t, uint32_t, uint32_t)) (uintptr_t) boot_rom_function(ROM_CODE('R', 'B'));
    if (reboot) reboot(rebootToLoader | rebootWithoutReturn, 1, 0, 0);
}

/* The chip's number in OTP: the words after what was given and the package, the lower one first. */
void boot_rom_serial_number(uint8_t *serialNumber)
{
    int (*const information)(uint32_t *to, uint32_t words, uint32_t flags) =
        (int (*)(uint32_t *, uint32_t, uint32_t)) (uintptr_t) boot_rom_function(ROM_CODE('G', 'S'));
    uint32_t words[4] = { 0 };
    if (information) information(words, 4, chipInfo);
    for (uint32_t i = 0; i < 8; i++) serialNumber[i] = (uint8_t) (words[i < 4 ? 3 : 2] >> (24 - 8 * (i % 4)));
}

/* The boot ROM's functions, which each chip finds in its own way (boot_rom.c in its folder). */
#ifndef WASMOTE_RP2_BOOT_ROM_H
#define WASMOTE_RP2_BOOT_ROM_H

#include <stdint.h>

#define ROM_CODE(A, B) ((uint32_t) (A) | (uint32_t) (B) << 8)

/* The function of a code, or null. */
void *boot_rom_function(uint32_t code);

/*
 * What has the flash mapped again after its functions were called: null if there is none. It runs while flash cannot
 * be read.
 */
typedef void boot_rom_map(void);
boot_rom_map *boot_rom_find_map(void);

/* Starts the boot loader that takes UF2 files over USB. Returns only where the ROM has no such function. */
void boot_rom_start_usb_loader(void);

/*
 * 8 bytes that tell this chip, or its flash, from others; zero where they cannot be read. Flash cannot be read meanwhile.
 */
void boot_rom_serial_number(uint8_t *serialNumber);

#endif

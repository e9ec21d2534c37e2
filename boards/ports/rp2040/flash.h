/* Flash of the RP2040, by the functions in its boot ROM. */
#ifndef WASMOTE_RP2040_FLASH_H
#define WASMOTE_RP2040_FLASH_H

/* Finds the boot ROM's functions and copies the second-stage boot loader to RAM. Runs once. */
void flash_init(void);

#endif

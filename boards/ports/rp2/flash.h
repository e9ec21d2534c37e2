/* Flash of the RP2040 and the RP2350, by the functions in their boot ROMs. */
#ifndef WASMOTE_RP2_FLASH_H
#define WASMOTE_RP2_FLASH_H

/* Finds the boot ROM's functions. Runs once. */
void flash_init(void);

#endif

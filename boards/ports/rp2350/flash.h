/* Flash of the RP2350, by the functions in its boot ROM. */
#ifndef WASMOTE_RP2350_FLASH_H
#define WASMOTE_RP2350_FLASH_H

/* Finds the boot ROM's functions. Runs once. */
void flash_init(void);

#endif

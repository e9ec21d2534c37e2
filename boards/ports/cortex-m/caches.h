/* The caches of a Cortex-M7 or a Cortex-M55. */
#ifndef WASMOTE_CACHES_H
#define WASMOTE_CACHES_H

#include <stdint.h>

/*
 * Turns both on. The default memory map says what is cached, unless the family has set up protection: flash and RAM, and no
 * registers.
 */
void caches_start(void);

/* Forgets what the data cache holds of a range of flash, which was changed behind it. */
void caches_forget(uint32_t address, uint32_t length);

#endif

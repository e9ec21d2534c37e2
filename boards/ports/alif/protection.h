/* What the memory protection unit of the M55_HP is set up for. */
#ifndef WASMOTE_ALIF_PROTECTION_H
#define WASMOTE_ALIF_PROTECTION_H

#include <stdbool.h>

/*
 * Peripherals are peripherals where the default memory map has them as memory, MRAM is read only, and the stack ends. Before
 * anything in 0x1a000000 is accessed, and before the caches are on.
 */
void protection_start(void);

/* Whether stores to MRAM change it. */
void protection_let_write(bool writable);

#endif

/* Memory and peripherals of an Alif Ensemble E7, as its M55_HP sees them. */
#ifndef WASMOTE_ALIF_REGISTERS_H
#define WASMOTE_ALIF_REGISTERS_H

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *) (address))

enum { mramOrigin = 0x80000000u, mramBytes = 0x580000 };

#endif

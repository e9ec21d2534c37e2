/*
 * The imports `wasmote.accel_*` in wasm3: each hands its call to an accelerator (accelerators/accelerators.h). The same code
 * runs on boards and in the wasm3 bindings for Node.
 */
#ifndef WASMOTE_ACCELERATOR_IMPORTS_H
#define WASMOTE_ACCELERATOR_IMPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/custom_sections.h"
#include "../abi/wasmote_config.h"
#include "wasm3.h"

#define WASMOTE_ACCELERATOR_MODULE "wasmote"
#define WASMOTE_ACCELERATOR_SIGNATURE "v(i)"
/* The module's exported global, of type i32, that holds the bits of the accelerators that are linked. */
#define WASMOTE_ACCELERATOR_GLOBAL "accelerators"

typedef struct wasmote_accelerator
{
    const char *name;
    uint32_t bit;
    M3RawCall call;             /* its user data is the weights section, a wasmote_section */
} wasmote_accelerator;

/* Ends with an entry whose name is NULL. */
extern const wasmote_accelerator wasmote_accelerators[];

/* Whether there is an accelerator of that name, which is as "module.name" and has no zero byte at its end. */
bool wasmote_has_accelerator(const uint8_t *name, uint32_t length);

/*
 * Links all accelerators that a loaded module imports, and sets its global. The bits that are set; `weights` must
 * outlive the module, its bytes aligned to 4, or every call traps.
 */
uint32_t wasmote_link_accelerators(IM3Module module, const wasmote_section *weights);

#endif

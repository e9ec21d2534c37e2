/*
 * A model's module in wasm3: parsed, linked, with its linear memory, operand stack and `run`.
 */
#ifndef WASMOTE_LOADER_H
#define WASMOTE_LOADER_H

#include <stdbool.h>
#include <stdint.h>

#include "read_weights.h"
#include "wasm3.h"
#include "m3_env.h"

typedef struct load_request
{
    const uint8_t *file;            /* read in place as long as the module is in use */
    uint32_t length, memoryBytes;
    wasmote_section *weights;       /* likewise */
    bool accelerates;               /* whether to link the accelerators */
} load_request;

typedef struct loaded_module
{
    IM3Runtime runtime;             /* NULL as long as there is none */
    IM3Function run;
} loaded_module;

/* The exported function `reset` of a loaded module, or NULL: a model without one keeps no state. */
IM3Function module_reset(const loaded_module *loaded);

/* Loads a module. On an error the arena is to be reset. */
M3Result load_module(const load_request *request, loaded_module *loaded);

#endif

/*
 * A model's module in wasm3: parsed, linked, with its linear memory, operand stack and `run`.
 */
#ifndef WASMOTE_LOADER_H
#define WASMOTE_LOADER_H

#include "wasmote.h"
#include "../abi/wasmote_config.h"
#include "wasm3.h"
#include "m3_env.h"

/* Bytes of wasm3's operand stack, at most. */
#ifndef WASM3_STACK_BYTES
#define WASM3_STACK_BYTES 2048
#endif

typedef struct loaded_module
{
    IM3Runtime runtime;             /* NULL as long as there is none */
    IM3Function run;
} loaded_module;

/* The exported function `reset` of a loaded module, or NULL: a model without one keeps no state. */
IM3Function module_reset(const loaded_module *loaded);

/* Loads the module of the current model into its empty arena. On an error the arena is to be reset. */
M3Result load_module(wasmote *model, loaded_module *loaded);

#endif

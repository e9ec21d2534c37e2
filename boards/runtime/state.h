/* An open model, and which one the library is called for: wasm3 calls back without saying it. */
#ifndef WASMOTE_STATE_H
#define WASMOTE_STATE_H

#include "arena.h"
#include "interpreter.h"
#include "loader.h"
#include "manifest.h"
#include "metacode.h"
#include "wasmote.h"

struct wasmote
{
    arena arena;
    metacode metacode;
    manifest manifest;
    wasmote_section weights;
    loaded_module module;
    wasmote_options options;    /* what is 0 for a default holds it */
    const uint8_t *file;
    uint32_t length;
    int32_t code;               /* what `run` returned last */
    bool open;
};

/* The model of the call that is going on. */
extern wasmote *wasmote_current;

/* The bytes of a tensor of the manifest's `list` in linear memory; NULL where there is none. */
uint8_t *wasmote_tensor_data(const wasmote *model, const char *list, uint32_t index, uint32_t *bytes);

/* Bytes of the model's memory with `used` of its arena in use, besides linear memory. */
static inline uint32_t wasmote_overhead_with(const wasmote *of, uint32_t used)
{
    const M3MemoryHeader *memory = of->module.runtime ? of->module.runtime->memory.mallocated : NULL;
    return (uint32_t) sizeof *of + used - (memory ? (uint32_t) memory->length : 0);
}

/* Bytes of the model's memory that are in use at this moment, besides linear memory. */
static inline uint32_t wasmote_overhead_bytes(const wasmote *of)
{
    return wasmote_overhead_with(of, of->arena.used);
}

/*
 * Of the stack that a call may take, what is left for blocks, where `room` is left of the stack that it was counted with
 * (stack_use.h).
 */
static inline uint32_t wasmote_stack_room(uint32_t room)
{
    const uint32_t taken = INTERPRETER_STACK_USE.stackBytes - room, all = wasmote_current->options.stackBytes;
    return all > taken ? all - taken : 0;
}

#endif

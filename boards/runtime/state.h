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
    const wasmote_options *options;
    const uint8_t *file;
    uint32_t length;
    int32_t code;               /* what `run` returned last */
    bool open;
};

/* The model of the call that is going on. */
extern wasmote *wasmote_current;

/* Bytes of the model's memory with `used` of its arena in use, besides linear memory. */
static inline uint32_t wasmote_overhead_with(const wasmote *of, uint32_t used)
{
    const M3MemoryHeader *memory = of->module.runtime ? of->module.runtime->memory.mallocated : NULL;
    return (uint32_t) sizeof *of + used - (memory ? (uint32_t) memory->length : 0);
}

/* Of the stack, what a call may take. */
static inline uint32_t wasmote_stack_bytes(const wasmote *of)
{
    return of->options->stackBytes ? of->options->stackBytes : INTERPRETER_STACK_USE.stackBytes;
}

/*
 * Of the stack that a call may take, what is left for blocks, where `room` is left of the stack that it was counted with
 * (stack_use.h).
 */
static inline uint32_t wasmote_stack_room(uint32_t room)
{
    const uint32_t taken = INTERPRETER_STACK_USE.stackBytes - room, all = wasmote_stack_bytes(wasmote_current);
    return all > taken ? all - taken : 0;
}

#endif

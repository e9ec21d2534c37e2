/* What the firmware tells its build of wasm3's compiler. */
#ifndef WASMOTE_INTERPRETER_H
#define WASMOTE_INTERPRETER_H

#include <stdbool.h>
#include <stdint.h>

#include "stack_use.h"

/* What this processor's compiler and operations take; the probe (boards/probe) asks for any processor's. */
#ifndef INTERPRETER_STACK_USE
extern const stack_use interpreter_stack_use;
#define INTERPRETER_STACK_USE interpreter_stack_use
#endif

/* How deep a function nests: what the compiler asks of the stack for its blocks, and the most loops around a call. */
typedef struct nesting
{
    uint32_t bytes, loops;
} nesting;

/* To be called before a function is compiled: the compiler refuses blocks that take more, as on a full stack. */
void interpreter_limit_nesting(uint32_t bytes);

/* How deep the function nested that was compiled last. */
nesting interpreter_nesting(void);

/*
 * Calls a function on another stack, of which the compiler uses what there is. Without it the compiler uses the C stack;
 * either way it refuses with m3Err_trapStackOverflow what takes more.
 */
void interpreter_call_on_stack(void (*function)(void *), void *argument, uint8_t *start, uint32_t bytes);

/* To be called where a guarded call ended before interpreter_call_on_stack returned. */
void interpreter_reset_stack(void);

/* The operation that calls a function of the module; the function follows it in metacode. */
extern const void *const interpreter_call_operation;

#endif

/*
 * wasm3's compiler and operations as the runtime builds them: which calls are running, and the stack that they and the
 * compiler have. All of this is of the call of the library that is going on, of which there is one at a time.
 */
#ifndef WASMOTE_INTERPRETER_H
#define WASMOTE_INTERPRETER_H

#include <stdbool.h>
#include <stdint.h>

#include "stack_use.h"
#include "../abi/wasmote_config.h"
#include "wasm3.h"
#include "m3_env.h"

/* What this processor's compiler and operations take; the probe (boards/probe) asks for any processor's. */
#ifndef INTERPRETER_STACK_USE
extern const stack_use interpreter_stack_use;
#define INTERPRETER_STACK_USE interpreter_stack_use
#endif

/* A call that is running, and the one that it is made from. */
typedef struct running_call
{
    IM3Function function;
    struct running_call *outer;
} running_call;

/* The innermost call that is running, of those that functions of the module make. */
extern running_call *interpreter_running;

/* Compiles a function that is called and is not compiled: given by who keeps metacode. */
M3Result interpreter_compile(IM3Function function);

/* A call of the library begins: `start` is the lowest address of the stack that it may use. */
void interpreter_use_stack(const uint8_t *start);

/* Gives up what runs once `counter` has gone up by `limit`; NULL for never. Looked at where loops turn and functions are called. */
void interpreter_limit_run(uint64_t (*counter)(void), uint64_t limit);

/* What a run ends with that was given up; compared by address. */
extern const char interpreter_limit[];

/* How deep a function nests: what the compiler asks of the stack for its blocks, and the most loops around a call. */
typedef struct nesting
{
    uint32_t bytes, loops;
} nesting;

/* To be called before a function is compiled: the compiler refuses blocks that take more, as on a full stack. */
void interpreter_limit_nesting(uint32_t bytes);

/* How deep the function nested that was compiled last. */
nesting interpreter_nesting(void);

/* Calls function(argument) with the stack pointer set to `stackEnd`, a multiple of 16, and sets it back. */
typedef void call_on_stack(void (*function)(void *), void *argument, void *stackEnd);

/*
 * Calls a function on another stack, of which the compiler uses what there is. Without it the compiler uses the stack that
 * is in use; either way it refuses with m3Err_trapStackOverflow what takes more.
 */
void interpreter_call_on_stack(call_on_stack *call, void (*function)(void *), void *argument, uint8_t *start, uint32_t bytes);

/* The operation that calls a function of the module; the function follows it in metacode. */
extern const void *const interpreter_call_operation;

#endif

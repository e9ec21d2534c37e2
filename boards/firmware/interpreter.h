/* What the firmware tells its build of wasm3's compiler. */
#ifndef WASMOTE_INTERPRETER_H
#define WASMOTE_INTERPRETER_H

#include <stdint.h>

/* The compiler calls itself for every nested block: stack that it is lent. */
enum { compileStackBytes = 6144 };

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

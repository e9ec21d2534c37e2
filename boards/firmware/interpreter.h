/* What the firmware tells its build of wasm3's compiler. */
#ifndef WASMOTE_INTERPRETER_H
#define WASMOTE_INTERPRETER_H

#include <stdint.h>

/* The lowest address of the stack that the compiler runs on; at first the C stack. */
extern const uint8_t *interpreter_stack_start;

#endif

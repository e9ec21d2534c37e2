/* What the firmware tells its build of wasm3's compiler. */
#ifndef WASMOTE_INTERPRETER_H
#define WASMOTE_INTERPRETER_H

#include <stdint.h>

/* The lowest address of the stack that the compiler runs on; at first the C stack. */
extern const uint8_t *interpreter_stack_start;

/* Stack that compiling an instruction may take, besides the blocks in it. */
enum { interpreterInstructionBytes = 640 };

/* The lowest address that the compiler's stack has reached at the beginning of an instruction. */
extern const uint8_t *interpreter_stack_lowest;

/* The operation that calls a function of the module; the function follows it in metacode. */
extern const void *const interpreter_call_operation;

#endif

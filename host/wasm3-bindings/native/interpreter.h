/*
 * wasm3's compiler and operations, with guards that wasm3 as it is lacks.
 */
#ifndef WASM3_BINDINGS_INTERPRETER_H
#define WASM3_BINDINGS_INTERPRETER_H

#include "wasm3.h"
#include "m3_env.h"

/*
 * Compiles a function, if it is not compiled yet. As wasm3's CompileFunction, but refuses with
 * m3Err_trapStackOverflow if too little of the C stack is left.
 */
M3Result interpreter_compile(IM3Function function);

#endif

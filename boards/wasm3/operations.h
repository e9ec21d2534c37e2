/* wasm3's operations, without those on floats: in their place comes float-operations.h. */
#ifndef WASMOTE_OPERATIONS_H
#define WASMOTE_OPERATIONS_H

#ifndef M3_COMPILE_OPCODES
#define M3_COMPILE_OPCODES
#endif

#include "m3_env.h"
#include "m3_compile.h"
#include "m3_exec_defs.h"
#include "m3_exception.h"
#include "m3_info.h"
#include "m3_math_utils.h"

/* An empty function that every call calls. */
#define m3_Yield() NULL
#undef d_m3HasFloat
#define d_m3HasFloat 0
#include "m3_exec.h"
#undef d_m3HasFloat
#define d_m3HasFloat WASMOTE_FLOATS
#undef m3_Yield

#include "memory-operations.h"

#endif

/*
 * wasm3's m3_exec_defs.h on RV32, without the register of floats among the arguments of operations: it would go through
 * all of them, and float-operations.h has one of its own.
 */
#ifndef WASMOTE_PORT_RV32_H
#define WASMOTE_PORT_RV32_H

#include "m3_core.h"

#undef d_m3HasFloat
#define d_m3HasFloat 0
#include "m3_exec_defs.h"
#undef d_m3HasFloat
#define d_m3HasFloat WASMOTE_FLOATS

#endif

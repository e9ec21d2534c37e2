/*
 * How wasm3's operations follow one another on the processor that is compiled for: to be included before any of wasm3's
 * own headers, in place of m3_exec_defs.h. Without a port of ours, wasm3's own is used.
 */
#ifndef WASMOTE_PROCESSOR_H
#define WASMOTE_PROCESSOR_H

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "../abi/wasmote_config.h"

#if defined(__thumb2__)
#include "port-armv7m.h"
#define PROCESSOR_OPERATIONS_ELSEWHERE 1    /* port-armv7m.c, port-armv7m-floats.c */
#elif defined(__ARM_ARCH_6M__)
#include "port-armv6m.h"
#elif defined(__riscv) && __riscv_xlen == 32
#include "aligned-copies.h"
#include "port-rv32.h"
#elif defined(__x86_64__)
#include "port-x86-64.h"
#endif

#ifndef PROCESSOR_OPERATIONS_ELSEWHERE
#define PROCESSOR_OPERATIONS_ELSEWHERE 0
#endif

#endif

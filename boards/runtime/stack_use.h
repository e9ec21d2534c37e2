/*
 * What the compiler and running functions take of the C stack, counted, not measured: so whether a function is compiled on
 * the C stack depends on the model alone, and is known before anything is flashed (boards/probe). In bytes, the most by
 * GCC's -fstack-usage along each chain of calls; where a chain should take more all the same, the compiler's check of the
 * stack refuses (interpreter.c), and the function is compiled on a stack in the arena.
 */
#ifndef WASMOTE_STACK_USE_H
#define WASMOTE_STACK_USE_H

#include <stdint.h>

typedef struct stack_use
{
    uint16_t block, ifBlock, elseBlock; /* of the compiler, for each block that it is in */
    uint16_t call, loop;                /* of a function that runs, and of each loop that it is in */
    uint16_t roomAtLoad, roomInRun;     /* for blocks: what is left where nothing runs yet, and where `run` calls */
    uint16_t stackBytes;                /* of a stack that has so much left */
} stack_use;

/* By core: of Cortex-M0+, of Cortex-M3, M4 and M33, of Cortex-M7, of RV32; of others, with 64 bits, more than they take. */
#define STACK_USE_CORTEX_M0PLUS { 208, 184, 216, 128, 48, 2824, 2752, 4096 }
#define STACK_USE_CORTEX_M { 128, 160, 192, 80, 24, 1672, 1648, 2912 }
#define STACK_USE_CORTEX_M7 { 136, 168, 200, 80, 24, 1672, 1648, 2912 }
#define STACK_USE_RV32 { 176, 224, 256, 96, 32, 1504, 1552, 2912 }
#define STACK_USE_OTHER { 1024, 1024, 1024, 1024, 512, 32768, 32768, 61440 }

/* Of the processor that is compiled for; a Cortex-M7 is told by the build. */
#ifndef WASMOTE_STACK_USE
#if defined(__ARM_ARCH_6M__)
#define WASMOTE_STACK_USE STACK_USE_CORTEX_M0PLUS
#elif defined(__thumb2__)
#define WASMOTE_STACK_USE STACK_USE_CORTEX_M
#elif defined(__riscv) && __riscv_xlen == 32
#define WASMOTE_STACK_USE STACK_USE_RV32
#else
#define WASMOTE_STACK_USE STACK_USE_OTHER
#endif
#endif

enum
{
    /*
     * Stack that the compiler is lent where its own is too small and it is not known how deep a function nests: for blocks,
     * and for all else that it calls. While a model is loaded it has all of linear memory instead, where that is more.
     */
    mostNestingBytes = 5120, compilerBytes = 1024, compileStackBytes = mostNestingBytes + compilerBytes
};

#endif

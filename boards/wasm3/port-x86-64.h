/*
 * How wasm3's operations follow one another on x86-64, for GCC and clang; included before wasm3's headers where its
 * operations are compiled. wasm3's m3_exec_defs.h is used, but for the jump to the next operation.
 *
 * wasm3 reads the next operation's address and then advances _pc, which takes a register and two moves besides. Here
 * _pc is advanced first, and the jump takes the address from memory.
 */
#ifndef WASMOTE_PORT_X86_64_H
#define WASMOTE_PORT_X86_64_H

#if defined(__x86_64__) && defined(__GNUC__)
#include "m3_core.h"
#include "m3_exec_defs.h"

#undef nextOpDirect
#undef jumpOpDirect

#define jumpOpDirect(PC)                                                                        \
    do {                                                                                        \
        pc_t portNext = (pc_t) (PC) + 1;                                                        \
        __asm__("" : "+r"(portNext));                                                           \
        M3_MUSTTAIL return ((IM3Operation) portNext[-1])(portNext, d_m3OpArgs);                 \
    } while (0)

#define nextOpDirect() jumpOpDirect(_pc)
#endif

#endif

/*
 * What the ports for Armv6-M and Armv7-M have in common: wasm3's header of linear memory is in a register of its own,
 * `_mem`, and no argument of an operation, so that the others travel in r0 to r3.
 */
#ifndef PORT_ARM_H
#define PORT_ARM_H

#include "m3_core.h"

#define PORT_MAYBE_UNUSED __attribute__((unused))

#define m3MemData(mem) ((u8 *) (((M3MemoryHeader *) (mem)) + 1))
#define m3MemRuntime(mem) (((M3MemoryHeader *) (mem))->runtime)
#define m3MemInfo(mem) (&(((M3MemoryHeader *) (mem))->runtime->memory))

/* Every operation has all of them, and few use all. */
#define d_m3OpSig pc_t _pc PORT_MAYBE_UNUSED, m3stack_t _sp PORT_MAYBE_UNUSED, m3reg_t _r0 PORT_MAYBE_UNUSED
#define d_m3OpArgs _sp, _r0
#define d_m3OpAllArgs _pc, _sp, _r0
#define d_m3OpDefaultArgs 0

#define d_m3ClearRegisters _r0 = 0;

typedef m3ret_t (*IM3Operation)(d_m3OpSig);

#endif

/*
 * How wasm3's operations follow one another on Armv7-M and Armv8-M Mainline; takes the place of wasm3's
 * m3_exec_defs.h; port-armv7m.c belongs to it.
 *
 * An operation takes _pc, _sp, _mem and the 64-bit _r0. The procedure call standard passes four words in registers,
 * so that _r0 would go over the stack from every operation to the next. Here _mem stays in r8, which leaves r0 and r1
 * to _pc and _sp, and r2 and r3 to _r0.
 *
 * Every operation jumps to the next, so none needs what the one before had in other registers: the build lets
 * operations use ARMV7M_FREE_REGISTERS (CMakeLists.txt) without keeping them. No ordinary function may be compiled so.
 * Therefore operations have translation units of their own, port-armv7m.c, which defines ARMV7M_OPERATIONS, and
 * port-armv7m-floats.c, which defines ARMV7M_FLOAT_OPERATIONS; elsewhere this header declares them only. Nothing but armv7m_run calls them, and it keeps those registers and r8 for its
 * caller. What operations call keeps r8 for them, as the standard says.
 *
 * Source for the registers: Arm IHI 0042, "Procedure Call Standard for the Arm Architecture", 5.1.1, 5.5.
 */
#ifndef m3_exec_defs_h
#define m3_exec_defs_h

#if !defined(__thumb2__)
#error "This header is for Armv7-M and Armv8-M Mainline"
#endif

#include "port-arm.h"

#define d_m3RetSig static inline m3ret_t

#if defined(ARMV7M_OPERATIONS) || defined(ARMV7M_FLOAT_OPERATIONS)
register M3MemoryHeader *_mem __asm__("r8");
#else
extern M3MemoryHeader *_mem;
#endif

#ifdef ARMV7M_OPERATIONS
#define d_m3Op(NAME) m3ret_t op_##NAME(d_m3OpSig)
#else
/* What follows is the operation's body, which is not used here. */
#define d_m3Op(NAME) m3ret_t op_##NAME(d_m3OpSig); d_m3RetSig armv7m_elsewhere_##NAME(d_m3OpSig)
#endif

#define nextOpImpl() ((IM3Operation) (*_pc))(_pc + 1, d_m3OpArgs)

/* GCC jumps by way of ip, but would load the address to another register first. */
#define jumpOpDirect(PC)                                                                        \
    do {                                                                                        \
        const pc_t armv7m_pc = (pc_t) (PC);                                                     \
        register IM3Operation armv7m_next __asm__("ip") = (IM3Operation) *armv7m_pc;            \
        __asm__("" : "+r"(armv7m_next));                                                        \
        return armv7m_next(armv7m_pc + 1, d_m3OpArgs);                                          \
    } while (0)

#define nextOpDirect() jumpOpDirect(_pc)

/* Runs the operations from `pc` on, for callers that are no operations, and returns what the last one returned. */
m3ret_t armv7m_run(pc_t pc, m3stack_t stack, M3MemoryHeader *memory);

#define RunCode(PC, STACK, MEMORY, R0) armv7m_run(PC, STACK, MEMORY)

/* m3_exec.h defines Call(_pc, _sp, _r0) and calls Call(pc, stack, memory, r0): the memory is left out. */
#define Call(...) armv7m_pick(__VA_ARGS__, armv7m_leave_out, armv7m_call, ,)(__VA_ARGS__)
#define armv7m_pick(A, B, C, D, NAME, ...) NAME
#define armv7m_leave_out(PC, STACK, MEMORY, R0) armv7m_call(PC, STACK, R0)

#endif

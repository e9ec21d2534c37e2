/*
 * How wasm3's operations follow one another on Armv6-M; takes the place of wasm3's m3_exec_defs.h; port-armv6m.c
 * belongs to it.
 *
 * GCC makes no tail calls in Thumb-1 code: with wasm3's own header every operation would leave a frame on the C
 * stack until its loop iteration or function ends. Here an operation ends by setting the stack pointer back to
 * where it was before the first one, and jumping to the next. So however many operations run, they take the
 * stack of one. What nests (wasm3's Loop, Entry and Call) goes through armv6m_run, which takes 24 bytes and
 * traps when the stack is nearly used up.
 *
 * Registers while operations run:
 *   r0  pc of the next operation's immediates    r1  operand stack    r2, r3  wasm3's integer register
 *   r8  header of linear memory                  r9  stack pointer that every operation starts with
 *   r10 where an operation returns to that ends the run: a trap, a branch to a loop, the end of a function
 *   r11 interpreter_stack_limit, which the stack pointer may not be below where a run begins
 *   r4-r7 are free: an operation that jumps does not restore them; armv6m_run does, for who called it.
 *
 * Source for the registers: Arm IHI 0042, "Procedure Call Standard for the Arm Architecture", 5.1.1, 5.5.
 */
#ifndef m3_exec_defs_h
#define m3_exec_defs_h

#if !defined(__thumb__) || defined(__thumb2__) || !defined(__ARM_ARCH_6M__)
#error "This header is for Armv6-M"
#endif

#include "m3_core.h"
#include "aligned-copies.h"

#include "port-arm.h"

/*
 * C stack that must be left where a run begins: for one operation, the imports it calls, and an exception. A test
 * compares it with what the linked image may take.
 */
#define ARMV6M_RESERVE_BYTES 1024

register M3MemoryHeader *_mem __asm__("r8");
register uintptr_t armv6m_stack_base __asm__("r9");
register uintptr_t armv6m_end_of_run __asm__("r10");
register uintptr_t armv6m_stack_limit __asm__("r11");

/* float-operations.h and memory-operations.h have others in the place of some. */
#define d_m3RetSig static PORT_MAYBE_UNUSED m3ret_t
#define d_m3Op(NAME) d_m3RetSig op_##NAME(d_m3OpSig)

/* Runs the operations from `pc` on until one of them returns, and returns what it returned. */
m3ret_t armv6m_run(pc_t pc, m3stack_t stack, m3reg_t r0);

/* The same for callers that are no operations: sets the registers up. */
m3ret_t armv6m_begin(pc_t pc, m3stack_t stack, M3MemoryHeader *memory);

#define nextOpImpl() armv6m_run(_pc, _sp, _r0)
#define RunCode(PC, STACK, MEMORY, R0) armv6m_begin(PC, STACK, MEMORY)

/* m3_exec.h defines Call(pc, stack, r0), which is not used, and calls Call(pc, stack, memory, r0). */
#define Call(...) armv6m_pick(__VA_ARGS__, armv6m_call, armv6m_call_unused, ,)(__VA_ARGS__)
#define armv6m_pick(A, B, C, D, NAME, ...) NAME
#define armv6m_call(PC, STACK, MEMORY, R0) armv6m_run(PC, STACK, 0)

#define jumpOpDirect(PC)                                                                    \
    do                                                                                      \
    {                                                                                       \
        register pc_t armv6m_pc __asm__("r0") = (pc_t) (PC);                                \
        register m3stack_t armv6m_sp __asm__("r1") = _sp;                                   \
        register m3reg_t armv6m_r0 __asm__("r2") = _r0;                                     \
        __asm__ volatile("mov sp, r9\n"                                                     \
                         "ldm r0!, {r4}\n"                                                  \
                         "mov lr, r10\n"                                                    \
                         "bx r4"                                                            \
                         : : "r"(armv6m_pc), "r"(armv6m_sp), "r"(armv6m_r0), "r"(_mem) : "memory"); \
        __builtin_unreachable();                                                            \
    } while (0)

#define nextOpDirect() jumpOpDirect(_pc)

#endif

/*
 * How wasm3's operations follow one another on Armv7-M and Armv8-M Mainline; takes the place of wasm3's
 * m3_exec_defs.h. Force-included when wasm3 is compiled.
 *
 * An operation takes _pc, _sp, _mem and the 64-bit _r0. The procedure call standard passes four words in registers,
 * so that _r0 would go over the stack from every operation to the next. Here _mem stays in r8, which leaves r0 and r1
 * to _pc and _sp, and r2 and r3 to _r0. Other code keeps r8 for its caller; RunCode keeps it for wasm3's.
 *
 * Every operation jumps to the next, so none needs what the one before had in other registers. Where this header is
 * included for wasm3's compiler and operations (ARMV7M_OPERATIONS), the build lets them use r4, r5 and r6 without
 * keeping them (-fcall-used-r4 ...): armv7m_run keeps them for all operations, and what other files call of the
 * compiler is entered by way of code that does.
 *
 * Source for the registers: Arm IHI 0042, "Procedure Call Standard for the Arm Architecture", 5.1.1, 5.5.
 */
#ifndef m3_exec_defs_h
#define m3_exec_defs_h

#if !defined(__thumb2__)
#error "This header is for Armv7-M and Armv8-M Mainline"
#endif

#include "m3_core.h"

#define m3MemData(mem) ((u8 *) (((M3MemoryHeader *) (mem)) + 1))
#define m3MemRuntime(mem) (((M3MemoryHeader *) (mem))->runtime)
#define m3MemInfo(mem) (&(((M3MemoryHeader *) (mem))->runtime->memory))

register M3MemoryHeader *_mem __asm__("r8");

#if d_m3HasFloat
#define d_m3OpSig pc_t _pc, m3stack_t _sp, m3reg_t _r0, f64 _fp0
#define d_m3OpArgs _sp, _r0, _fp0
#define d_m3OpAllArgs _pc, _sp, _r0, _fp0
#define d_m3OpDefaultArgs 0, 0.
#define d_m3ClearRegisters _r0 = 0; _fp0 = 0.;
#else
#define d_m3OpSig pc_t _pc, m3stack_t _sp, m3reg_t _r0
#define d_m3OpArgs _sp, _r0
#define d_m3OpAllArgs _pc, _sp, _r0
#define d_m3OpDefaultArgs 0
#define d_m3ClearRegisters _r0 = 0;
#endif

typedef m3ret_t (*IM3Operation)(d_m3OpSig);

#define d_m3RetSig static inline m3ret_t
#define d_m3Op(NAME) d_m3RetSig op_##NAME(d_m3OpSig)

#define nextOpImpl() ((IM3Operation) (*_pc))(_pc + 1, d_m3OpArgs)
#define jumpOpImpl(PC) ((IM3Operation) (*PC))(PC + 1, d_m3OpArgs)
#define nextOpDirect() return nextOpImpl()
#define jumpOpDirect(PC) return jumpOpImpl((pc_t) (PC))

/* Runs the operations from `pc` on, for callers that are no operations. */
static inline m3ret_t armv7m_run(pc_t pc, m3stack_t stack, M3MemoryHeader *memory)
{
    M3MemoryHeader *const before = _mem;
    _mem = memory;
    const m3ret_t result = ((IM3Operation) (*pc))(pc + 1, stack, d_m3OpDefaultArgs);
    __asm__ volatile("" : : : "r4", "r5", "r6");
    _mem = before;
    return result;
}

#define RunCode(PC, STACK, MEMORY, ...) armv7m_run(PC, STACK, MEMORY)

/* m3_exec.h defines Call(_pc, _sp, registers) and calls Call(pc, stack, memory, registers): the memory is left out. */
#define Call(...) ARMV7M_CALL(__VA_ARGS__)
#if d_m3HasFloat
#define ARMV7M_CALL(...) ARMV7M_PICK(__VA_ARGS__, armv7m_leave_out, armv7m_call, , , )(__VA_ARGS__)
#define ARMV7M_PICK(A, B, C, D, E, NAME, ...) NAME
#else
#define ARMV7M_CALL(...) ARMV7M_PICK(__VA_ARGS__, armv7m_leave_out, armv7m_call, , )(__VA_ARGS__)
#define ARMV7M_PICK(A, B, C, D, NAME, ...) NAME
#endif
#define armv7m_leave_out(PC, STACK, MEMORY, ...) armv7m_call(PC, STACK, __VA_ARGS__)

#ifdef ARMV7M_OPERATIONS
/* NAME, for other files: NAME_within, with r4, r5 and r6 kept. It has at most four words of arguments. */
#define ARMV7M_ENTRY(NAME)                                                                      \
    __asm__(".syntax unified\n.thumb\n.pushsection .text." #NAME ", \"ax\", %progbits\n"                                \
            ".global " #NAME "\n.type " #NAME ", %function\n.thumb_func\n"                      \
            #NAME ":\n"                                                                         \
            "push {r4, r5, r6, lr}\n"                                                           \
            "bl " #NAME "_within\n"                                                             \
            "pop {r4, r5, r6, pc}\n"                                                            \
            ".popsection")
ARMV7M_ENTRY(CompileFunction);
ARMV7M_ENTRY(CompileBlock);
ARMV7M_ENTRY(CompileRawFunction);
#define CompileFunction CompileFunction_within
#define CompileBlock CompileBlock_within
#define CompileRawFunction CompileRawFunction_within
#endif

#endif

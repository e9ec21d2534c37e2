/* wasm3's operations on Armv7-M and Armv8-M Mainline, and where they are entered; port-armv7m.h says how. */
#ifdef __thumb2__
#define ARMV7M_OPERATIONS
#define INTERPRETER_OPERATIONS_ONLY
#include "../runtime/interpreter.c"

/*
 * d8 and d9 are the registers of floats (port-armv7m-floats.c), which callers may rely on: the standard has s16 to s31 kept
 * (5.1.2). Where this file is compiled without the floating-point unit, so is all that may call it (WASMOTE_FPU), and
 * nothing but those operations uses the unit.
 */
#ifdef __ARM_FP
#define ARMV7M_KEEP_FLOATS "vpush {d8-d9}\n"
#define ARMV7M_RESTORE_FLOATS "vpop {d8-d9}\n"
#else
#define ARMV7M_KEEP_FLOATS ""
#define ARMV7M_RESTORE_FLOATS ""
#endif

/* r4 to r11 and lr: nine words, and one that keeps the stack aligned to eight bytes. */
__attribute__((naked, noinline)) m3ret_t armv7m_run(pc_t pc PORT_MAYBE_UNUSED, m3stack_t stack PORT_MAYBE_UNUSED,
    M3MemoryHeader *memory PORT_MAYBE_UNUSED)
{
    __asm__("push {r3-r11, lr}\n"
            ARMV7M_KEEP_FLOATS
            "mov r8, r2\n"
            "movs r2, #0\n"
            "movs r3, #0\n"
            "ldr r4, [r0], #4\n"
            "blx r4\n"
            ARMV7M_RESTORE_FLOATS
            "pop {r3-r11, pc}");
}
#endif

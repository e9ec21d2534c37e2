/* Where runs of wasm3's operations begin and end on Armv6-M; port-armv6m.h says how. */
#ifdef __ARM_ARCH_6M__
#include "processor.h"

#define TEXT(value) #value
#define VALUE(name) TEXT(name)
__asm__(".global armv6m_reserve_bytes\n"
        ".set armv6m_reserve_bytes, " VALUE(ARMV6M_RESERVE_BYTES));

/* A run takes 24 bytes of the stack. The operations return to 1:, with the stack as it was at the run's start. */
__attribute__((naked, noinline)) m3ret_t armv6m_run(pc_t pc PORT_MAYBE_UNUSED, m3stack_t stack PORT_MAYBE_UNUSED,
    m3reg_t r0 PORT_MAYBE_UNUSED)
{
    __asm__("push {r4, r5, r6, r7, lr}\n"
            "mov r4, r9\n"
            "push {r4}\n"
            "cmp r11, sp\n"
            "bhi 2f\n"
            "mov r9, sp\n"
            "ldr r4, =1f + 1\n"
            "mov r10, r4\n"
            "mov lr, r4\n"
            "ldm r0!, {r4}\n"
            "bx r4\n"
            "2:\n"
            "ldr r0, =m3Err_trapStackOverflow\n"
            "ldr r0, [r0]\n"
            ".align 1\n"
            "1:\n"
            "pop {r4}\n"
            "mov r9, r4\n"
            "pop {r4, r5, r6, r7, pc}\n"
            ".ltorg");
}

__attribute__((naked, noinline)) m3ret_t armv6m_begin(pc_t pc PORT_MAYBE_UNUSED, m3stack_t stack PORT_MAYBE_UNUSED,
    M3MemoryHeader *memory PORT_MAYBE_UNUSED)
{
    __asm__("push {r4, r5, r6, lr}\n"
            "mov r3, r11\n"
            "mov r4, r8\n"
            "mov r5, r9\n"
            "mov r6, r10\n"
            "push {r3, r4, r5, r6}\n"
            "ldr r3, =interpreter_stack_limit\n"
            "ldr r3, [r3]\n"
            "mov r11, r3\n"
            "mov r8, r2\n"
            "movs r2, #0\n"
            "movs r3, #0\n"
            "bl armv6m_run\n"
            "pop {r3, r4, r5, r6}\n"
            "mov r11, r3\n"
            "mov r8, r4\n"
            "mov r9, r5\n"
            "mov r10, r6\n"
            "pop {r4, r5, r6, pc}\n"
            ".ltorg");
}
#endif

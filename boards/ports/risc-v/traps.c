/*
 * Start-up and guarded calls on RV32 in machine mode. Source: RISC-V Instruction Set Manual, volume II, 3.1
 * (machine-level CSRs), 3.7 (physical memory protection).
 *
 * A piece of RAM below the stack may not be touched, so that the stack's overflow traps. Traps are handled on
 * the stack's upper end: what was there is given up.
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "../port.h"
#include "risc_v.h"

/* Symbols of the linker script. */
extern uint8_t __stack_guard[];
extern uint32_t __data_start[], __data_end[], __data_source[], __bss_start[], __bss_end[];

int main(void);

enum { guardBytes = 256, pmpNapotLocked = 0x98, mstatusMie = 8, causeIsInterrupt = 1u << 31 };

static jmp_buf guard;
static volatile bool guarded;
static volatile guard_result ended;

__attribute__((noreturn, used)) static void start(void)
{
    for (uint32_t *to = __data_start, *from = __data_source; to < __data_end;) *to++ = *from++;
    for (uint32_t *to = __bss_start; to < __bss_end;) *to++ = 0;

    const uint32_t napot = (uint32_t) (uintptr_t) __stack_guard >> 2 | (guardBytes / 8 - 1);
    __asm__ volatile("csrw pmpaddr0, %0\n"
                     "csrw pmpcfg0, %1" : : "r"(napot), "r"(pmpNapotLocked));
    main();
    port_reset();
}

__attribute__((noreturn, used)) static void on_trap(uint32_t cause)
{
    if (!guarded) port_reset();
    ended = cause & causeIsInterrupt ? guardLimit : guardFault;
    longjmp(guard, 1);
}

/* Not static: a core that knows vectored traps only has a table of jumps to it in its port. */
void trap_entry(void);

__attribute__((naked, aligned(4))) void trap_entry(void)
{
    __asm__("la sp, __stack_end\n"
            "csrr a0, mcause\n"
            "j on_trap");
}

__attribute__((naked, noreturn, section(".reset"))) void reset_handler(void)
{
    __asm__(".option push\n"
            ".option norelax\n"
            "la gp, __global_pointer$\n"
            ".option pop\n"
            "la sp, __stack_end\n"
            "la t0, %0\n"
            "csrw mtvec, t0\n"
            "j start" : : "i"(trap_entry));
}

guard_result port_guarded_call(void (*function)(void *), void *argument, uint64_t limit)
{
    ended = guardReturned;
    if (setjmp(guard) == 0)
    {
        guarded = true;
        risc_v_start_limit(limit);
        __asm__ volatile("csrs mstatus, %0" : : "r"(mstatusMie));
        function(argument);
    }
    __asm__ volatile("csrc mstatus, %0" : : "r"(mstatusMie));
    risc_v_end_limit();
    guarded = false;
    return ended;
}

__attribute__((naked)) void port_call_on_stack(void (*function)(void *), void *argument, void *stackEnd)
{
    (void) function, (void) argument, (void) stackEnd;
    __asm__("addi sp, sp, -16\n"
            "sw ra, 12(sp)\n"
            "sw s0, 8(sp)\n"
            "mv s0, sp\n"
            "mv sp, a2\n"
            "mv t0, a0\n"
            "mv a0, a1\n"
            "jalr t0\n"
            "mv sp, s0\n"
            "lw s0, 8(sp)\n"
            "lw ra, 12(sp)\n"
            "addi sp, sp, 16\n"
            "ret");
}

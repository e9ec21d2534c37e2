/*
 * Vectors, start-up, guarded calls and their limit on Cortex-M. Sources: Armv7-M Architecture Reference Manual,
 * B1.5 (exceptions), B3.2.5 (VTOR), B3.2.20 (CPACR), B3.2.22 (FPCCR), B3.3 (SysTick); Armv6-M Architecture Reference Manual, B1.5, B3.3.
 *
 * Programs run on the process stack, which lies at the start of RAM: what overflows it meets addresses where no
 * memory is. Exceptions have a stack of their own, so the fault that follows can be handled.
 */
#include <setjmp.h>
#include <stdint.h>

#include "../port.h"
#include "cortex_m.h"
#include "../watchdog.h"

/* Symbols of the linker script. */
extern uint8_t __stack_end[], __exception_stack_end[];
extern uint32_t __data_start[], __data_end[], __data_source[], __bss_start[], __bss_end[];

int main(void);

#define SYST_CSR (*(volatile uint32_t *) 0xe000e010)
#define SYST_RVR (*(volatile uint32_t *) 0xe000e014)
#define SYST_CVR (*(volatile uint32_t *) 0xe000e018)
#define VTOR (*(volatile uint32_t *) 0xe000ed08)
#define AIRCR (*(volatile uint32_t *) 0xe000ed0c)

enum { systEnable = 1, systInterrupt = 2, systProcessorClock = 4, systMost = 0xffffff };

static jmp_buf guard;
static volatile bool guarded;
static volatile guard_result ended;
static volatile uint64_t ticksLeft;     /* after the ones that SysTick is counting */

/* Of the floating-point unit, or of the vector unit that has its registers. */
#if defined(BOARD_FPU) || defined(BOARD_MVE)
#define CPACR (*(volatile uint32_t *) 0xe000ed88)
#define FPCCR (*(volatile uint32_t *) 0xe000ef34)

enum { cpacrFullAccess = 0xf << 20 };
#define FPCCR_SAVES 0xc0000000u     /* ASPEN, LSPEN */

/*
 * Floating-point numbers as IEEE 754 has them: to nearest, with subnormal numbers. Of vectors all elements take part: no
 * loop's tail (LTPSIZE is 4) and no block (VPR) has predicated any.
 */
static void reset_floats(void)
{
#ifdef BOARD_MVE
    __asm__ volatile(".arch_extension mve\n"
                     "vmsr fpscr, %0\n"
                     "vmsr vpr, %1" : : "r"(4 << 16), "r"(0));
#else
    __asm__ volatile(".fpu vfpv3-d16\n"
                     "vmsr fpscr, %0\n"
                     ".fpu softvfp" : : "r"(0));
#endif
}

/*
 * Turns the floating-point unit on. Exceptions save nothing of it, so that their frames have one size: handlers are compiled
 * without it.
 */
static void enable_fpu(void)
{
    CPACR |= cpacrFullAccess;
    __asm__ volatile("dsb\n"
                     "isb" : : : "memory");
    FPCCR &= ~FPCCR_SAVES;
    reset_floats();
}
#else
static void reset_floats(void) {}
static void enable_fpu(void) {}
#endif

extern const void *const vectors[];

/* A boot loader in ROM or in flash may have left its own vectors in use. */
__attribute__((noreturn, used)) static void start(void)
{
    VTOR = (uint32_t) (uintptr_t) vectors;
    enable_fpu();
    for (uint32_t *to = __data_start, *from = __data_source; to < __data_end;) *to++ = *from++;
    for (uint32_t *to = __bss_start; to < __bss_end;) *to++ = 0;
    main();
    port_reset();
}

__attribute__((naked, noreturn)) void reset_handler(void)
{
    __asm__("ldr r0, =__stack_end\n"
            "msr psp, r0\n"
            "movs r0, #2\n"
            "msr control, r0\n"
            "isb\n"
            "ldr r0, =start\n"
            "bx r0\n"
            ".ltorg");
}

/* As long as the limit is not reached, the watchdog waits. */
static void count_next_ticks(void)
{
    const uint32_t ticks = ticksLeft > systMost ? systMost : (uint32_t) ticksLeft;
    ticksLeft -= ticks;
    port_watchdog_feed();
    SYST_RVR = ticks;
    SYST_CVR = 0;
}

__attribute__((noreturn)) static void give_up(void)
{
    reset_floats();
    longjmp(guard, 1);
}

/* Lets the exception return to give_up, on a process stack that has room again. */
static void return_to_give_up(guard_result result)
{
    uint32_t *frame = (uint32_t *) ((uintptr_t) __stack_end - 32);
    SYST_CSR = 0;
    ended = result;
    frame[6] = (uint32_t) (uintptr_t) give_up & ~1u;    /* program counter */
    frame[7] = 0x01000000;                              /* Thumb state, no interrupted instruction */
    __asm__ volatile("msr psp, %0" : : "r"(frame));
}

static void fault_handler(void)
{
    cortex_m_clear_faults();
    if (!guarded) port_reset();
    return_to_give_up(guardFault);
}

__attribute__((weak)) bool cortex_m_take_nmi(void)
{
    return false;
}

static void nmi_handler(void)
{
    if (!cortex_m_take_nmi()) fault_handler();
}

static void systick_handler(void)
{
    if (ticksLeft > 0) count_next_ticks();
    else if (guarded) return_to_give_up(guardLimit);
}

guard_result port_guarded_call(void (*function)(void *), void *argument, uint64_t limit)
{
    ended = guardReturned;
    if (setjmp(guard) == 0)
    {
        guarded = true;
        ticksLeft = cortex_m_limit_ticks(limit);
        count_next_ticks();
        SYST_CSR = systEnable | systInterrupt | systProcessorClock;
        function(argument);
    }
    SYST_CSR = 0;
    guarded = false;
    return ended;
}

void cortex_m_wake_within(uint64_t units)
{
    if (units == UINT64_MAX)
    {
        SYST_CSR = 0;
        return;
    }
    const uint64_t ticks = cortex_m_limit_ticks(units);
    ticksLeft = 0;
    SYST_RVR = ticks > systMost ? systMost : (uint32_t) ticks;
    SYST_CVR = 0;
    SYST_CSR = systEnable | systInterrupt | systProcessorClock;
}

__attribute__((naked)) void port_call_on_stack(void (*function)(void *), void *argument, void *stackEnd)
{
    (void) function, (void) argument, (void) stackEnd;
    __asm__("push {r4, lr}\n"
            "mov r4, sp\n"
            "mov sp, r2\n"
            "mov r3, r0\n"
            "mov r0, r1\n"
            "blx r3\n"
            "mov sp, r4\n"
            "pop {r4, pc}");
}

_Noreturn void port_reset(void)
{
    cortex_m_before_reset();
    __asm__ volatile("dsb");
    AIRCR = 0x05fa0004;     /* SYSRESETREQ */
    for (;;) {}
}

__attribute__((section(".vectors"), used)) const void *const vectors[16] = {
    __exception_stack_end, reset_handler, nmi_handler, fault_handler, fault_handler, fault_handler, fault_handler,
    0, 0, 0, 0, fault_handler, fault_handler, 0, fault_handler, systick_handler,
};

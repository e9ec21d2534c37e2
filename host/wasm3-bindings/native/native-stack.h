/*
 * How much of this thread's C stack is left. wasm3 nests C frames for calls and loops of wasm code, so the
 * operations in interpreter.c compare the stack pointer with a limit.
 */
#ifndef WASM3_BINDINGS_NATIVE_STACK_H
#define WASM3_BINDINGS_NATIVE_STACK_H

#include <stdint.h>

/* What stays free below the limit, for imports that run JavaScript and for Node itself. */
#define NATIVE_STACK_RESERVE_BYTES (160 * 1024)

/* The stack pointer, or an address close to it. */
static inline uintptr_t native_stack_pointer(void)
{
    uintptr_t pointer;
#if defined(__x86_64__)
    __asm__("mov %%rsp, %0" : "=r"(pointer));
#elif defined(__aarch64__)
    __asm__("mov %0, sp" : "=r"(pointer));
#else
    pointer = (uintptr_t) __builtin_frame_address(0);
#endif
    return pointer;
}

/* The address below which wasm code must not push this thread's stack. */
uintptr_t native_stack_limit(void);

#endif

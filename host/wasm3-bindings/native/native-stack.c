#define _GNU_SOURCE
#include "native-stack.h"

#include <pthread.h>

/* glibc 2.34 moved these functions; by their older names a prebuilt addon loads on older ones as well. */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver pthread_getattr_np, pthread_getattr_np@GLIBC_2.2.5");
__asm__(".symver pthread_attr_getstack, pthread_attr_getstack@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver pthread_getattr_np, pthread_getattr_np@GLIBC_2.17");
__asm__(".symver pthread_attr_getstack, pthread_attr_getstack@GLIBC_2.17");
#endif

/* What is assumed to be free where the system does not tell. */
enum { fallbackBytes = 192 * 1024 };

/* The lowest address of this thread's stack; asked once for each thread. */
static uintptr_t lowest_address(void)
{
    static _Thread_local uintptr_t lowest;
    if (lowest) return lowest;

#if defined(__APPLE__)
    pthread_t self = pthread_self();
    lowest = (uintptr_t) pthread_get_stackaddr_np(self) - pthread_get_stacksize_np(self);
#elif defined(__linux__)
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0)
    {
        void *address;
        size_t size;
        if (pthread_attr_getstack(&attributes, &address, &size) == 0) lowest = (uintptr_t) address;
        pthread_attr_destroy(&attributes);
    }
#endif
    return lowest;
}

uintptr_t native_stack_limit(void)
{
    const uintptr_t lowest = lowest_address();
    return lowest ? lowest + NATIVE_STACK_RESERVE_BYTES : native_stack_pointer() - fallbackBytes;
}

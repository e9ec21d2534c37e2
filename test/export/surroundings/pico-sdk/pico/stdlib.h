#include <stdint.h>
#include <stdio.h>

#include "sample.h"

static inline void stdio_init_all(void) {}
static inline void sleep_ms(uint32_t milliseconds) { (void) milliseconds; }
static inline int usb_byte(void)
{
    const int byte = sample_next();
    if (byte < 0) sample_end();
    return byte;
}
#undef getchar
#define getchar usb_byte

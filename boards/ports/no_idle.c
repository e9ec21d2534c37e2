#include "idle.h"

__attribute__((weak)) void port_wake_within(uint64_t units)
{
    (void) units;
}

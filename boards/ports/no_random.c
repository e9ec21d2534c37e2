#include "random.h"

__attribute__((weak)) bool port_random(uint8_t *bytes, uint32_t length)
{
    (void) bytes, (void) length;
    return false;
}

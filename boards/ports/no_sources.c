#include "sources.h"

#include <stddef.h>

__attribute__((weak)) const source *port_source(uint32_t index)
{
    (void) index;
    return NULL;
}

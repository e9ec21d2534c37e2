#include <stddef.h>

#include "actions.h"
#include "sources.h"

__attribute__((weak)) const source *own_source(uint32_t index)
{
    (void) index;
    return NULL;
}

__attribute__((weak)) const action *own_action(uint32_t index)
{
    (void) index;
    return NULL;
}

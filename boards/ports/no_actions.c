#include "actions.h"

#include <stddef.h>

__attribute__((weak)) const action *port_action(uint32_t index)
{
    (void) index;
    return NULL;
}

/* Memory for uploads, where no engine has any to lend. */
#include <assert.h>

#include "store/slots.h"

static _Alignas(8) uint8_t memory[2048];
static bool isLent;

void *engine_lend(uint32_t bytes)
{
    assert(!isLent && bytes <= sizeof memory);
    isLent = true;
    return memory;
}

void engine_take_back(void)
{
    assert(isLent);
    isLent = false;
}

void engine_call_on_memory(void (*function)(void *), void *argument)
{
    function(argument);
}

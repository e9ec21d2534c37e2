/* A port's calls where there is no processor to guard them with: the function is called. Of the probe, and of tests on computers. */
#include "../ports/port.h"

guard_result port_guarded_call(void (*function)(void *), void *argument, uint64_t limit)
{
    (void) limit;
    function(argument);
    return guardReturned;
}

void port_call_on_stack(void (*function)(void *), void *argument, void *stackEnd)
{
    (void) stackEnd;
    function(argument);
}

#include "accelerator_imports.h"

#include <string.h>

#include "../accelerators/accelerators.h"
#include "m3_env.h"

/* Hands a call over: its one argument is at the start of the stack. */
static __attribute__((noinline, unused)) const void *hand(IM3Runtime runtime, IM3ImportContext context, uint64_t *stack, void *memory,
                                                  bool (*accelerator)(parameters *, uint32_t))
{
    parameters from = { context->userdata, memory, m3_GetMemorySize(runtime), NULL };
    return accelerator(&from, *(const uint32_t *) stack) ? m3Err_none : m3Err_trapOutOfBoundsMemoryAccess;
}

#define IMPORT(NAME, BIT)                                                                       \
    static m3ApiRawFunction(NAME)                                                               \
    {                                                                                           \
        return hand(runtime, _ctx, _sp, _mem, wasmote_##NAME);                                  \
    }
WASMOTE_ACCELERATORS(IMPORT)

#define ENTRY(NAME, BIT) { #NAME, BIT, NAME },
const wasmote_accelerator wasmote_accelerators[] = { WASMOTE_ACCELERATORS(ENTRY) { NULL, 0, NULL } };

bool wasmote_has_accelerator(const uint8_t *name, uint32_t length)
{
    static const char module[] = WASMOTE_ACCELERATOR_MODULE ".";
    const uint32_t prefix = sizeof module - 1;
    if (length < prefix || memcmp(module, name, prefix) != 0) return false;
    for (const wasmote_accelerator *each = wasmote_accelerators; each->name; each++)
        if (strlen(each->name) == length - prefix && memcmp(each->name, name + prefix, length - prefix) == 0) return true;
    return false;
}

uint32_t wasmote_link_accelerators(IM3Module module, const wasmote_section *weights)
{
    uint32_t bits = 0;
    IM3Global global = m3_FindGlobal(module, WASMOTE_ACCELERATOR_GLOBAL);
    if (!global || global->type != c_m3Type_i32 || !global->isMutable) return 0;

    for (const wasmote_accelerator *each = wasmote_accelerators; each->name; each++)
    {
        const M3Result result = m3_LinkRawFunctionEx(module, WASMOTE_ACCELERATOR_MODULE, each->name,
                                                     WASMOTE_ACCELERATOR_SIGNATURE, each->call, weights);
        if (!result) bits |= each->bit;
    }
    global->i32Value = (int32_t) bits;
    return bits;
}

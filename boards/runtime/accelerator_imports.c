#include "accelerator_imports.h"

#include <string.h>

#include "../accelerators/accelerators.h"
#include "m3_env.h"

/* Hands a call over: its one argument is at the start of the stack, and in front of linear memory is its header. */
static __attribute__((noinline, unused)) const void *hand(IM3ImportContext context, const uint64_t *stack, void *memory,
                                                  bool (*accelerator)(parameters *, uint32_t))
{
    const uint32_t offset = *(const uint32_t *) stack;
    parameters from = { context->userdata, memory, (uint32_t) ((const M3MemoryHeader *) memory)[-1].length, NULL };
    return accelerator(&from, offset) ? m3Err_none : m3Err_trapOutOfBoundsMemoryAccess;
}

#define IMPORT(NAME, BIT)                                                                       \
    static m3ApiRawFunction(NAME)                                                               \
    {                                                                                           \
        (void) runtime;                                                                         \
        return hand(_ctx, _sp, _mem, wasmote_##NAME);                                           \
    }
WASMOTE_ACCELERATORS(IMPORT)

#define ENTRY(NAME, BIT) { #NAME, BIT, NAME },
const wasmote_accelerator wasmote_accelerators[] = { WASMOTE_ACCELERATORS(ENTRY) { NULL, 0, NULL } };

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

#include "accelerators.h"

#include "m3_env.h"

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

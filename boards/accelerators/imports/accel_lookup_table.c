#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

bool wasmote_accel_lookup_table(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, lookupTableParameters)) return false;
    if (!parameters_within(from, lookupTableElements, 1, 0, INT32_MAX)) return false;
    const int32_t elements = parameter(from, lookupTableElements);
    const uint8_t *const input = parameter_memory(from, lookupTableInput, (uint32_t) elements);
    uint8_t *const output = parameter_memory(from, lookupTableOutput, (uint32_t) elements);
    const uint8_t *const table = parameter_weights(from, lookupTableWeights, 256);
    if (!input || !output || !table) return false;
    wasmote_lookup_table(input, output, elements, table);
    return true;
}

#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

bool wasmote_accel_softmax_s8(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, softmaxParameters)) return false;
    if (!parameters_within(from, softmaxEntries, 1, 1, 256) || !parameters_within(from, softmaxRows, 2, 1, INT32_MAX)) return false;

    softmax_operation of = {
        .entries = parameter(from, softmaxEntries),
        .rows = parameter(from, softmaxRows),
        .depth = parameter(from, softmaxDepth),
    };
    const uint64_t length = (uint64_t) of.rows * of.depth;
    of.input = parameter_memory(from, softmaxInput, length);
    of.output = parameter_memory(from, softmaxOutput, length);
    of.exponentials = parameter_weights(from, softmaxWeights, 4ull * of.entries);
    if (!of.input || !of.output || !of.exponentials) return false;
    wasmote_softmax_s8(&of);
    return true;
}

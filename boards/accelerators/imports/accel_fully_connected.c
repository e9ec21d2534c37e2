#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"
#include "stored_tiles.h"

/* Inlined twice: of small layers, what is asked of the parameters is a good part. */
static inline __attribute__((always_inline)) bool run_fully_connected(const parameters *from, int32_t storage)
{
    if (storage != storedAsComputed && !is_known_narrow(storage)) return false;
    if (!parameters_within(from, fullyConnectedRows, 3, 1, INT32_MAX) || !parameters_within(from, fullyConnectedInputs, 1, 1, acceleratorMaxDepth)) return false;
    if (!parameters_within(from, fullyConnectedOutputZeroPoint, 1, -128, 127) || !parameters_are_range(from, fullyConnectedLow)) return false;

    fully_connected_operation of = {
        .scratchBytes = (uint32_t) parameter(from, fullyConnectedScratchBytes),
        .storage = storage,
        .rows = parameter(from, fullyConnectedRows),
        .inputs = parameter(from, fullyConnectedInputs),
        .outputs = parameter(from, fullyConnectedOutputs),
        .outputZeroPoint = parameter(from, fullyConnectedOutputZeroPoint),
        .low = parameter(from, fullyConnectedLow),
        .high = parameter(from, fullyConnectedHigh),
    };
    of.input = parameter_memory(from, fullyConnectedInput, (uint64_t) of.rows * of.inputs);
    of.output = parameter_memory(from, fullyConnectedOutput, (uint64_t) of.rows * of.outputs);
    of.scratch = parameter_memory(from, fullyConnectedScratch, of.scratchBytes);
    of.table = wasmote_read_stored_tiles(from, fullyConnectedWeights, (uint64_t) of.outputs, (uint64_t) of.inputs, storage);
    if (!of.input || !of.output || !of.scratch || ((uintptr_t) of.scratch & 3) || !of.table) return false;
    if (is_narrow(storage) && of.scratchBytes < roundWeights) return false;
    of.weights = (const int8_t *) of.table + (is_narrow(storage) ? table_bytes(storage) : 0);
    wasmote_fully_connected_s8(&of);
    return true;
}

bool wasmote_accel_fully_connected_s8(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, fullyConnectedParameters) && run_fully_connected(from, storedAsComputed);
}

bool wasmote_accel_stored_fully_connected_s8(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, storedFullyConnectedParameters)
        && run_fully_connected(from, parameter(from, storedFullyConnectedStorage));
}

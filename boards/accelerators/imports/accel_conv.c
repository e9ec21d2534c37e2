#include "stored_tiles.h"
#include "windows.h"

static __attribute__((noinline)) bool run_conv(const parameters *from, int32_t storage)
{
    window_operation of;
    if (storage != storedAsComputed && !is_known_narrow(storage)) return false;
    if (!wasmote_read_window(from, &of) || !wasmote_read_output(from, &of, (uint64_t) of.outputs)) return false;

    const uint64_t depth = (uint64_t) of.filterHeight * of.filterWidth * of.inputChannels;
    if (depth > acceleratorMaxDepth || of.scratchBytes < wasmote_conv_scratch_bytes((uint32_t) depth, storage)) return false;
    of.storage = storage;
    of.table = wasmote_read_stored_tiles(from, windowWeights, (uint64_t) of.outputs, depth, storage);
    if (!of.table) return false;
    of.weights = (const int8_t *) of.table + table_bytes(storage);
    wasmote_conv_s8(&of);
    return true;
}

bool wasmote_accel_conv_s8(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, windowParameters) && run_conv(from, storedAsComputed);
}

bool wasmote_accel_stored_conv_s8(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, storedWindowParameters)
        && run_conv(from, parameter(from, storedWindowStorage));
}

#include "pools.h"

bool wasmote_accel_max_pool_s8(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, poolParameters) && wasmote_run_pool(from, 1, acceleratorMaxWindow, wasmote_max_pool_s8);
}

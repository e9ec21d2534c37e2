#include "pools.h"

bool wasmote_accel_average_pool_s8(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, poolParameters) && wasmote_run_pool(from, 1, acceleratorMaxWindow, wasmote_average_pool_s8);
}

bool wasmote_accel_average_pool_s16(parameters *from, uint32_t offset)
{
    return parameters_open(from, offset, poolParameters) && wasmote_run_pool(from, 2, maxWidePool, wasmote_average_pool_s16);
}

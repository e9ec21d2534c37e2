#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

bool wasmote_accel_add_s8(parameters *from, uint32_t offset)
{
    if (!parameters_open(from, offset, addParameters)) return false;
    if (!parameters_within(from, addLength, 1, 0, INT32_MAX) || !parameters_within(from, addWideZeroPoint, 2, -128, 127)) return false;
    if (!parameters_within(from, addWideSign, 2, -1, 1)) return false;
    if (!parameters_within(from, addNarrowMultiplier, 1, 0, INT32_MAX) || !parameters_within(from, addMultiplier, 1, 0, INT32_MAX)) return false;
    if (!parameters_within(from, addNarrowShift, 1, 0, 31) || !parameters_within(from, addShift, 1, 1, 31)) return false;
    if (!parameters_within(from, addOutputZeroPoint, 1, -128, 127) || !parameters_are_range(from, addLow)) return false;

    const add_operation of = {
        .length = parameter(from, addLength),
        .wide = parameter_memory(from, addWide, (uint32_t) parameter(from, addLength)),
        .narrow = parameter_memory(from, addNarrow, (uint32_t) parameter(from, addLength)),
        .output = parameter_memory(from, addOutput, (uint32_t) parameter(from, addLength)),
        .wideZeroPoint = parameter(from, addWideZeroPoint),
        .narrowZeroPoint = parameter(from, addNarrowZeroPoint),
        .wideSign = parameter(from, addWideSign),
        .narrowSign = parameter(from, addNarrowSign),
        .narrowMultiplier = parameter(from, addNarrowMultiplier),
        .narrowShift = parameter(from, addNarrowShift),
        .multiplier = parameter(from, addMultiplier),
        .shift = parameter(from, addShift),
        .outputZeroPoint = parameter(from, addOutputZeroPoint),
        .low = parameter(from, addLow),
        .high = parameter(from, addHigh),
    };
    if (!of.wide || !of.narrow || !of.output) return false;
    wasmote_add_s8(&of);
    return true;
}

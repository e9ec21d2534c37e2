#include "../../abi/abi.h"
#include "../accelerators.h"
#include "../kernels.h"

/* The product of parameters from that number on, or 0 where it is beyond int32. */
static uint64_t elements_of(const parameters *from, uint32_t index, uint32_t count)
{
    uint64_t product = 1;
    for (; count > 0 && product > 0; count--, index++)
    {
        product *= (uint32_t) parameter(from, index);
        if (product > INT32_MAX) product = 0;
    }
    return product;
}

bool wasmote_accel_mean_s8(parameters *from, uint32_t offset)
{
    enum { mostElements = 1 << 23 };        /* of int8, whose sums are below 2^30 */
    if (!parameters_open(from, offset, meanParameters)) return false;
    if (!parameters_within(from, meanKept0, 5, 1, INT32_MAX) || !parameters_within(from, meanShift, 1, -30, 31)) return false;
    if (!parameters_within(from, meanZeroPoint, 1, -128, 127)) return false;
    if (!parameters_within(from, meanMultiplier, 1, 0, INT32_MAX)) return false;

    mean_operation of = {
        .kept0 = parameter(from, meanKept0),
        .reduced0 = parameter(from, meanReduced0),
        .kept1 = parameter(from, meanKept1),
        .reduced1 = parameter(from, meanReduced1),
        .kept2 = parameter(from, meanKept2),
        .offset = parameter(from, meanOffset),
        .multiplier = parameter(from, meanMultiplier),
        .shift = parameter(from, meanShift),
        .zeroPoint = parameter(from, meanZeroPoint),
    };
    const uint64_t inputs = elements_of(from, meanKept0, 5);
    if (inputs == 0 || (uint64_t) of.reduced0 * (uint64_t) of.reduced1 > mostElements) return false;
    of.input = parameter_memory(from, meanInput, inputs);
    of.output = parameter_memory(from, meanOutput, (uint64_t) of.kept0 * (uint64_t) of.kept1 * (uint64_t) of.kept2);
    if (!of.input || !of.output) return false;
    wasmote_mean_s8(&of);
    return true;
}

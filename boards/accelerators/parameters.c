#include "parameters.h"

#include <string.h>

static bool within(uint32_t offset, uint64_t bytes, uint32_t length)
{
    return offset <= length && bytes <= length - offset;
}

bool parameters_open(parameters *of, uint32_t offset, uint32_t count)
{
    const uint8_t *block = of->weights->bytes + offset;
    of->block = (const int32_t *) (const void *) block;
    return within(offset, 4ull * count, of->weights->length) && ((uintptr_t) block & 3) == 0;
}

float parameter_float(const parameters *of, uint32_t index)
{
    float value;
    memcpy(&value, &of->block[index], sizeof value);
    return value;
}

void *parameter_memory(const parameters *of, uint32_t index, uint64_t bytes)
{
    const uint32_t address = (uint32_t) parameter(of, index);
    return bytes <= INT32_MAX && within(address, bytes, of->memoryBytes) ? of->memory + address : NULL;
}

const void *parameter_weights(const parameters *of, uint32_t index, uint64_t bytes)
{
    const uint32_t offset = (uint32_t) parameter(of, index);
    const uint8_t *at = of->weights->bytes + offset;
    return within(offset, bytes, of->weights->length) && ((uintptr_t) at & 3) == 0 ? at : NULL;
}

bool parameters_within(const parameters *of, uint32_t index, uint32_t count, int32_t low, int32_t high)
{
    for (; count > 0; count--, index++)
    {
        const int32_t value = parameter(of, index);
        if (value < low || value > high) return false;
    }
    return true;
}

bool parameters_are_range(const parameters *of, uint32_t index)
{
    return parameters_within(of, index, 2, -128, 127) && parameter(of, index) <= parameter(of, index + 1);
}

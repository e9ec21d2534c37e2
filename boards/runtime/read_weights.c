#include "read_weights.h"

#include <string.h>

const void *wasmote_read_weights(IM3Runtime runtime, IM3ImportContext context, uint64_t *stack, void *memory)
{
    const wasmote_section *weights = context->userdata;
    const uint32_t destination = *(const uint32_t *) &stack[0];
    const uint32_t offset = *(const uint32_t *) &stack[1];
    const uint32_t length = *(const uint32_t *) &stack[2];

    if ((uint64_t) destination + length > m3_GetMemorySize(runtime)) return m3Err_trapOutOfBoundsMemoryAccess;
    if ((uint64_t) offset + length > weights->length) return m3Err_trapOutOfBoundsMemoryAccess;

    memcpy((uint8_t *) memory + destination, weights->bytes + offset, length);
    return m3Err_none;
}

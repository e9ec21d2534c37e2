/*
 * Parameters of an accelerator's call, and the checks of what they name. A block is constant: it lies in the weights
 * section, which nothing can write.
 */
#ifndef WASMOTE_ACCELERATORS_PARAMETERS_H
#define WASMOTE_ACCELERATORS_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../formats/custom_sections.h"

/* What a call works with: the model's weights and linear memory, and the block that parameters_open finds. */
typedef struct parameters
{
    const wasmote_section *weights;
    uint8_t *memory;
    uint32_t memoryBytes;
    const int32_t *block;
} parameters;

/*
 * Finds the block of `count` int32 that a call names. False where it is not within the weights section, or not aligned to 4
 * bytes.
 */
bool parameters_open(parameters *of, uint32_t offset, uint32_t count);

/* The parameter of that number. */
static inline int32_t parameter(const parameters *of, uint32_t index)
{
    return of->block[index];
}

float parameter_float(const parameters *of, uint32_t index);

/*
 * `bytes` of linear memory at a parameter's address, or NULL where they are not all in it, or so many that kernels, which
 * count in int32, could not name each.
 */
void *parameter_memory(const parameters *of, uint32_t index, uint64_t bytes);

/* `bytes` of the weights section at a parameter's offset, aligned to 4 bytes; NULL where they are not all in it. */
const void *parameter_weights(const parameters *of, uint32_t index, uint64_t bytes);

/* Whether all of `count` parameters from that number on lie within low..high. */
bool parameters_within(const parameters *of, uint32_t index, uint32_t count, int32_t low, int32_t high);

/* Whether the two from that number on are a range of int8. */
bool parameters_are_range(const parameters *of, uint32_t index);

#endif

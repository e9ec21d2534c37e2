/* Products of one row of inputs by a tile of 4 outputs. */
#ifndef WASMOTE_ACCELERATORS_FULLY_CONNECTED_H
#define WASMOTE_ACCELERATORS_FULLY_CONNECTED_H

#include "kernels.h"
#include "target.h"

/* Prepares the first groups of 4 inputs in scratch memory, where that pays; answers how many of the `groups`. */
uint32_t wasmote_widen(const fully_connected_operation *of, const int8_t *inputs, uint32_t groups);

/* Adds the products of prepared groups, one or more, or of groups as they are, to the sums of a tile's outputs. */
void wasmote_add_wide_groups(int32_t sums[4], const void *inputs, const int8_t *weights, uint32_t groups);
void wasmote_add_groups(int32_t sums[4], const int8_t *inputs, const int8_t *weights, uint32_t groups);

#if TARGET_HELIUM
/* All rows, with weights of 8 bits. */
void wasmote_multiply_whole_weights(const fully_connected_operation *of);
#endif

#endif

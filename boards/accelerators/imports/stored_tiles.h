/* Weights in tiles of 4 outputs, in as many bits as they are stored in. */
#ifndef WASMOTE_ACCELERATORS_IMPORTS_STORED_TILES_H
#define WASMOTE_ACCELERATORS_IMPORTS_STORED_TILES_H

#include "../kernels.h"
#include "../parameters.h"
#include "../stored_weights.h"

/*
 * Weights and constants of `channels` outputs with `depth` inputs each, stored so; the table that comes before them, if
 * there is one. NULL where they are not all in the weights section.
 */
const uint8_t *wasmote_read_stored_tiles(const parameters *from, uint32_t index, uint64_t channels, uint64_t depth, int32_t storage);

#endif

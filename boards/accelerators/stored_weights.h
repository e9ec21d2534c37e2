/*
 * Weights of fewer than 8 bits (host/lower/tiles.ts says how they lie), unpacked to int8 in rounds of 32: two groups of 4 inputs
 * by 4 outputs. Nothing here is checked.
 */
#ifndef WASMOTE_ACCELERATORS_STORED_WEIGHTS_H
#define WASMOTE_ACCELERATORS_STORED_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/wasmote_config.h"

/* Whether there are weights of fewer than 8 bits. */
#ifndef WASMOTE_NARROW_WEIGHTS
#define WASMOTE_NARROW_WEIGHTS 1
#endif

/* How weights lie in the weights section: numbers of weightStorages in host/abi. */
enum
{
    storedAsComputed, storedFloat16, storedInt8, storedInMemory,
    storedInt4, storedInt4Groups, storedTable16, storedTable4,
    roundWeights = 32
};

/* Whether weights have fewer than 8 bits. */
static inline bool is_narrow(int32_t storage)
{
    return WASMOTE_NARROW_WEIGHTS && storage > storedInMemory;
}

/* Whether it is the number of a storage of fewer than 8 bits. */
static inline bool is_known_narrow(int32_t storage)
{
    return is_narrow(storage) && storage <= storedTable4;
}

/* Weights, filled up as a storage has them. */
static inline uint64_t filled_weights(int32_t storage, uint64_t count)
{
    return is_narrow(storage) ? (count + roundWeights - 1) / roundWeights * roundWeights : count;
}

/* Bytes of what comes before the first tile. */
static inline uint32_t table_bytes(int32_t storage)
{
    return storage == storedTable16 ? 16 : storage == storedTable4 ? 32 : 0;
}

/* Bytes of a tile's `count` weights, filled up, as they are stored; `whole` bytes each where they are as computed. */
uint64_t wasmote_stored_bytes(int32_t storage, uint64_t count, uint32_t whole);

/*
 * Unpacks `rounds` rounds from number `first` on of a tile's `all` weights, filled up, which lie at `weights`; both are aligned to
 * 4 bytes. `table` is where the table lies.
 */
void wasmote_unpack(int32_t storage, const uint8_t *table, const uint8_t *weights, uint32_t all, uint32_t first, uint32_t rounds, int8_t *to);

#endif

#include "stored_tiles.h"

const uint8_t *wasmote_read_stored_tiles(const parameters *from, uint32_t index, uint64_t channels, uint64_t depth, int32_t storage)
{
    const uint64_t groups = (depth + 3) / 4 * tileGroupBytes;
    if (!is_narrow(storage)) return parameter_weights(from, index, (channels + 3) / 4 * (tileHeaderBytes + groups));
    const uint64_t weights = filled_weights(storage, groups);
    return parameter_weights(from, index, table_bytes(storage) + (channels + 3) / 4 * (tileHeaderBytes + wasmote_stored_bytes(storage, weights, 1)));
}

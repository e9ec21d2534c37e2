/* What pools share. */
#ifndef WASMOTE_ACCELERATORS_POOLS_H
#define WASMOTE_ACCELERATORS_POOLS_H

#include <stdint.h>

static inline int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t most(int32_t a, int32_t b) { return a > b ? a : b; }

#endif

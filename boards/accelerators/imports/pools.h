/* What the imports of pools share: the block that they read, and its checks. */
#ifndef WASMOTE_ACCELERATORS_IMPORTS_POOLS_H
#define WASMOTE_ACCELERATORS_IMPORTS_POOLS_H

#include "windows.h"

/* A pool of elements of 1 or 2 bytes, with windows of at most so many pixels, done by its kernel. */
bool wasmote_run_pool(const parameters *from, uint32_t elementBytes, uint64_t mostPixels, bool (*pool)(const pool_operation *));

#endif

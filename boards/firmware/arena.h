/*
 * The one arena: all RAM that is not static data or stack. wasm3 allocates from it, linear memory included.
 * Nothing else in the firmware allocates, so the arena can be emptied as a whole when a model is unloaded.
 */
#ifndef WASMOTE_ARENA_H
#define WASMOTE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* Frees everything. */
void arena_reset(void);

/* Bytes of the arena, headers of blocks included. */
uint32_t arena_bytes(void);

/* Bytes that are in use, headers included. */
uint32_t arena_used(void);

/* The most bytes that were in use at once since the last reset, headers included. */
uint32_t arena_peak(void);

/* True if an allocation has failed since the last reset. */
int arena_exhausted(void);

/* As calloc, realloc and free of the C library. Blocks are aligned to 8 bytes. */
void *arena_calloc(size_t count, size_t size);
void *arena_realloc(void *block, size_t size);
void arena_free(void *block);

/* Gives back what a block has beyond `size` bytes. It stays where it is. */
void arena_trim(void *block, size_t size);

#endif

/*
 * The memory of a model: blocks in one range of RAM, given by who opens it. wasm3 allocates from it, linear memory
 * included, and nothing else does: it is emptied as a whole when the model is closed.
 */
#ifndef WASMOTE_ARENA_H
#define WASMOTE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct arena
{
    uint8_t *first, *end;       /* contents of the first block; where a block behind the last one would have its own */
    uint32_t used, peak;
    bool exhausted;
} arena;

/* Bytes of a range that hold no block, at most. */
enum { arenaEndBytes = 16 };

/* Makes an empty arena of a range of at least arenaEndBytes. */
void arena_open(arena *of, void *memory, size_t bytes);

/* Frees everything. */
void arena_reset(arena *of);

/* Bytes of the arena, headers of blocks included. */
uint32_t arena_bytes(const arena *of);

/* As calloc, realloc and free of the C library. Blocks are aligned to 8 bytes. */
void *arena_calloc(arena *of, size_t count, size_t size);
void *arena_realloc(arena *of, void *block, size_t size);
void arena_free(arena *of, void *block);

/* Has a block hold `size` bytes where it is. False where there is no room behind it. */
bool arena_grow(arena *of, void *block, size_t size);

/* Gives back what a block has beyond `size` bytes. It stays where it is. */
void arena_trim(arena *of, void *block, size_t size);

#endif

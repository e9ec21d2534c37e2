/*
 * The arena of boards/runtime/arena.h with each block in memory of its own, so that the address sanitizer sees what touches
 * anything beside it. It is full when the boards' own would be, but for what lies scattered there.
 */
#include "runtime/arena.h"

#include <stdlib.h>
#include <string.h>

enum { mostBlocks = 1 << 16 };

/* A block, and what its caller asked for: last, and when it was made. */
static struct { void *at; size_t bytes, made; const arena *of; } blocks[mostBlocks];
static size_t count;

static size_t counted(size_t bytes)
{
    return (bytes + 4 + 7) & ~(size_t) 7;
}

static size_t place_of(const void *contents)
{
    for (size_t i = count; i-- > 0;) if (blocks[i].at == contents) return i;
    abort();
}

void arena_open(arena *of, void *memory, size_t bytes)
{
    of->first = memory;
    of->end = of->first + (bytes & ~(size_t) 7) - 8;
    arena_reset(of);
}

uint32_t arena_bytes(const arena *of)
{
    return (uint32_t) (of->end - of->first);
}

void arena_reset(arena *of)
{
    for (size_t i = count; i-- > 0;)
    {
        if (blocks[i].of != of) continue;
        free(blocks[i].at);
        blocks[i] = blocks[--count];
    }
    of->used = of->peak = 0;
    of->exhausted = false;
}

void *arena_calloc(arena *of, size_t number, size_t size)
{
    const bool fits = (!size || number <= arena_bytes(of) / size) && counted(number * size) <= arena_bytes(of) - of->used;
    if (!fits || count == mostBlocks)
    {
        of->exhausted = true;
        return NULL;
    }
    void *made = calloc(1, number * size);
    if (!made) abort();
    blocks[count].at = made;
    blocks[count].bytes = blocks[count].made = number * size;
    blocks[count++].of = of;
    of->used += (uint32_t) counted(number * size);
    if (of->used > of->peak) of->peak = of->used;
    return made;
}

void arena_free(arena *of, void *contents)
{
    if (!contents) return;
    const size_t i = place_of(contents);
    of->used -= (uint32_t) counted(blocks[i].bytes);
    free(contents);
    blocks[i] = blocks[--count];
}

void *arena_realloc(arena *of, void *contents, size_t bytes)
{
    if (!contents) return arena_calloc(of, 1, bytes);
    void *moved = arena_calloc(of, 1, bytes);
    if (!moved) return NULL;
    const size_t before = blocks[place_of(contents)].bytes;
    memcpy(moved, contents, before < bytes ? before : bytes);
    arena_free(of, contents);
    return moved;
}

void arena_trim(arena *of, void *contents, size_t bytes)
{
    const size_t i = place_of(contents), before = blocks[i].bytes;
    if (bytes >= before) return;
    of->used -= (uint32_t) (counted(before) - counted(bytes));
    blocks[i].bytes = bytes;    /* it stays where it is */
}

/* A block was never moved together with others: it has the memory that it had at first, and no more. */
bool arena_grow(arena *of, void *contents, size_t bytes)
{
    const size_t i = place_of(contents), before = blocks[i].bytes;
    if (bytes <= before) return true;
    const size_t more = counted(bytes) - counted(before);
    if (bytes > blocks[i].made || more > arena_bytes(of) - of->used) return false;
    of->used += (uint32_t) more;
    if (of->used > of->peak) of->peak = of->used;
    blocks[i].bytes = bytes;
    return true;
}

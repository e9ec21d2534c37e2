#include "arena.h"

#include <string.h>

/*
 * Blocks lie one after the other from border to border. A header is 4 bytes in front of the block's contents:
 * the size of header and contents, a multiple of 8, with bit 0 set while in use. The first header lies at
 * 4 modulo 8, so that contents are aligned to 8. A block is named here by where its header is.
 */
enum { headerBytes = 4, inUse = 1, smallest = 8, mostBytes = 0x7ffffff0 };

static uint32_t *header(uint8_t *block) { return (uint32_t *) (void *) block; }
static uint32_t size_of(uint8_t *block) { return *header(block) & ~(uint32_t) inUse; }
static bool is_free(uint8_t *block) { return !(*header(block) & inUse); }

void arena_open(arena *of, void *memory, size_t bytes)
{
    const uintptr_t start = ((uintptr_t) memory + 7) & ~(uintptr_t) 7;
    const uintptr_t end = ((uintptr_t) memory + (bytes < mostBytes ? bytes : mostBytes)) & ~(uintptr_t) 7;
    of->first = (uint8_t *) start + headerBytes;
    of->end = (uint8_t *) end - headerBytes;
    arena_reset(of);
}

void arena_reset(arena *of)
{
    of->used = of->peak = 0;
    of->exhausted = false;
    *header(of->first) = arena_bytes(of);
}

uint32_t arena_bytes(const arena *of)
{
    return (uint32_t) (of->end - of->first);
}

static void count(arena *of, int32_t change)
{
    of->used += (uint32_t) change;
    if (of->used > of->peak) of->peak = of->used;
}

/* Joins a free block with the free ones behind it. */
static void join(const arena *of, uint8_t *block)
{
    uint8_t *next;
    while ((next = block + size_of(block)) < of->end && is_free(next)) *header(block) += size_of(next);
}

/* Takes `size` bytes of a free block that has them; the rest stays free. */
static void take(arena *of, uint8_t *block, uint32_t size)
{
    const uint32_t whole = size_of(block);
    if (whole - size >= smallest)
    {
        *header(block + size) = whole - size;
        *header(block) = size | inUse;
    }
    else *header(block) = whole | inUse;
    count(of, (int32_t) size_of(block));
}

/* Size of header and contents; 0 where that is beyond the arena. */
static uint32_t block_size(const arena *of, size_t contents)
{
    if (contents > arena_bytes(of)) return 0;
    return ((uint32_t) contents + headerBytes + 7) & ~7u;
}

static void *allocate(arena *of, size_t contents)
{
    const uint32_t size = block_size(of, contents);
    if (size)
    {
        for (uint8_t *block = of->first; block < of->end; block += size_of(block))
        {
            if (!is_free(block)) continue;
            join(of, block);
            if (size_of(block) < size) continue;
            take(of, block, size);
            return block + headerBytes;
        }
    }
    of->exhausted = true;
    return NULL;
}

void *arena_calloc(arena *of, size_t number, size_t size)
{
    if (size && number > arena_bytes(of) / size)
    {
        of->exhausted = true;
        return NULL;
    }
    void *contents = allocate(of, number * size);
    if (contents) memset(contents, 0, number * size);
    return contents;
}

bool arena_grow(arena *of, void *contents, size_t bytes)
{
    uint8_t *block = (uint8_t *) contents - headerBytes;
    const uint32_t before = size_of(block), size = block_size(of, bytes);
    if (!size || size <= before) return size != 0;
    *header(block) = before;
    join(of, block);
    if (size_of(block) >= size)
    {
        count(of, -(int32_t) before);
        take(of, block, size);
        return true;
    }
    const uint32_t rest = size_of(block) - before;
    if (rest) *header(block + before) = rest;
    *header(block) = before | inUse;
    return false;
}

void *arena_realloc(arena *of, void *contents, size_t bytes)
{
    if (!contents) return arena_calloc(of, 1, bytes);
    if (arena_grow(of, contents, bytes)) return contents;
    void *moved = allocate(of, bytes);
    if (!moved) return NULL;
    memcpy(moved, contents, size_of((uint8_t *) contents - headerBytes) - headerBytes);
    arena_free(of, contents);
    return moved;
}

void arena_free(arena *of, void *contents)
{
    if (!contents) return;
    uint8_t *block = (uint8_t *) contents - headerBytes;
    count(of, -(int32_t) size_of(block));
    *header(block) &= ~(uint32_t) inUse;
    join(of, block);
}

void arena_trim(arena *of, void *contents, size_t bytes)
{
    uint8_t *block = (uint8_t *) contents - headerBytes;
    const uint32_t before = size_of(block), size = block_size(of, bytes);
    if (!size || size >= before) return;
    count(of, -(int32_t) before);
    take(of, block, size);
    join(of, block + size_of(block) < of->end ? block + size_of(block) : block);
}

#include "arena.h"

#include <stdbool.h>
#include <string.h>

#include "layout.h"

/*
 * Blocks lie one after the other from border to border. A header is 4 bytes in front of the block's contents:
 * the size of header and contents, a multiple of 8, with bit 0 set while in use. The first header lies at
 * 4 modulo 8, so that contents are aligned to 8.
 */
enum { headerBytes = 4, inUse = 1, smallest = 8 };

static uint32_t used, peak;
static bool exhausted;

static uint8_t *first_block(void) { return LAYOUT_ARENA_START + headerBytes; }
static uint8_t *end_of_blocks(void) { return (uint8_t *) ((uintptr_t) LAYOUT_ARENA_END - headerBytes); }
static uint32_t *header(uint8_t *block) { return (uint32_t *) block; }
static uint32_t size_of(uint8_t *block) { return *header(block) & ~(uint32_t) inUse; }
static bool is_free(uint8_t *block) { return !(*header(block) & inUse); }

void arena_reset(void)
{
    used = peak = 0;
    exhausted = false;
    *header(first_block()) = (uint32_t) (end_of_blocks() - first_block());
}

uint32_t arena_bytes(void)
{
    return (uint32_t) (end_of_blocks() - first_block());
}

uint32_t arena_used(void)
{
    return used;
}

uint32_t arena_peak(void)
{
    return peak;
}

int arena_exhausted(void)
{
    return exhausted;
}

static void count(int32_t change)
{
    used += (uint32_t) change;
    if (used > peak) peak = used;
}

/* Joins a free block with the free ones behind it. */
static void join(uint8_t *block)
{
    uint8_t *next;
    while ((next = block + size_of(block)) < end_of_blocks() && is_free(next)) *header(block) += size_of(next);
}

/* Takes `size` bytes of a free block that has them; the rest stays free. */
static void take(uint8_t *block, uint32_t size)
{
    const uint32_t whole = size_of(block);
    if (whole - size >= smallest)
    {
        *header(block + size) = whole - size;
        *header(block) = size | inUse;
    }
    else *header(block) = whole | inUse;
    count((int32_t) size_of(block));
}

/* Size of header and contents; 0 where that is beyond the arena. */
static uint32_t block_size(size_t contents)
{
    if (contents > arena_bytes()) return 0;
    return ((uint32_t) contents + headerBytes + 7) & ~7u;
}

static void *allocate(size_t contents)
{
    const uint32_t size = block_size(contents);
    if (size)
    {
        for (uint8_t *block = first_block(); block < end_of_blocks(); block += size_of(block))
        {
            if (!is_free(block)) continue;
            join(block);
            if (size_of(block) < size) continue;
            take(block, size);
            return block + headerBytes;
        }
    }
    exhausted = true;
    return NULL;
}

void *arena_calloc(size_t number, size_t size)
{
    if (size && number > arena_bytes() / size)
    {
        exhausted = true;
        return NULL;
    }
    void *contents = allocate(number * size);
    if (contents) memset(contents, 0, number * size);
    return contents;
}

void *arena_realloc(void *contents, size_t bytes)
{
    if (!contents) return arena_calloc(1, bytes);

    uint8_t *block = (uint8_t *) contents - headerBytes;
    const uint32_t before = size_of(block), size = block_size(bytes);

    if (size && size <= before) return contents;
    if (size)
    {
        *header(block) = before;
        join(block);
        if (size_of(block) >= size)
        {
            count(-(int32_t) before);
            take(block, size);
            return contents;
        }
        const uint32_t rest = size_of(block) - before;
        if (rest) *header(block + before) = rest;
        *header(block) = before | inUse;
    }
    void *moved = allocate(bytes);
    if (!moved) return NULL;
    memcpy(moved, contents, before - headerBytes);
    arena_free(contents);
    return moved;
}

void arena_free(void *contents)
{
    if (!contents) return;
    uint8_t *block = (uint8_t *) contents - headerBytes;
    count(-(int32_t) size_of(block));
    *header(block) &= ~(uint32_t) inUse;
    join(block);
}

void arena_trim(void *contents, size_t bytes)
{
    uint8_t *block = (uint8_t *) contents - headerBytes;
    const uint32_t before = size_of(block), size = block_size(bytes);
    if (!size || size >= before) return;
    count(-(int32_t) before);
    take(block, size);
    join(block + size_of(block) < end_of_blocks() ? block + size_of(block) : block);
}

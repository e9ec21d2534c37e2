#include "allocation.h"

#include <stdint.h>
#include <stdlib.h>

/*
 * The header is 24 bytes, 8 more than a multiple of 16: together with wasm3's own header of a linear memory,
 * 24 bytes too on 64-bit machines, it puts the memory's first byte on a 16-byte boundary.
 */
typedef struct block_header
{
    size_t *account;
    size_t bytes;
    size_t padding;
} block_header;

static _Thread_local size_t *currentAccount;

size_t *heap_account_enter(size_t *account)
{
    size_t *previous = currentAccount;
    currentAccount = account;
    return previous;
}

void heap_account_leave(size_t *previous)
{
    currentAccount = previous;
}

static void *charge(block_header *header, size_t *account, size_t bytes)
{
    header->account = account;
    header->bytes = bytes;
    if (account) *account += bytes;
    return header + 1;
}

void *counted_calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - sizeof(block_header)) return NULL;

    block_header *header = calloc(1, bytes + sizeof(block_header));
    return header ? charge(header, currentAccount, bytes) : NULL;
}

void *counted_realloc(void *block, size_t size)
{
    if (!block) return counted_calloc(1, size);
    if (size > SIZE_MAX - sizeof(block_header)) return NULL;

    block_header *header = (block_header *) block - 1;
    size_t *account = header->account;
    const size_t before = header->bytes;

    header = realloc(header, size + sizeof(block_header));
    if (!header) return NULL;
    if (account) *account -= before;
    return charge(header, account, size);
}

void counted_free(void *block)
{
    if (!block) return;
    block_header *header = (block_header *) block - 1;
    if (header->account) *header->account -= header->bytes;
    free(header);
}

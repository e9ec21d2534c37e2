/*
 * wasm3's heap, counted. Every block that wasm3 allocates is charged to the account that is current on this
 * thread, so that an instance can tell how much the interpreter costs.
 */
#ifndef WASM3_BINDINGS_ALLOCATION_H
#define WASM3_BINDINGS_ALLOCATION_H

#include <stddef.h>

/* Makes `account` (bytes now allocated) current on this thread and returns the one before it. */
size_t *heap_account_enter(size_t *account);

/* Makes the account that heap_account_enter returned current again. */
void heap_account_leave(size_t *previous);

/* As calloc, realloc and free. A block belongs to whichever account was current when it was made. */
void *counted_calloc(size_t count, size_t size);
void *counted_realloc(void *block, size_t size);
void counted_free(void *block);

#endif

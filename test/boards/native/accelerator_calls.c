#define M3_IMPLEMENT_ERROR_STRINGS
#include "accelerator_calls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { pageBytes = 4096 };

static uint32_t memoryBytes;

/* wasm3's, which needs a runtime; all that the accelerators ask of wasm3. */
uint32_t m3_GetMemorySize(IM3Runtime runtime)
{
    (void) runtime;
    return memoryBytes;
}

static uint64_t whole_pages(uint64_t bytes)
{
    return (bytes + pageBytes - 1) / pageBytes * pageBytes;
}

guarded guarded_new(uint64_t bytes)
{
    const uint64_t pages = whole_pages(bytes);
    uint8_t *const start = mmap(NULL, pages + 2 * pageBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED || (pages && mprotect(start + pageBytes, pages, PROT_READ | PROT_WRITE) != 0)) exit(2);
    return (guarded) { start + pageBytes + pages - bytes, bytes };
}

void guarded_free(guarded memory)
{
    const uint64_t pages = whole_pages(memory.bytes);
    munmap(memory.at + memory.bytes - pages - pageBytes, pages + 2 * pageBytes);
}

const wasmote_accelerator *accelerator_named(const char *name)
{
    const wasmote_accelerator *each = wasmote_accelerators;
    while (each->name && strcmp(each->name, name) != 0) each++;
    if (!each->name) exit(2);
    return each;
}

bool accelerator_runs(const wasmote_accelerator *accelerator, guarded memory, guarded weights, uint32_t offset)
{
    wasmote_section section = { weights.at, (uint32_t) weights.bytes };
    struct M3ImportContext context = { .userdata = &section };
    uint64_t stack[1] = { offset };
    memoryBytes = (uint32_t) memory.bytes;
    const void *const trapped = accelerator->call(NULL, &context, stack, memory.at);
    if (trapped && strcmp(trapped, m3Err_trapOutOfBoundsMemoryAccess) != 0) exit(2);
    return !trapped;
}

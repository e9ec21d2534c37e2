#include "accelerator_calls.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { pageBytes = 4096 };

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

static const named_accelerator all[] = {
#define ENTRY(NAME, BIT) { #NAME, wasmote_##NAME },
    WASMOTE_ACCELERATORS(ENTRY)
};

const named_accelerator *accelerator_named(const char *name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) if (strcmp(all[i].name, name) == 0) return &all[i];
    exit(2);
}

bool accelerator_runs(const named_accelerator *accelerator, guarded memory, guarded weights, uint32_t offset)
{
    const wasmote_section section = { weights.at, (uint32_t) weights.bytes };
    parameters from = { &section, memory.at, (uint32_t) memory.bytes, NULL };
    return accelerator->call(&from, offset);
}

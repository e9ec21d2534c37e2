#include "instance.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocation.h"
#include "memory-view.h"
#include "native-stack.h"
#include "read_weights.h"

/*
 * Lies beyond the operand stack: wasm3 writes the arguments and results of a call, 8 bytes each and at most
 * 1000, before it checks that they fit.
 */
enum { stackMarginBytes = 16 * 1024 };

/*
 * Turns of loops and calls between two looks at the clock, times the bytes of linear memory: some operations, as those
 * that move memory, take time in proportion to it. The longest take about a second then, at any size of memory.
 */
enum { bytesBetweenLooks = 1 << 29, leastBytes = 1 << 16 };

const char hostTrap[] = "an import threw";
const char timeTrap[] = "the time is over";
const char badResultTrap[] = "an import returned a value of the wrong type";

/* Gives back everything but the struct. No view may be reachable. */
static void release(instance *self)
{
    size_t *previous = heap_account_enter(&self->heapBytes);
    if (self->runtime) m3_FreeRuntime(self->runtime);
    if (self->environment) m3_FreeEnvironment(self->environment);
    heap_account_leave(previous);

    free(self->binary);
    free((void *) self->weights.bytes);
    self->runtime = NULL;
    self->environment = NULL;
    self->module = NULL;
    self->binary = NULL;
    self->weights = (wasmote_section) { NULL, 0 };
    self->released = true;
    instance_report_bytes(self);
}

instance *instance_new(napi_env env, const instance_limits *limits)
{
    instance *self = calloc(1, sizeof(instance));
    if (!self) return NULL;

    self->owners = 1;
    self->env = env;
    self->limits = *limits;
    self->nativeStackLimit = native_stack_limit();

    size_t *previous = heap_account_enter(&self->heapBytes);
    self->environment = m3_NewEnvironment();
    if (self->environment) self->runtime = m3_NewRuntime(self->environment, limits->stackBytes + stackMarginBytes, self);
    heap_account_leave(previous);

    if (!self->runtime)
    {
        instance_disown(self);
        return NULL;
    }
    self->runtime->numStackSlots = limits->stackBytes / sizeof(m3slot_t);
    self->runtime->memoryLimit = limits->memoryBytes;
    self->stackEnd = (m3slot_t *) self->runtime->stack + self->runtime->numStackSlots;
    return self;
}

static const char *parse_and_load(instance *self, size_t length)
{
    const char *result = m3_ParseModule(self->environment, &self->module, self->binary, (uint32_t) length);
    if (result) return result;

    result = m3_LoadModule(self->runtime, self->module);
    if (result)
    {
        m3_FreeModule(self->module);
        self->module = NULL;
        return result;
    }
    self->runtime->memory.maxPages = self->limits.memoryPages;
    return NULL;
}

const char *instance_load(instance *self, const uint8_t *binary, size_t length)
{
    self->binary = malloc(length);
    if (!self->binary) return m3Err_mallocFailed;
    memcpy(self->binary, binary, length);

    size_t *previous = heap_account_enter(&self->heapBytes);
    const char *result = parse_and_load(self, length);
    heap_account_leave(previous);
    return result;
}

bool instance_keep_weights(instance *self, const uint8_t *binary, size_t length)
{
    wasmote_section found;
    if (!wasmote_find_custom_section(binary, (uint32_t) length, WASMOTE_WEIGHTS_SECTION, &found)) return true;

    uint8_t *copy = malloc(found.length ? found.length : 1);
    if (!copy) return false;
    memcpy(copy, found.bytes, found.length);
    self->weights = (wasmote_section) { copy, found.length };
    return true;
}

M3Result instance_grow_memory(IM3Runtime runtime, u32 pages)
{
    instance *self = instance_of(runtime);
    M3Memory *memory = &runtime->memory;

    if (pages < memory->numPages || pages > memory->maxPages) return m3Err_wasmMemoryOverflow;
    if (self->limits.memoryBytes && (u64) pages * d_m3MemPageSize > self->limits.memoryBytes) return m3Err_wasmMemoryOverflow;
    if (!memory_view_detach(self)) return m3Err_wasmMemoryOverflow;

    M3Result result = ResizeMemory(runtime, pages);
    memory->mallocated->maxStack = self->stackEnd;
    instance_report_bytes(self);
    return result;
}

void instance_dispose(instance *self)
{
    self->disposed = true;
    if (memory_view_detach(self)) release(self);
}

void instance_disown(instance *self)
{
    if (--self->owners > 0) return;

    if (!self->released) release(self);
    free(self);
}

void instance_report_bytes(instance *self)
{
    int64_t ignored;
    const int64_t now = (int64_t) self->heapBytes + self->weights.length;

    if (now == self->reportedBytes) return;
    napi_adjust_external_memory(self->env, now - self->reportedBytes, &ignored);
    self->reportedBytes = now;
}

static uint64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

static void look_ahead(instance *self)
{
    const M3MemoryHeader *memory = self->runtime->memory.mallocated;
    const size_t bytes = memory && memory->length > leastBytes ? memory->length : leastBytes;
    self->looksAhead = (int32_t) (bytesBetweenLooks / bytes);
}

void instance_stop_after(instance *self, double milliseconds)
{
    self->endNanoseconds = milliseconds > 0 ? monotonic_nanoseconds() + (uint64_t) (milliseconds * 1e6) : 0;
    look_ahead(self);
}

bool instance_time_is_over(instance *self)
{
    look_ahead(self);
    return self->endNanoseconds != 0 && monotonic_nanoseconds() > self->endNanoseconds;
}

size_t instance_runtime_bytes(const instance *self)
{
    const M3MemoryHeader *memory = self->runtime->memory.mallocated;
    const size_t linear = memory ? memory->length : 0;
    return self->heapBytes - linear - stackMarginBytes;
}

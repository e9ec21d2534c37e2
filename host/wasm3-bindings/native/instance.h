/*
 * One module that runs under wasm3, with everything it owns. Nothing here is shared between instances, so
 * instances may live on several threads.
 */
#ifndef WASM3_BINDINGS_INSTANCE_H
#define WASM3_BINDINGS_INSTANCE_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "custom_sections.h"
#include "wasm3.h"
#include "m3_env.h"

/* What a module may use; set before it is loaded. */
typedef struct instance_limits
{
    uint32_t memoryBytes;       /* of linear memory; 0 is no limit */
    uint32_t memoryPages;       /* how far linear memory may grow */
    uint32_t stackBytes;        /* wasm3's operand stack */
    uint32_t blockNesting;      /* the deepest nesting of blocks in any of its functions */
    uint32_t superinstructions; /* whether sequences of operations are fused */
} instance_limits;

typedef struct instance
{
    uint32_t owners;            /* the JavaScript handle and each view of linear memory not yet collected */
    uint32_t callDepth;         /* calls from JavaScript that have not returned */
    uint32_t fusedSequences;    /* sequences of operations replaced by one, in the functions compiled so far */
    uint32_t reachableViews;    /* views of linear memory not yet collected, nor detached by us */
    bool disposed;
    bool released;
    int32_t looksAhead;         /* how many turns and calls may come until the clock is looked at */
    uint64_t endNanoseconds;    /* when running code traps, by the monotonic clock; 0 for never */

    IM3Environment environment;
    IM3Runtime runtime;
    IM3Module module;
    uint8_t *binary;            /* wasm3 reads code and data from it */
    wasmote_section weights;    /* a copy of the section */

    instance_limits limits;
    void *stackEnd;             /* end of wasm3's operand stack */
    uintptr_t nativeStackLimit;
    size_t heapBytes;           /* allocated by wasm3 */
    int64_t reportedBytes;      /* told to V8's garbage collector */

    napi_env env;
    napi_value imports;         /* array of functions; valid while callDepth > 0 */
    struct memory_view *view;   /* the latest, or NULL */

    char detail[160];           /* more on the last error, or empty */
} instance;

/* Traps of our own; compared by address. */
extern const char hostTrap[];         /* an import threw: a JavaScript exception is pending */
extern const char timeTrap[];         /* the time set by instance_stop_after is over */
extern const char badResultTrap[];    /* an import returned a value of the wrong type; detail is set */

/* An instance with one owner, or NULL when memory is exhausted. */
instance *instance_new(napi_env env, const instance_limits *limits);

/*
 * Parses and loads a module without custom sections: memory, globals, data and tables are set up. Returns
 * NULL or wasm3's text. The bytes are copied.
 */
const char *instance_load(instance *self, const uint8_t *binary, size_t length);

/* Keeps a copy of the section `wasmote.weights` of `binary`, if there is one. False when memory is exhausted. */
bool instance_keep_weights(instance *self, const uint8_t *binary, size_t length);

/* Grows linear memory to `pages` as memory.grow does, or leaves it as it is and returns a text. */
M3Result instance_grow_memory(IM3Runtime runtime, u32 pages);

/*
 * No more calls: detaches the view of linear memory and frees everything but the struct. If JavaScript has
 * moved the view's memory to another ArrayBuffer, it is freed when that is collected.
 */
void instance_dispose(instance *self);

/* One owner less; the last one frees the struct. */
void instance_disown(instance *self);

/* Tells the garbage collector how many bytes hang on the instance. */
void instance_report_bytes(instance *self);

/* From now on, code that still runs after so many milliseconds traps; 0 for none. */
void instance_stop_after(instance *self, double milliseconds);

/* Whether that time is over. Sets when to look again. */
bool instance_time_is_over(instance *self);

/* Bytes wasm3 has allocated, linear memory excluded. */
size_t instance_runtime_bytes(const instance *self);

/* The instance that runs in a wasm3 runtime. */
static inline instance *instance_of(IM3Runtime runtime)
{
    return m3_GetUserData(runtime);
}

#endif

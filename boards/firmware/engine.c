#include "engine.h"

#include "../app/description.h"
#include "../ports/port.h"
#include "../runtime/inspect.h"
#include "layout.h"

/* RAM besides linear memory that metacode may fill up before what the running kernel does not need is dropped. */
#ifndef WASM3_ENGINE_BYTES
#define WASM3_ENGINE_BYTES 15360
#endif

enum { limitSeconds = 120 };

static wasmote *model;          /* NULL as long as there is none */
static wasmote_options options;
static uint64_t took;           /* by how much the counter went up in the last guarded call */
static bool portable;           /* whether models are loaded without the accelerators */
static uint32_t lent;           /* bytes at the end of the memory for models that are not theirs now */
static const uint8_t *asked;    /* the file that was to be loaded last; NULL: none */
static uint32_t askedBytes;
static uint32_t kept;           /* bytes before those, beside the model: an application's */
static uint32_t loads;
static void (*letGo)(void);     /* called before the memory becomes another's */

void engine_on_letting_go(void (*function)(void))
{
    letGo = function;
}

static void tell_letting_go(void)
{
    if (letGo) letGo();
}

uint32_t engine_memory_bytes(void)
{
    return (uint32_t) (LAYOUT_ARENA_END - LAYOUT_ARENA_START);
}

/* No call has more than the board's own limit. */
static wasmote_ending guarded_call(void (*function)(void *), void *argument, uint64_t limit)
{
    const uint64_t most = (uint64_t) BOARD_CLOCK_HZ * limitSeconds;
    if (limit > most) limit = most;
    const uint64_t before = port_counter();
    const guard_result ended = port_guarded_call(function, argument, limit);
    took = port_counter() - before;
    return ended == guardLimit ? WASMOTE_GAVE_UP : ended == guardFault ? WASMOTE_FAULT : WASMOTE_RETURNED;
}

model_error engine_load(const uint8_t *file, uint32_t length)
{
    tell_letting_go();
    asked = file;
    askedBytes = length;
    kept = description_bytes(file, length);
    loads++;
    const uint32_t left = engine_memory_bytes() - lent;
    if (kept > left)
    {
        wasmote_close(model);
        model = NULL;
        return modelMemory;
    }
    options = (wasmote_options) {
        .portable = portable,
        /* An application runs time and again: what it calls is compiled, and stays so as long as there is any memory at all. */
        .ahead = kept > 0,
        .overheadBytes = kept > 0 ? 0 : WASM3_ENGINE_BYTES - LAYOUT_FIXED_BYTES,
        .stackStart = LAYOUT_STACK_START,
        .guardedCall = guarded_call,
        .callOnStack = port_call_on_stack,
    };
    return (model_error) wasmote_open(&model, LAYOUT_ARENA_START, left - kept, file, length, &options);
}

uint32_t engine_loads(void)
{
    return loads;
}

uint32_t engine_kept_bytes(void)
{
    return kept;
}

uint8_t *engine_kept(void)
{
    return LAYOUT_ARENA_END - lent - kept;
}

static void close_model(void)
{
    tell_letting_go();
    wasmote_close(model);
    model = NULL;
}

void engine_unload(void)
{
    asked = NULL;
    close_model();
}

void engine_call_on_memory(void (*function)(void *), void *argument)
{
    uint32_t length;
    const uint8_t *file = wasmote_file(model, &length);
    close_model();
    port_call_on_stack(function, argument, (void *) (((uintptr_t) LAYOUT_ARENA_END - lent) & ~(uintptr_t) 15));
    if (file) engine_load(file, length);
}

/* Loads the model anew, with the memory that is left to it. */
static void lend(uint32_t bytes)
{
    close_model();
    lent = bytes;
    if (asked) engine_load(asked, askedBytes);
}

void *engine_lend(uint32_t bytes)
{
    lend((bytes + 7) & ~(uint32_t) 7);
    return LAYOUT_ARENA_END - lent;
}

void engine_take_back(void)
{
    lend(0);
}

bool engine_keeps_state(void)
{
    return wasmote_keeps_state(model);
}

model_error engine_reset(void)
{
    return (model_error) wasmote_reset(model);
}

model_error engine_accelerate(bool with)
{
    if (!engine_manifest()) return modelNoModel;
    if (portable != with) return modelOk;
    portable = !with;
    uint32_t length;
    const uint8_t *file = wasmote_file(model, &length);
    return engine_load(file, length);
}

bool engine_accelerates(void)
{
    return !portable;
}

const manifest *engine_manifest(void)
{
    return wasmote_manifest(model);
}

const uint8_t *engine_file(uint32_t *length)
{
    return wasmote_file(model, length);
}

uint32_t engine_file_bytes(void)
{
    uint32_t length;
    wasmote_file(model, &length);
    return length;
}

uint8_t *engine_tensor(const char *list, uint32_t index, uint32_t *length)
{
    return wasmote_tensor_data(model, list, index, length);
}

model_error engine_run(uint32_t first, uint32_t last, uint64_t limit, int32_t *code, uint64_t *count)
{
    const wasmote_status status = wasmote_run_steps(model, first, last, limit);
    if (!status)
    {
        *count = took;
        *code = wasmote_returned(model);
    }
    return status == WASMOTE_MEMORY ? modelTrap : (model_error) status;
}

uint32_t engine_used_bytes(void)
{
    return LAYOUT_FIXED_BYTES + kept + wasmote_overhead_used(model);
}

#include "engine.h"

#include "../ports/port.h"
#include "../runtime/state.h"
#include "layout.h"

/* RAM besides linear memory that metacode may fill up before what the running kernel does not need is dropped. */
#ifndef WASM3_ENGINE_BYTES
#define WASM3_ENGINE_BYTES 15360
#endif

enum { limitSeconds = 120 };

static wasmote *model;          /* NULL as long as there is none */
static bool portable;           /* whether models are loaded without the accelerators */

uint32_t engine_memory_bytes(void)
{
    return (uint32_t) (LAYOUT_ARENA_END - LAYOUT_ARENA_START);
}

model_error engine_check(const uint8_t *file, uint32_t length)
{
    wasmote_needs needs;
    const wasmote_status status = wasmote_needs_of(file, length, &needs);
    if (status) return (model_error) status;
    return needs.linearBytes < engine_memory_bytes() ? modelOk : modelMemory;
}

static wasmote_ending guarded_call(void (*function)(void *), void *argument, uint64_t limit)
{
    switch (port_guarded_call(function, argument, limit))
    {
        case guardLimit: return WASMOTE_GAVE_UP;
        case guardFault: return WASMOTE_FAULT;
        default: return WASMOTE_RETURNED;
    }
}

model_error engine_load(const uint8_t *file, uint32_t length)
{
    const wasmote_options options = {
        .portable = portable,
        .overheadBytes = WASM3_ENGINE_BYTES - LAYOUT_FIXED_BYTES,
        .stackStart = LAYOUT_STACK_START,
        .limit = (uint64_t) port_counter_hz() * limitSeconds,
        .guardedCall = guarded_call,
        .callOnStack = port_call_on_stack,
    };
    return (model_error) wasmote_open(&model, LAYOUT_ARENA_START, engine_memory_bytes(), file, length, &options);
}

void engine_unload(void)
{
    wasmote_close(model);
    model = NULL;
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
    return engine_load(model->file, model->length);
}

bool engine_accelerates(void)
{
    return !portable;
}

const manifest *engine_manifest(void)
{
    return model && model->open ? &model->manifest : NULL;
}

uint32_t engine_file_bytes(void)
{
    return engine_manifest() ? model->length : 0;
}

uint8_t *engine_tensor(const char *list, uint32_t index, uint32_t *length)
{
    return wasmote_tensor_data(model, list, index, length);
}

model_error engine_run(uint32_t first, uint32_t last, uint64_t limit, int32_t *code, uint64_t *count)
{
    const uint64_t before = port_counter();
    const wasmote_status status = wasmote_run_steps(model, first, last, limit);
    *count = port_counter() - before;
    if (!status) *code = model->code;
    return (model_error) status;
}

uint32_t engine_used_bytes(void)
{
    return LAYOUT_FIXED_BYTES + (model ? wasmote_overhead_with(model, model->arena.peak) : 0);
}

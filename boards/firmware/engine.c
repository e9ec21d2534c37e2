#include "engine.h"

#include <string.h>

#include "arena.h"
#include "interpreter.h"
#include "layout.h"
#include "loader.h"
#include "metacode.h"
#include "port.h"
#include "read_weights.h"
#include "wasm3.h"
#include "m3_env.h"
#include "m3_exec_defs.h"

enum { limitSeconds = 120 };

const char *const engine_imports[] = { WASMOTE_IMPORT_MODULE "." WASMOTE_READ_WEIGHTS_NAME, NULL };

/* Whether models are loaded with the accelerators. */
static bool accelerates = true;

/* What a guarded call works on. */
typedef struct job
{
    const uint8_t *file;
    uint32_t length, first, last;
    model_error error;
    int32_t code;
} job;

static struct
{
    bool loaded;
    const uint8_t *file;
    uint32_t length;
    manifest manifest;
    wasmote_section weights;
    loaded_module module;
} engine;

static bool import_is_known(const uint8_t *name, uint32_t length)
{
    for (const char *const *known = engine_imports; *known; known++)
    {
        if (strlen(*known) == length && memcmp(*known, name, length) == 0) return true;
    }
    return false;
}

model_error engine_check(const uint8_t *file, uint32_t length)
{
    manifest found;
    if (!manifest_open(file, length, &found)) return modelBadModel;
    if (found.version > manifestVersion) return modelAbi;
    if (!manifest_check_imports(&found, import_is_known)) return modelAbi;
    return found.memoryBytes < arena_bytes() ? modelOk : modelMemory;
}

/* Whether wasm3 refused an instruction that it was built without, or does not know. */
static bool lacks_instruction(M3Result result)
{
    return result == m3Err_unknownOpcode || result == m3Err_noCompiler
        || strcmp(result, "no operation found for opcode") == 0;
}

static void load_job(void *argument)
{
    job *work = argument;
    const load_request request = {
        .file = work->file,
        .length = work->length,
        .memoryBytes = engine.manifest.memoryBytes,
        .weights = &engine.weights,
        .accelerates = accelerates,
    };
    const M3Result result = load_module(&request, &engine.module);
    if (!result) work->error = modelOk;
    else if (arena_exhausted()) work->error = modelMemory;
    else work->error = lacks_instruction(result) ? modelAbi : modelBadModel;
}

static uint64_t board_limit(void)
{
    return (uint64_t) port_counter_hz() * limitSeconds;
}

/* Calls a job that begins as modelOk, and stores how it ended. */
static model_error guarded(void (*function)(void *), job *work, uint64_t limit)
{
    const guard_result ended = port_guarded_call(function, work, limit);
    interpreter_reset_stack();
    if (ended == guardLimit) work->error = modelLimit;
    if (ended == guardFault) work->error = modelTrap;
    return work->error;
}

static void reset_job(void *argument)
{
    job *work = argument;
    IM3Function reset = module_reset(&engine.module);
    metacode_begin_run(reset);
    M3Result result = metacode_compile(reset);
    if (!result) result = m3_Call(reset, 0, NULL);
    metacode_drop(reset);
    work->error = result ? modelTrap : modelOk;
}

bool engine_keeps_state(void)
{
    return engine.loaded && module_reset(&engine.module);
}

model_error engine_reset(void)
{
    if (!engine.loaded) return modelNoModel;
    if (!engine_keeps_state()) return modelOk;
    job work = { .error = modelOk };
    if (guarded(reset_job, &work, board_limit())) engine_unload();
    return work.error;
}

model_error engine_load(const uint8_t *file, uint32_t length)
{
    engine_unload();
    const model_error check = engine_check(file, length);
    if (check) return check;

    if (!manifest_open(file, length, &engine.manifest)) return modelBadModel;
    if (!wasmote_find_custom_section(file, length, WASMOTE_WEIGHTS_SECTION, &engine.weights))
        engine.weights = (wasmote_section) { file, 0 };

    job work = { .file = file, .length = length };
    const guard_result ended = port_guarded_call(load_job, &work, board_limit());
    interpreter_reset_stack();
    if (ended != guardReturned) work.error = modelBadModel;
    if (work.error)
    {
        engine_unload();
        return work.error;
    }
    engine.file = file;
    engine.length = length;
    engine.loaded = true;
    return engine_reset();
}

model_error engine_accelerate(bool with)
{
    if (!engine.loaded) return modelNoModel;
    if (accelerates == with) return modelOk;
    accelerates = with;
    return engine_load(engine.file, engine.length);
}

bool engine_accelerates(void)
{
    return accelerates;
}

void engine_unload(void)
{
    engine.loaded = false;
    engine.module.runtime = NULL;
    arena_reset();
}

const manifest *engine_manifest(void)
{
    return engine.loaded ? &engine.manifest : NULL;
}

uint32_t engine_file_bytes(void)
{
    return engine.loaded ? engine.length : 0;
}

uint8_t *engine_tensor(const char *list, uint32_t index, uint32_t *length)
{
    tensor_place place;
    if (!engine.loaded || !manifest_tensor(&engine.manifest, list, index, &place)) return NULL;
    M3MemoryHeader *memory = engine.module.runtime->memory.mallocated;
    *length = place.length;
    return place.address <= memory->length && place.length <= memory->length - place.address
        ? m3MemData(memory) + place.address : NULL;
}

static void run_job(void *argument)
{
    job *work = argument;
    metacode_begin_run(engine.module.run);
    const void *arguments[] = { &work->first, &work->last };
    const void *results[] = { &work->code };
    M3Result result = m3_Call(engine.module.run, 2, arguments);
    if (!result) result = m3_GetResults(engine.module.run, 1, results);
    work->error = result ? modelTrap : modelOk;
}

model_error engine_run(uint32_t first, uint32_t last, uint64_t limit, int32_t *code, uint64_t *count)
{
    if (!engine.loaded) return modelNoModel;

    job work = { .first = first, .last = last };
    const uint64_t before = port_counter();
    guarded(run_job, &work, limit ? limit : board_limit());
    *count = port_counter() - before;
    *code = work.code;
    if (work.error) engine_load(engine.file, engine.length);
    return work.error;
}

/* The same with that many bytes of the arena in use. */
static uint32_t bytes_with(uint32_t arena)
{
    const M3MemoryHeader *memory = engine.module.runtime ? engine.module.runtime->memory.mallocated : NULL;
    return LAYOUT_FIXED_BYTES + arena - (memory ? (uint32_t) memory->length : 0);
}

uint32_t engine_bytes(void)
{
    return bytes_with(arena_used());
}

uint32_t engine_used_bytes(void)
{
    return bytes_with(arena_peak());
}

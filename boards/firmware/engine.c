#include "engine.h"

#include <string.h>

#include "accelerators.h"
#include "arena.h"
#include "interpreter.h"
#include "port.h"
#include "read_weights.h"
#include "wasm3.h"
#include "m3_env.h"
#include "m3_exec_defs.h"

/* Static data and stacks: symbols of the linker script. */
extern uint8_t __ram_start[], __arena_start[], __arena_end[];

/* Bytes of wasm3's operand stack. */
#ifndef WASM3_STACK_BYTES
#define WASM3_STACK_BYTES 2048
#endif

/* wasm3's, of m3_env.c. */
M3Result InitDataSegments(M3Memory *memory, IM3Module module);

/* The compiler calls itself for every nested block: stack that it gets at least. */
enum { compileStackBytes = 6144, limitSeconds = 120 };

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
    IM3Runtime runtime;
    IM3Function run;
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
    if (!manifest_open(file, length, &found)) return modelBad;
    if (found.version > manifestVersion) return modelAbi;
    if (!manifest_check_imports(&found, import_is_known)) return modelAbi;
    return found.memoryBytes < arena_bytes() ? modelOk : modelMemory;
}

/* Bytes that the arguments and results of a call may take: wasm3 writes them before it checks the stack. */
static uint32_t call_bytes(IM3Module module)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < module->numFuncTypes; i++)
    {
        const IM3FuncType type = module->funcTypes[i];
        const uint32_t values = (uint32_t) type->numArgs + type->numRets;
        if (values > most) most = values;
    }
    return most * sizeof(uint64_t);
}

static M3Result compile_all(IM3Module module)
{
    for (uint32_t i = 0; i < module->numFunctions; i++)
    {
        IM3Function function = &module->functions[i];
        if (!function->wasm || function->compiled) continue;
        M3Result result = CompileFunction(function);
        if (result && result != m3Err_functionImportMissing) return result;
    }
    return m3Err_none;
}

/* What the compiler works on. */
typedef struct compilation
{
    IM3Module module;
    M3Result result;
} compilation;

static void compile_job(void *argument)
{
    compilation *work = argument;
    work->result = compile_all(work->module);
}

/*
 * Compiles all functions on a stack of its own: in linear memory, which nothing else uses yet and which is set up anew
 * afterwards, or in the arena where linear memory is too small.
 */
static M3Result compile_on_borrowed_stack(IM3Module module)
{
    compilation work = { module, NULL };
    M3MemoryHeader *memory = engine.runtime->memory.mallocated;
    if (!memory) return m3Err_wasmMemoryOverflow;

    const bool inMemory = memory->length >= compileStackBytes;
    uint8_t *start = inMemory ? m3MemData(memory) : arena_calloc(1, compileStackBytes);
    if (!start) return m3Err_mallocFailed;

    const uintptr_t end = (uintptr_t) start + (inMemory ? memory->length : compileStackBytes);
    const uint8_t *before = interpreter_stack_start;
    interpreter_stack_start = start;
    port_call_on_stack(compile_job, &work, (void *) (end & ~(uintptr_t) 15));
    interpreter_stack_start = before;

    if (!inMemory) arena_free(start);
    else
    {
        memset(start, 0, memory->length);
        if (!work.result) work.result = InitDataSegments(&engine.runtime->memory, module);
    }
    return work.result;
}

static M3Result load(const job *work)
{
    IM3Module module;
    IM3Environment environment = m3_NewEnvironment();
    if (!environment) return m3Err_mallocFailed;

    M3Result result = m3_ParseModule(environment, &module, work->file, work->length);
    if (result) return result;

    engine.runtime = m3_NewRuntime(environment, WASM3_STACK_BYTES + call_bytes(module), NULL);
    if (!engine.runtime) return m3Err_mallocFailed;
    engine.runtime->numStackSlots = WASM3_STACK_BYTES / sizeof(m3slot_t);
    engine.runtime->memoryLimit = engine.manifest.memoryBytes;

    result = m3_LoadModule(engine.runtime, module);
    if (result) return result;

    result = m3_LinkRawFunctionEx(module, WASMOTE_IMPORT_MODULE, WASMOTE_READ_WEIGHTS_NAME,
                                  WASMOTE_READ_WEIGHTS_SIGNATURE, wasmote_read_weights, &engine.weights);
    if (result && result != m3Err_functionLookupFailed) return result;

    if (accelerates) wasmote_link_accelerators(module, &engine.weights);

    result = compile_on_borrowed_stack(module);
    if (result) return result;

    result = m3_FindFunction(&engine.run, engine.runtime, "run");
    if (result) return result;

    const IM3FuncType type = engine.run->funcType;
    const bool right = type->numRets == 1 && type->numArgs == 2 && type->types[0] == c_m3Type_i32
        && type->types[1] == c_m3Type_i32 && type->types[2] == c_m3Type_i32;
    if (!right || !engine.runtime->memory.mallocated) return m3Err_functionLookupFailed;
    return engine.runtime->memory.mallocated->length < engine.manifest.memoryBytes ? m3Err_wasmMemoryOverflow : NULL;
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
    const M3Result result = load(work);
    if (!result) work->error = modelOk;
    else if (arena_exhausted()) work->error = modelMemory;
    else work->error = lacks_instruction(result) ? modelAbi : modelBad;
}

static uint64_t board_limit(void)
{
    return (uint64_t) port_counter_hz() * limitSeconds;
}

model_error engine_load(const uint8_t *file, uint32_t length)
{
    engine_unload();
    const model_error check = engine_check(file, length);
    if (check) return check;

    if (!manifest_open(file, length, &engine.manifest)) return modelBad;
    if (!wasmote_find_custom_section(file, length, WASMOTE_WEIGHTS_SECTION, &engine.weights))
        engine.weights = (wasmote_section) { file, 0 };

    job work = { .file = file, .length = length };
    const uint8_t *stack = interpreter_stack_start;
    const guard_result ended = port_guarded_call(load_job, &work, board_limit());
    interpreter_stack_start = stack;
    if (ended != guardReturned) work.error = modelBad;
    if (work.error)
    {
        arena_reset();
        return work.error;
    }
    engine.file = file;
    engine.length = length;
    engine.loaded = true;
    return modelOk;
}

model_error engine_accelerate(bool with)
{
    if (!engine.loaded) return modelNone;
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
    arena_reset();
}

const manifest *engine_manifest(void)
{
    return engine.loaded ? &engine.manifest : NULL;
}

uint8_t *engine_tensor(const char *list, uint32_t index, uint32_t *length)
{
    tensor_place place;
    if (!engine.loaded || !manifest_tensor(&engine.manifest, list, index, &place)) return NULL;
    M3MemoryHeader *memory = engine.runtime->memory.mallocated;
    *length = place.length;
    return place.address <= memory->length && place.length <= memory->length - place.address
        ? m3MemData(memory) + place.address : NULL;
}

static void run_job(void *argument)
{
    job *work = argument;
    const void *arguments[] = { &work->first, &work->last };
    const void *results[] = { &work->code };
    M3Result result = m3_Call(engine.run, 2, arguments);
    if (!result) result = m3_GetResults(engine.run, 1, results);
    work->error = result ? modelTrap : modelOk;
}

model_error engine_run(uint32_t first, uint32_t last, uint64_t limit, int32_t *code, uint64_t *count)
{
    if (!engine.loaded) return modelNone;

    job work = { .first = first, .last = last };
    const uint64_t before = port_counter();
    const guard_result ended = port_guarded_call(run_job, &work, limit ? limit : board_limit());
    *count = port_counter() - before;
    *code = work.code;

    if (ended == guardLimit) work.error = modelLimit;
    if (ended == guardFault) work.error = modelTrap;
    if (work.error) engine_load(engine.file, engine.length);
    return work.error;
}

uint32_t engine_used_bytes(void)
{
    const uint32_t fixed = (uint32_t) (__arena_start - __ram_start);
    const uint32_t linear = engine.loaded ? (uint32_t) engine.runtime->memory.mallocated->length : 0;
    return fixed + arena_peak() - linear;
}

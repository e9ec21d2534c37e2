#include "wasmote.h"

#include <string.h>

#include "../abi/abi.h"
#include "inspect.h"
#include "interpreter.h"
#include "read_weights.h"
#include "state.h"

wasmote *wasmote_current;

/* What a guarded call works on. */
typedef struct job
{
    uint32_t first, last;
    wasmote_status status;
} job;

_Static_assert((int) WASMOTE_CLOSED == modelNoModel && (int) WASMOTE_BAD_ARGUMENT == modelBadRequest
               && (int) WASMOTE_BAD_MODEL == modelBadModel && (int) WASMOTE_WRONG_VERSION == modelAbi
               && (int) WASMOTE_MEMORY == modelMemory && (int) WASMOTE_TRAP == modelTrap && (int) WASMOTE_LIMIT == modelLimit,
               "the codes of docs/link.md");

/* ------------------------------------------------------------------------------------------------ before it is opened */

/* What a model may ask for that uses no accelerators. */
static bool import_is_portable(const uint8_t *name, uint32_t length)
{
    const char *known = wasmote_import_name(0);
    return length == strlen(known) && memcmp(known, name, length) == 0;
}

/* Besides, what an exported model asks for, whose own kernels were taken out. */
static bool import_is_known(const uint8_t *name, uint32_t length)
{
    const char *known;
    for (uint32_t i = 0; (known = wasmote_import_name(i)) != NULL; i++)
        if (length == strlen(known) && memcmp(known, name, length) == 0) return true;
    return false;
}

static wasmote_status check(const uint8_t *file, uint32_t length, bool portable, manifest *found)
{
    if (!manifest_open(file, length, found)) return WASMOTE_BAD_MODEL;
    const bool known = manifest_check_imports(found, portable ? import_is_portable : import_is_known);
    return found->version > manifestVersion || !known ? WASMOTE_WRONG_VERSION : WASMOTE_OK;
}

/*
 * Memory for what wasm3 makes of a module: an operation and its operands for at most every byte of code, and what it keeps
 * of each function, of which a file has no more than one for four bytes of code; and the pages that it begins to write to.
 */
static uint64_t most_bytes(const wasmote_needs *needs, uint32_t codeBytes)
{
    const uint32_t words = 4, functionBytes = (uint32_t) (sizeof(M3Function) + sizeof(metacode_entry) + sizeof(function_set));
    const uint64_t fixed = sizeof(wasmote) + arenaEndBytes + compileStackBytes + WASM3_STACK_BYTES + 2048
        + 2 * d_m3CodePageAlignSize;
    return fixed + needs->linearBytes + (uint64_t) codeBytes * words * sizeof(code_t) + (uint64_t) codeBytes / 4 * functionBytes;
}

wasmote_status wasmote_needs_of(const void *file, size_t fileBytes, wasmote_needs *needs)
{
    manifest found;
    if (fileBytes > UINT32_MAX) return WASMOTE_BAD_MODEL;
    const wasmote_status status = check(file, (uint32_t) fileBytes, false, &found);
    if (status) return status;

    wasmote_section code;
    if (!wasmote_find_section(file, (uint32_t) fileBytes, wasmoteCodeSection, &code)) return WASMOTE_BAD_MODEL;
    *needs = (wasmote_needs) {
        .linearBytes = found.memoryBytes,
        .steps = found.steps,
        .inputs = found.inputs,
        .outputs = found.outputs,
        .name = (const char *) found.name,
        .nameLength = found.nameLength,
    };
    const uint64_t bytes = most_bytes(needs, code.length);
    needs->memoryBytes = bytes < UINT32_MAX ? (uint32_t) bytes : UINT32_MAX;
    return WASMOTE_OK;
}

/* ------------------------------------------------------------------------------------------------------ guarded calls */

/* What is called on the way to the compiler is inlined: a frame more is a frame less for the blocks that it is in. */
#define INLINED static inline __attribute__((always_inline))

/* Makes a model the current one; the caller's frame is where its stack is counted from. */
INLINED void enter(wasmote *model)
{
    const uint8_t *start = model->options->stackStart;
    if (!start) start = (const uint8_t *) __builtin_frame_address(0) - wasmote_stack_bytes(model);
    wasmote_current = model;
    interpreter_use_stack(start);
}

/* Calls a job that begins as WASMOTE_OK, and stores how it ended. */
INLINED wasmote_status guarded(void (*function)(void *), job *work, uint64_t limit)
{
    const wasmote_options *options = wasmote_current->options;
    wasmote_ending ended = WASMOTE_RETURNED;
    if (options->guardedCall) ended = options->guardedCall(function, work, limit ? limit : UINT64_MAX);
    else
    {
        interpreter_limit_run(limit ? options->counter : NULL, limit);
        function(work);
    }
    if (ended == WASMOTE_GAVE_UP) work->status = WASMOTE_LIMIT;
    if (ended == WASMOTE_FAULT) work->status = WASMOTE_TRAP;
    return work->status;
}

/* What ended a call of a function of the module. */
static wasmote_status status_of(M3Result result)
{
    if (!result) return WASMOTE_OK;
    if (result == m3Err_mallocFailed || result == m3Err_mallocFailedCodePage) return WASMOTE_MEMORY;
    return result == interpreter_limit ? WASMOTE_LIMIT : WASMOTE_TRAP;
}

/* ------------------------------------------------------------------------------------------------------------- opening */

/* Whether wasm3 refused an instruction that it was built without, or does not know; its own table has empty entries. */
static bool lacks_instruction(M3Result result)
{
    if (result == m3Err_unknownOpcode || result == m3Err_noCompiler) return true;
#ifdef WASM3_OWN_INSTRUCTIONS
    return strcmp(result, "no operation found for opcode") == 0;
#else
    return false;
#endif
}

static void load_job(void *argument)
{
    job *work = argument;
    wasmote *model = wasmote_current;
    const M3Result result = load_module(model, &model->module);
    if (!result) work->status = WASMOTE_OK;
    else if (model->arena.exhausted) work->status = WASMOTE_MEMORY;
    else if (result == m3Err_trapStackOverflow) work->status = model->options->callOnStack ? WASMOTE_BAD_MODEL : WASMOTE_STACK;
    else work->status = lacks_instruction(result) ? WASMOTE_WRONG_VERSION : WASMOTE_BAD_MODEL;
}

static void reset_job(void *argument)
{
    job *work = argument;
    IM3Function reset = module_reset(&wasmote_current->module);
    metacode_begin_run(reset);
    M3Result result = metacode_compile(reset);
    if (!result) result = m3_Call(reset, 0, NULL);
    metacode_drop(reset);
    work->status = status_of(result);
}

bool wasmote_keeps_state(const wasmote *model)
{
    return model && model->open && module_reset(&model->module);
}

static __attribute__((noinline)) wasmote_status reset(wasmote *model)
{
    if (!wasmote_keeps_state(model)) return WASMOTE_OK;
    job work = { .status = WASMOTE_OK };
    if (guarded(reset_job, &work, model->options->limit)) wasmote_close(model);
    return work.status;
}

/* Loads the model's file into its memory, which holds nothing yet. What traps on the way is a file that is damaged. */
INLINED wasmote_status load(wasmote *model)
{
    job work = { .status = WASMOTE_OK };
    arena_reset(&model->arena);
    model->module.runtime = NULL;
    model->open = true;
    wasmote_status status = guarded(load_job, &work, model->options->limit);
    if (status) wasmote_close(model);
    else status = reset(model);
    return status == WASMOTE_TRAP ? WASMOTE_BAD_MODEL : status;
}

wasmote_status wasmote_open(wasmote **opened, void *memory, size_t bytes, const void *file, size_t fileBytes,
                            const wasmote_options *options)
{
    static const wasmote_options defaults = { 0 };
    *opened = NULL;
    if (!memory || !file || fileBytes > UINT32_MAX) return WASMOTE_BAD_ARGUMENT;
    const uintptr_t start = ((uintptr_t) memory + 7) & ~(uintptr_t) 7, unused = start - (uintptr_t) memory;
    if (bytes < unused + sizeof(wasmote) + arenaEndBytes) return WASMOTE_MEMORY;

    wasmote *model = (wasmote *) start;
    memset(model, 0, sizeof *model);
    model->options = options ? options : &defaults;
    model->file = file;
    model->length = (uint32_t) fileBytes;
    const wasmote_status status = check(file, (uint32_t) fileBytes, model->options->portable, &model->manifest);
    if (status) return status;
    if (model->manifest.memoryBytes >= bytes - unused - sizeof *model) return WASMOTE_MEMORY;
    if (!wasmote_find_custom_section(file, model->length, WASMOTE_WEIGHTS_SECTION, &model->weights)) return WASMOTE_BAD_MODEL;
    if (!model->options->portable && ((uintptr_t) model->weights.bytes & 3)) return WASMOTE_BAD_ARGUMENT;
    arena_open(&model->arena, model + 1, bytes - unused - sizeof *model);

    enter(model);
    const wasmote_status loaded = load(model);
    if (!loaded) *opened = model;
    return loaded;
}

wasmote_status wasmote_reset(wasmote *model)
{
    if (!model || !model->open) return WASMOTE_CLOSED;
    enter(model);
    return reset(model);
}

void wasmote_close(wasmote *model)
{
    if (!model || !model->open) return;
    model->open = false;
    model->module.runtime = NULL;
    arena_reset(&model->arena);
}

/* ------------------------------------------------------------------------------------------------------------- running */

static void run_job(void *argument)
{
    job *work = argument;
    wasmote *model = wasmote_current;
    metacode_begin_run(model->module.run);
    const void *arguments[] = { &work->first, &work->last };
    const void *results[] = { &model->code };
    M3Result result = m3_Call(model->module.run, 2, arguments);
    if (!result) result = m3_GetResults(model->module.run, 1, results);
    work->status = status_of(result);
}

static __attribute__((noinline)) void load_anew(wasmote *model)
{
    enter(model);
    load(model);
}

wasmote_status wasmote_run_steps(wasmote *model, uint32_t first, uint32_t last, uint64_t limit)
{
    if (!model || !model->open) return WASMOTE_CLOSED;
    if (first > last || last > model->manifest.steps) return WASMOTE_BAD_ARGUMENT;
    enter(model);
    job work = { first, last, WASMOTE_OK };
    guarded(run_job, &work, limit ? limit : model->options->limit);
    if (work.status) load_anew(model);
    return work.status;
}

wasmote_status wasmote_run(wasmote *model)
{
    return wasmote_run_steps(model, 0, model ? model->manifest.steps : 0, 0);
}

uint32_t wasmote_used_bytes(const wasmote *model)
{
    return model && model->open ? (uint32_t) sizeof *model + model->arena.peak : 0;
}

/* --------------------------------------------------------------------------------------------------------- looking at it */

const manifest *wasmote_manifest(const wasmote *model)
{
    return model && model->open ? &model->manifest : NULL;
}

const uint8_t *wasmote_file(const wasmote *model, uint32_t *length)
{
    *length = model && model->open ? model->length : 0;
    return *length ? model->file : NULL;
}

int32_t wasmote_returned(const wasmote *model)
{
    return model->code;
}

uint32_t wasmote_overhead_used(const wasmote *model)
{
    return model && model->open ? wasmote_overhead_with(model, model->arena.peak) : 0;
}

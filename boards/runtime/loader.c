#include "loader.h"

#include <string.h>

#include "accelerator_imports.h"
#include "interpreter.h"
#include "read_weights.h"
#include "state.h"
#include "validate.h"

/* wasm3's, of m3_env.c. */
M3Result InitDataSegments(M3Memory *memory, IM3Module module);

/* Operand stack for the expressions that globals and data segments begin with. */
enum { expressionSlots = 32 };

/* What the compiler works on. */
typedef struct compilation
{
    IM3Module module;
    IM3Function run;
    uint32_t room;      /* of its stack, for blocks */
    uint32_t stackBytes;    /* of linear memory, where that is its stack */
    M3Result result;
} compilation;

/* wasm3 finds inner functions by their names, too. */
static IM3Function find_reset(IM3Module module)
{
    IM3Function reset = v_FindFunction(module, "reset");
    return reset && reset->export_name && strcmp(reset->export_name, "reset") == 0 ? reset : NULL;
}

/* Compiles what is to be compiled at load: everything once, and to stay `run`, with all that it calls where that is asked for. */
static void compile_job(void *argument)
{
    compilation *work = argument;
    work->result = metacode_open(work->module, work->run, find_reset(work->module), work->room, work->stackBytes);
    if (!work->result) work->result = metacode_keep(work->run);
    if (!work->result && wasmote_current->options->ahead) metacode_compile_ahead(work->run, find_reset(work->module));
}

/* What the stack of the call has for blocks. */
static uint32_t room_on_stack(void)
{
    const stack_use *use = &INTERPRETER_STACK_USE;
    return wasmote_stack_room(use->roomAtLoad);
}

/* Compiles with so many bytes of linear memory as the stack. */
static void compile_on_memory(compilation *work, M3MemoryHeader *memory, uint32_t bytes)
{
    work->room = bytes - compilerBytes;
    work->stackBytes = bytes;
    interpreter_call_on_stack(wasmote_current->options->callOnStack, compile_job, work, m3MemData(memory), bytes);
}

/*
 * Compiles in linear memory as the stack, where that is large enough: nothing else uses it yet. What nests too deep for the usual stack
 * has all of it. It is set up anew.
 */
static M3Result compile_at_load(IM3Module module, IM3Function run)
{
    M3MemoryHeader *memory = module->runtime->memory.mallocated;
    call_on_stack *call = wasmote_current->options->callOnStack;
    compilation work = { module, run, room_on_stack(), 0, m3Err_none };
    if (call && memory->length >= compileStackBytes)
    {
        compile_on_memory(&work, memory, compileStackBytes);
        const bool isTooDeep = work.result == m3Err_trapStackOverflow && memory->length > compileStackBytes;
        if (isTooDeep) compile_on_memory(&work, memory, (uint32_t) memory->length);
    }
    else compile_job(&work);
    if (work.result) return work.result;
    memset(m3MemData(memory), 0, memory->length);
    return InitDataSegments(&module->runtime->memory, module);
}

/* Frees the names of the imports: they are linked already. */
static void forget_imports(IM3Module module)
{
    for (uint32_t i = 0; i < module->numFunctions; i++)
    {
        IM3Function function = &module->functions[i];
        if (function->names[0] == function->import.fieldUtf8) function->numNames = 0;
        FreeImportInfo(&function->import);
        function->import = (M3ImportInfo) { NULL, NULL };
    }
}

/* The compiler calls itself for each of several results, which its check of the stack does not count with. */
static M3Result refuse_several_results(IM3Module module)
{
    for (uint32_t i = 0; i < module->numFuncTypes; i++)
        if (module->funcTypes[i]->numRets > 1) return m3Err_noCompiler;
    return m3Err_none;
}

/* `run`, where it is a function (i32, i32) -> i32 of the module; else NULL. */
static IM3Function find_run(IM3Module module)
{
    IM3Function run = v_FindFunction(module, "run");
    if (!run || !run->wasm) return NULL;
    const IM3FuncType type = run->funcType;
    const bool right = type->numRets == 1 && type->numArgs == 2 && type->types[0] == c_m3Type_i32
        && type->types[1] == c_m3Type_i32 && type->types[2] == c_m3Type_i32;
    return right ? run : NULL;
}

static bool is_right_reset(IM3Function reset)
{
    return !reset || (reset->wasm && reset->funcType->numRets == 0 && reset->funcType->numArgs == 0);
}

IM3Function module_reset(const loaded_module *loaded)
{
    return find_reset(loaded->runtime->modules);
}

/*
 * Bytes that the arguments and results of a call may take beyond the frame of who calls: of imports, which check nothing,
 * and of all functions with `any`, since wasm3 writes them before it checks the stack.
 */
static uint32_t call_bytes(IM3Module module, bool any)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < module->numFunctions; i++)
    {
        const M3Function *function = &module->functions[i];
        const uint32_t values = (uint32_t) function->funcType->numArgs + function->funcType->numRets;
        if ((any || !function->wasm) && values > most) most = values;
    }
    return most * sizeof(uint64_t);
}

/* The operand stack: as long as the longest chain of calls, or WASM3_STACK_BYTES where that is shorter or not known. */
static M3Result give_stack(IM3Module module)
{
    IM3Runtime runtime = module->runtime;
    arena *memory = &wasmote_current->arena;
    const uint32_t most = WASM3_STACK_BYTES / sizeof(m3slot_t), known = wasmote_current->metacode.stackSlots;
    const bool exact = known && known < most;
    const uint32_t slots = exact ? M3_MAX(known, expressionSlots) : most;
    arena_free(memory, runtime->stack);
    runtime->stack = arena_calloc(memory, 1, (slots + 4) * sizeof(m3slot_t) + call_bytes(module, !exact));
    if (!runtime->stack) return m3Err_mallocFailed;
    runtime->numStackSlots = slots;
    runtime->memory.mallocated->maxStack = (m3slot_t *) runtime->stack + slots;
    return m3Err_none;
}

M3Result load_module(wasmote *model, loaded_module *loaded)
{
    *loaded = (loaded_module) { NULL, NULL };
    IM3Module module;
    IM3Environment environment = m3_NewEnvironment();
    if (!environment) return m3Err_mallocFailed;

    M3Result result = m3_ParseModule(environment, &module, model->file, model->length);
    if (!result) result = refuse_several_results(module);
    if (!result) result = validate_module(module);
    if (result) return result;

    IM3Runtime runtime = loaded->runtime = m3_NewRuntime(environment, expressionSlots * sizeof(m3slot_t), NULL);
    if (!runtime) return m3Err_mallocFailed;
    runtime->memoryLimit = model->manifest.memoryBytes;

    result = m3_LoadModule(runtime, module);
    if (result) return result;
    const M3MemoryHeader *memory = runtime->memory.mallocated;
    if (!memory || memory->length < model->manifest.memoryBytes) return m3Err_wasmMemoryOverflow;

    result = m3_LinkRawFunctionEx(module, WASMOTE_IMPORT_MODULE, WASMOTE_READ_WEIGHTS_NAME,
                                  WASMOTE_READ_WEIGHTS_SIGNATURE, wasmote_read_weights, &model->weights);
    if (result && result != m3Err_functionLookupFailed) return result;
    if (!model->options->portable) wasmote_link_accelerators(module, &model->weights);
    forget_imports(module);

    loaded->run = find_run(module);
    if (!loaded->run || !is_right_reset(find_reset(module))) return m3Err_functionLookupFailed;
    result = compile_at_load(module, loaded->run);
    if (!result) result = give_stack(module);
    if (!result) metacode_choose_staying(loaded->run, find_reset(module));
    return result;
}

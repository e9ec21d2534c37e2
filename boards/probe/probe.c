/*
 * The firmware's engine and the runtime, compiled to WebAssembly, so that the host knows what a model takes of a board before anything is
 * flashed (host/needs/probe.ts): loader, compiler, call graph, cache and arena are those of the board, pointers have its
 * 32 bits. Nothing runs here but `reset`; the host says which function would be called next.
 */
#include <string.h>

#include "../firmware/engine.h"
#include "../ports/port.h"
#include "../runtime/accelerator_imports.h"
#include "../runtime/inspect.h"
#include "../runtime/state.h"
#define M3_COMPILE_OPCODES
#include "m3_compile.h"

#define EXPORT(name) __attribute__((export_name(name)))

enum { mostCalls = 256, alignment = 16 };

/* Where the linker's own data ends. */
extern uint8_t __heap_base[];

probe_board probe;

static running_call calls[mostCalls];
static uint32_t callCount;

/* ---------------------------------------------------------------------------------------------- what a port gives */

uint64_t port_counter(void) { return 0; }

/* What a C library would ask its system for, so that the probe imports nothing: it has no files. */
int32_t __imported_wasi_snapshot_preview1_fd_close(int32_t file) { (void) file; return 1; }
int32_t __imported_wasi_snapshot_preview1_fd_seek(int32_t file, int64_t offset, int32_t whence, int32_t to)
{
    (void) file, (void) offset, (void) whence, (void) to;
    return 1;
}
int32_t __imported_wasi_snapshot_preview1_fd_write(int32_t file, int32_t from, int32_t count, int32_t written)
{
    (void) file, (void) from, (void) count, (void) written;
    return 1;
}

static const void *accelerator(IM3Runtime runtime, IM3ImportContext context, uint64_t *stack, void *memory)
{
    (void) runtime, (void) context, (void) stack, (void) memory;
    return m3Err_none;
}

/* All that a model imports are there, and its global says so: their names come from the same version as the firmware. */
uint32_t wasmote_link_accelerators(IM3Module module, const wasmote_section *weights)
{
    const IM3Global global = m3_FindGlobal(module, WASMOTE_ACCELERATOR_GLOBAL);
    if (global) global->i32Value = -1;
    for (uint32_t i = 0; i < module->numFuncImports; i++)
    {
        const char *name = module->functions[i].import.fieldUtf8;
        if (!name || strncmp(name, "accel_", strlen("accel_")) != 0) continue;
        m3_LinkRawFunctionEx(module, WASMOTE_ACCELERATOR_MODULE, name, WASMOTE_ACCELERATOR_SIGNATURE, accelerator, weights);
    }
    return 0;
}

/* ---------------------------------------------------------------------------------- what is compiled of wasm3 for it */

enum { mostOperations = 4096, mostIdioms = 64, mostOpcodes = 512 };

/* Which operations, by their places in the table of functions; which idioms; which instructions: those behind the prefix from 256 on. */
static uint8_t emitted[mostOperations], fused[mostIdioms], read[mostOpcodes];

const char *probe_emits(const void *operation)
{
    const uintptr_t place = (uintptr_t) operation;
    if (place < mostOperations) emitted[place] = 1;
    return m3Err_none;
}

void probe_fused(uint32_t idiom)
{
    if (idiom < mostIdioms) fused[idiom] = 1;
}

void probe_reads(uint32_t opcode, const uint8_t *behind, const uint8_t *end)
{
    read[opcode & 0xff] = 1;
    if (opcode == c_waOp_extended && behind < end) read[256 + *behind] = 1;
}

EXPORT("emitted") const uint8_t *probe_emitted(void) { return emitted; }
EXPORT("fused") const uint8_t *probe_which_fused(void) { return fused; }
EXPORT("read") const uint8_t *probe_read(void) { return read; }

/* What the compiler knows of an instruction: an M3OpInfo. */
EXPORT("instruction") const M3OpInfo *probe_instruction(uint32_t opcode)
{
    return GetOpInfo((m3opcode_t) (opcode < 256 ? opcode : 0xfc00 | (opcode - 256)));
}

/* ------------------------------------------------------------------------------------------------- what is probed */

static uintptr_t aligned(uintptr_t address)
{
    return (address + alignment - 1) & ~(uintptr_t) (alignment - 1);
}

/* Where a model file of that many bytes is to be put; there is room behind it for an arena. 0 without memory. */
EXPORT("place") uint8_t *probe_place(uint32_t fileBytes, uint32_t arenaBytes)
{
    probe.arenaStart = (uint8_t *) aligned((uintptr_t) __heap_base + fileBytes);
    probe.arenaEnd = probe.arenaStart + arenaBytes;
    const uintptr_t page = 65536, end = ((uintptr_t) probe.arenaEnd + page - 1) / page;
    const uintptr_t pages = __builtin_wasm_memory_size(0);
    if (end > pages && __builtin_wasm_memory_grow(0, end - pages) == (size_t) -1) return NULL;
    return (uint8_t *) aligned((uintptr_t) __heap_base);
}

/* What a board's file says; the number of its use of the stack is its place in host/needs/probe.ts. */
EXPORT("board") void probe_of_board(uint32_t stackUse, uint32_t fixedBytes, uint32_t engineBytes, uint32_t operandBytes,
                                    uint32_t pageBytes, bool fuses)
{
    static const stack_use uses[] = {
        STACK_USE_CORTEX_M0PLUS, STACK_USE_CORTEX_M, STACK_USE_CORTEX_M7, STACK_USE_RV32, STACK_USE_OTHER,
    };
    probe.stack = &uses[stackUse];
    probe.fixedBytes = fixedBytes;
    probe.engineBytes = engineBytes;
    probe.operandBytes = operandBytes;
    probe.pageBytes = pageBytes;
    probe.fuses = fuses;
}

/* Loads the model as the board does: with the accelerators, and anew without where they are not wanted. */
EXPORT("load") model_error probe_load(const uint8_t *file, uint32_t length, bool accelerated)
{
    const model_error error = engine_load(file, length);
    return error ? error : engine_accelerate(accelerated);
}

EXPORT("reset") model_error probe_reset(void) { return engine_reset(); }

/* Opens the model as a program does that has the library alone, in all of the arena. */
EXPORT("open") model_error probe_open(const uint8_t *file, uint32_t length, bool accelerated, uint32_t stackBytes)
{
    static wasmote *model;
    const wasmote_options options = { .portable = !accelerated, .stackBytes = stackBytes };
    return (model_error) wasmote_open(&model, probe.arenaStart, (size_t) (probe.arenaEnd - probe.arenaStart), file, length,
                                      &options);
}

/* As reset and used, of a model that is open. */
EXPORT("reset_open") model_error probe_reset_open(void) { return (model_error) wasmote_reset(wasmote_current); }
EXPORT("used_open") uint32_t probe_used_open(void) { return wasmote_used_bytes(wasmote_current); }

/* A run begins. */
EXPORT("begin") void probe_begin(void)
{
    callCount = 0;
    metacode_begin_run(wasmote_current->module.run);
}

/* What `enter` finds. */
enum { wasCompiled, isCompiled, isRefused };

/* The function that runs calls function `index` of the module. */
EXPORT("enter") uint32_t probe_enter(uint32_t index)
{
    if (index >= wasmote_current->metacode.count) return isRefused;
    IM3Function function = &wasmote_current->metacode.module->functions[index];
    uint32_t found = wasCompiled;
    if (!function->compiled)
    {
        const bool may = callCount < mostCalls && function->wasm && !metacode_compile(function);
        if (!may) return isRefused;
        found = isCompiled;
    }
    if (callCount == mostCalls) return isRefused;
    calls[callCount] = (running_call) { function, interpreter_running };
    interpreter_running = &calls[callCount++];
    return found;
}

/* The function that runs returns. */
EXPORT("leave") void probe_leave(void)
{
    interpreter_running = calls[--callCount].outer;
}

/* What an application has beside its model. */
EXPORT("kept") uint32_t probe_kept(void) { return engine_kept_bytes(); }

/* The most RAM that was taken besides linear memory. */
EXPORT("used") uint32_t probe_used(void) { return engine_used_bytes(); }

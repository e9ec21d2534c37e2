#include "metacode.h"

#include <string.h>

#include "interpreter.h"
#include "state.h"

/* Slots of a call besides those that the compiler counts: where the callee's frame is aligned to. */
enum { callSlots = 3 };

/* Slots of an argument or result, which the caller writes, whether or not the callee can be compiled then. */
enum { valueSlots = sizeof(uint64_t) / sizeof(m3slot_t) };

/* Words of the branch from one page to the next, and words that must be free on a page for an operation. */
enum { branchLines = 2, spareLines = (d_m3CodePageFreeLinesThreshold) + branchLines };

/* Bytes of the arena that a function takes besides its own, at most: headers of its two blocks; and those while it is compiled. */
enum { blockBytes = 16, spareBytes = (uint32_t) (spareLines * sizeof(code_t) + sizeof(M3CodePageHeader)) };

/* Of linear memory, the share by which a model that has more of it may have more metacode. */
enum { linearShare = 64 };

/* Bytes of a function's nesting are counted in units of so many. */
enum { nestingUnit = UINTPTR_MAX > UINT32_MAX ? 1024 : 32, mostUnits = 1023, mostLoops = 31 };

/* The metacode of the model that the library is called for. */
static metacode *cache(void)
{
    return &wasmote_current->metacode;
}

static uint32_t index_of(IM3Function function)
{
    return (uint32_t) (function - cache()->module->functions);
}

static metacode_entry *entry_of(IM3Function function)
{
    return &cache()->entries[index_of(function)];
}

/* Tells wasm3 where the compiled functions are, or that there are none. */
static void show(bool visible)
{
    for (uint32_t i = 0; i < cache()->count; i++)
    {
        IM3Function function = &cache()->module->functions[i];
        IM3CodePage pages = cache()->entries[i].pages;
        if (function->wasm) function->compiled = visible && pages ? GetPageStartPC(pages) : NULL;
    }
}

void metacode_drop(IM3Function function)
{
    FreeCodePages(&entry_of(function)->pages);
    arena_free(&wasmote_current->arena, function->constants);
    function->constants = NULL;
    function->numConstantBytes = 0;
    function->compiled = NULL;
}

static void cut_page(IM3CodePage page, uint32_t lines)
{
    if (lines >= page->info.numLines) return;
    page->info.numLines = lines;
    arena_trim(&wasmote_current->arena, page, sizeof page->info + lines * sizeof(code_t));
}

/* Takes the pages that were written to, cut to what is in them, with the one that begins with `first` in front. */
static IM3CodePage take_pages(IM3Runtime runtime, pc_t first)
{
    IM3CodePage all = NULL, begin = NULL;
    IM3CodePage *const lists[] = { &runtime->pagesOpen, &runtime->pagesFull };
    for (int i = 0; i < 2; i++)
    {
        while (*lists[i])
        {
            IM3CodePage page = PopCodePage(lists[i]);
            cut_page(page, page->info.lineIndex);
            if (GetPageStartPC(page) == first) begin = page;
            else PushCodePage(&all, page);
        }
    }
    if (begin) PushCodePage(&all, begin);
    return all;
}

/* Opens a page for a function of that size, so that it is in one piece; without memory for that it will be in several. */
static void open_page(IM3Runtime runtime, uint32_t bytes)
{
    if (!bytes) return;
    const uint32_t lines = bytes / sizeof(code_t) + spareLines;
    cache()->pagesAreExact = true;
    IM3CodePage page = NewCodePage(runtime, lines);
    cache()->pagesAreExact = false;
    if (page) PushCodePage(&runtime->pagesOpen, page);
}

/* Bytes of a function's page and constants, were it in one piece. */
static uint16_t bytes_of(IM3Function function)
{
    uint32_t lines = 0;
    for (IM3CodePage page = entry_of(function)->pages; page; page = page->info.next)
        lines += page->info.lineIndex - (page->info.next ? branchLines : 0);
    const uint32_t bytes = sizeof(M3CodePageHeader) + lines * sizeof(code_t) + function->numConstantBytes;
    return bytes < UINT16_MAX ? (uint16_t) bytes : UINT16_MAX;
}

/*
 * Compiles a function into pages of its own. wasm3 writes a callee's address into the code where it is compiled
 * already; since it may be dropped, none is while this one is compiled.
 */
static M3Result compile(IM3Function function)
{
    IM3Runtime runtime = cache()->module->runtime;
    IM3CodePage open = runtime->pagesOpen, full = runtime->pagesFull;
    runtime->pagesOpen = runtime->pagesFull = NULL;
    open_page(runtime, entry_of(function)->bytes);
    show(false);
    M3Result result = CompileFunction(function);
    const pc_t first = function->compiled;
    entry_of(function)->pages = take_pages(runtime, first);
    runtime->pagesOpen = open;
    runtime->pagesFull = full;
    if (result || !first) metacode_drop(function);
    else if (cache()->callees) entry_of(function)->bytes = bytes_of(function);
    show(true);
    return result;
}

static function_set running(void)
{
    function_set set = 0;
    for (running_call *call = interpreter_running; call; call = call->outer) set |= function_set_of(index_of(call->function));
    return set;
}

/* Drops a function that is not in the set, nor kept. False if there is none. */
static bool drop_one(function_set needed)
{
    for (uint32_t i = 0; cache()->callees && i < cache()->count; i++)
    {
        const metacode_entry *of = &cache()->entries[i];
        if (!of->pages || of->kept || needed >> i & 1) continue;
        metacode_drop(&cache()->module->functions[i]);
        cache()->dropped = true;
        return true;
    }
    return false;
}

/* Bytes besides linear memory beyond which functions are dropped; 0: there is no limit. */
static uint32_t limit(void)
{
    const uint32_t most = wasmote_current->options->overheadBytes;
    return most ? most + (uint32_t) cache()->module->runtime->memory.mallocated->length / linearShare : 0;
}

/* What is taken besides linear memory where these functions are compiled besides those that are, one of them just now. */
static uint32_t bytes_with(function_set functions)
{
    uint32_t bytes = spareBytes;
    for (uint32_t i = 0; i < cache()->count; i++)
    {
        const metacode_entry *of = &cache()->entries[i];
        if (functions >> i & 1 && !of->pages && of->bytes) bytes += of->bytes + blockBytes;
    }
    return wasmote_overhead_with(wasmote_current, wasmote_current->arena.used) + bytes;
}

/*
 * Drops, as far as the limit asks for it before a function is compiled, what neither it nor those that run can call: a
 * kernel that loses its inner function compiles it again for every few outputs.
 */
static void make_room(IM3Function function)
{
    const function_set one = function_set_of(index_of(function));
    const function_set needed = call_graph_reach(cache()->callees, cache()->count, running() | one);
    while (limit() && bytes_with(one) > limit() && drop_one(needed | cache()->staying)) {}
}

/* A function with all that it calls. */
static function_set reach_of(uint32_t index)
{
    return call_graph_reach(cache()->callees, cache()->count, function_set_of(index));
}

/* Whether there is room for these functions beside whatever else one of `roots` calls. */
static bool leaves_room(function_set functions, function_set roots)
{
    for (uint32_t i = 0; i < cache()->count; i++)
        if (roots >> i & 1 && bytes_with(functions | reach_of(i)) > limit()) return false;
    return true;
}

/* The function of a set that takes most, with all that it calls; the set is not empty. */
static uint32_t largest_of(function_set functions)
{
    uint32_t largest = 0, most = 0;
    for (uint32_t i = 0; i < cache()->count; i++)
    {
        if (!(functions >> i & 1)) continue;
        const uint32_t bytes = bytes_with(reach_of(i));
        if (bytes > most) largest = i, most = bytes;
    }
    return largest;
}

void metacode_choose_staying(IM3Function run, IM3Function reset)
{
    if (!cache()->callees || !limit()) return;
    function_set left = cache()->callees[index_of(run)];
    const function_set roots = left | (reset ? function_set_of(index_of(reset)) : 0);
    while (left)
    {
        const uint32_t largest = largest_of(left);
        const function_set staying = cache()->staying | reach_of(largest);
        if (!leaves_room(staying, roots)) return;
        cache()->staying = staying;
        left &= ~function_set_of(largest);
    }
}

/* What is compiled on another stack. */
typedef struct compilation
{
    IM3Function function;
    M3Result result;
} compilation;

static void compile_job(void *argument)
{
    compilation *work = argument;
    work->result = compile(work->function);
}

/* Stack that a function which runs takes for the loops that it may be in: all of it, where there are too many to count. */
static uint32_t taken_by_loops(IM3Function function)
{
    const stack_use *use = &INTERPRETER_STACK_USE;
    const uint32_t loops = entry_of(function)->loops;
    return loops < mostLoops ? loops * use->loop : wasmote_stack_room(use->roomInRun);
}

/* What the stack that is in use has left for the blocks of a function that is compiled: as counted in stack_use.h. */
static uint32_t room_for_blocks(void)
{
    if (!cache()->root) return cache()->roomAtLoad;
    const stack_use *use = &INTERPRETER_STACK_USE;
    uint32_t taken = taken_by_loops(cache()->root);
    for (const running_call *call = interpreter_running; call; call = call->outer)
        taken += use->call + taken_by_loops(call->function);
    const uint32_t room = wasmote_stack_room(use->roomInRun);
    return taken < room ? room - taken : 0;
}

/* Compiles a function on the stack that is in use or, where that is too small, on one in the arena. */
static M3Result compile_anywhere(IM3Function function)
{
    const uint32_t nestingBytes = entry_of(function)->nesting * nestingUnit, room = room_for_blocks();
    uint32_t stackBytes = compileStackBytes;
    if (nestingBytes <= room)
    {
        interpreter_limit_nesting(room);
        M3Result result = compile(function);
        if (result != m3Err_trapStackOverflow) return result;
    }
    else stackBytes = nestingBytes + compilerBytes;

    call_on_stack *call = wasmote_current->options->callOnStack;
    if (!call) return m3Err_trapStackOverflow;
    compilation work = { function, m3Err_mallocFailed };
    uint8_t *stack = arena_calloc(&wasmote_current->arena, 1, stackBytes);
    interpreter_limit_nesting(stackBytes - compilerBytes);
    if (stack) interpreter_call_on_stack(call, compile_job, &work, stack, stackBytes);
    arena_free(&wasmote_current->arena, stack);
    return work.result;
}

M3Result metacode_compile(IM3Function function)
{
    if (entry_of(function)->pages) return m3Err_none;
    if (cache()->callees) make_room(function);
    M3Result result = compile_anywhere(function);
    if (result != m3Err_mallocFailed && result != m3Err_mallocFailedCodePage) return result;
    cache()->staying = 0;
    while (drop_one(running())) {}
    return compile_anywhere(function);
}

M3Result interpreter_compile(IM3Function function)
{
    return metacode_compile(function);
}

M3Result metacode_keep(IM3Function function)
{
    M3Result result = metacode_compile(function);
    entry_of(function)->kept = true;
    return result;
}

void metacode_compile_ahead(IM3Function root, IM3Function reset)
{
    if (!cache()->callees) return;
    bool isComplete = true;
    const function_set called = call_graph_reach(cache()->callees, cache()->count, function_set_of(index_of(root)));
    for (uint32_t i = 0; i < cache()->count; i++)
    {
        IM3Function function = &cache()->module->functions[i];
        const bool isToDo = called >> i & 1 && function->wasm && !entry_of(function)->pages;
        if (isToDo && compile_anywhere(function)) isComplete = false;
    }
    /* What resets the state is dropped after each call: it has to find room beside all others. */
    if (reset && compile_anywhere(reset)) isComplete = false;
    if (reset) metacode_drop(reset);
    if (!isComplete) return;
    arena_free(&wasmote_current->arena, cache()->callees);
    cache()->callees = NULL;
}

void metacode_begin_run(IM3Function root)
{
    interpreter_running = NULL;
    cache()->root = root;
    while (cache()->dropped && drop_one(cache()->staying)) {}
}

/* The functions that a function calls, from its metacode. */
static function_set callees_of(IM3Function function)
{
    function_set found = 0;
    for (IM3CodePage page = entry_of(function)->pages; page; page = page->info.next)
    {
        for (uint32_t line = 0; line + 1 < page->info.lineIndex; line++)
        {
            if (page->code[line] != interpreter_call_operation) continue;
            const uintptr_t offset = (uintptr_t) page->code[line + 1] - (uintptr_t) cache()->module->functions;
            const uint32_t index = offset / sizeof(M3Function);
            if (index < cache()->count && offset % sizeof(M3Function) == 0) found |= function_set_of(index);
        }
    }
    return found;
}

/* Compiles a function to see whether it can be, and what it calls; drops it again where the call graph is known. */
static M3Result try(IM3Function function, uint32_t *slots)
{
    const IM3FuncType type = function->funcType;
    *slots = (uint32_t) (type->numArgs + type->numRets) * valueSlots + callSlots;
    M3Result result = compile_anywhere(function);
    if (result == m3Err_functionImportMissing) return m3Err_none;
    if (result || !cache()->callees) return result;

    const nesting nested = interpreter_nesting();
    metacode_entry *of = entry_of(function);
    of->nesting = (nested.bytes + nestingUnit - 1) / nestingUnit;
    of->loops = nested.loops < mostLoops ? nested.loops : mostLoops;
    cache()->callees[index_of(function)] = callees_of(function);
    *slots = function->maxStackSlots + callSlots;
    metacode_drop(function);
    return m3Err_none;
}

/* Gives back what is kept of the functions behind the last one that is ever called. The set is not empty. */
static void forget_behind(function_set called)
{
    arena *memory = &wasmote_current->arena;
    uint32_t count = cache()->count;
    while (!(called >> (count - 1) & 1)) count--;
    cache()->count = cache()->module->numFunctions = count;
    arena_trim(memory, cache()->module->functions, count * sizeof *cache()->module->functions);
    arena_trim(memory, cache()->entries, count * sizeof *cache()->entries);
    arena_trim(memory, cache()->callees, count * sizeof *cache()->callees);
}

/*
 * Tries all functions. Where each is dropped again, linear memory lends what it has beyond the compiler's stack: nothing else is there
 * to be compiled into yet, and what the largest function takes is not needed beside it.
 */
static M3Result try_all(uint32_t *slots, uint32_t stackBytes)
{
    arena *memory = &wasmote_current->arena;
    M3MemoryHeader *linear = cache()->module->runtime->memory.mallocated;
    if (cache()->callees) arena_trim(memory, linear, sizeof *linear + stackBytes);
    M3Result result = m3Err_none;
    /* Kernels come last: what one of them lacks is told before how deep `run` nests. */
    for (uint32_t i = cache()->count; i-- > 0 && !result;)
        if (cache()->module->functions[i].wasm) result = try(&cache()->module->functions[i], &slots[i]);
    return arena_grow(memory, linear, sizeof *linear + linear->length) ? result : m3Err_mallocFailed;
}

M3Result metacode_open(IM3Module module, IM3Function run, IM3Function reset, uint32_t room, uint32_t stackBytes)
{
    const uint32_t count = module->numFunctions;
    *cache() = (metacode) { 0 };
    interpreter_running = NULL;
    cache()->module = module;
    cache()->count = count;
    cache()->roomAtLoad = M3_MIN(room, mostUnits * nestingUnit);
    for (IM3CodePage page = module->runtime->pagesOpen; page; page = page->info.next) cut_page(page, page->info.lineIndex);

    /* A function that is called by way of a table may be running without being known to. */
    const bool graph = count <= callGraphFunctions && !module->numElementSegments;
    cache()->entries = arena_calloc(&wasmote_current->arena, count, sizeof *cache()->entries);
    if (graph) cache()->callees = arena_calloc(&wasmote_current->arena, count, sizeof *cache()->callees);
    uint32_t *slots = arena_calloc(&wasmote_current->arena, count, sizeof *slots);
    if (!cache()->entries || !slots || (graph && !cache()->callees)) return m3Err_mallocFailed;

    const M3Result result = try_all(slots, stackBytes);
    if (graph && !result)
    {
        const function_set called = function_set_of(index_of(run)) | (reset ? function_set_of(index_of(reset)) : 0);
        cache()->stackSlots = call_graph_longest_chain(cache()->callees, slots, count, called);
        forget_behind(call_graph_reach(cache()->callees, count, called));
    }
    arena_free(&wasmote_current->arena, slots);
    if (!result) return m3Err_none;
    for (uint32_t i = 0; i < count; i++) if (cache()->entries[i].pages) metacode_drop(&module->functions[i]);
    arena_free(&wasmote_current->arena, cache()->callees);
    arena_free(&wasmote_current->arena, cache()->entries);
    return result;
}

/*
 * The one translation unit that holds wasm3's operations (m3_exec.h) and its compiler (m3_compile.c). Some
 * things are put in place of wasm3's own, by name, before the compiler emits them:
 *
 * - Entry and Loop, which nest C frames, trap when the C stack is nearly used up.
 * - Compile: wasm3 replaces the operation before it knows whether the function compiles, so that a second
 *   call after a failure would jump to data. A function that cannot be compiled gets code that tries again.
 * - memory.grow goes through instance_grow_memory, since wasm3's shrinks on 32-bit wrap-around, moves memory
 *   under its views and forgets where the operand stack ends.
 * - m3_Yield, an empty function that every call calls.
 * - Entry, Loop, CallRawFunction and what moves memory trap when the instance's time is over. The clock is looked at
 *   after so many of them, where loops turn and calls are made, so that code without end meets it.
 *
 * The compiler is the one with superinstructions, as in the boards' firmware.
 */
#include "instance.h"
#include "interpreter.h"
#include "native-stack.h"

#define M3_COMPILE_OPCODES

#include "m3_env.h"
#include "m3_compile.h"
#include "m3_exec_defs.h"
#include "port-x86-64.h"
#include "m3_exception.h"
#include "m3_info.h"

/* C stack that compiling takes: for a function, and for each level of nested blocks in it. */
enum { compileBytes = 8 * 1024, compileBytesPerBlock = 640 };

static M3Result compile_or_defer(IM3Function function);

#define CompileFunction compile_or_defer
#define ResizeMemory instance_grow_memory
#define m3_Yield() NULL
#include "m3_exec.h"
#undef CompileFunction
#undef ResizeMemory
#undef m3_Yield

static inline bool native_stack_is_low(M3MemoryHeader *memory)
{
    const instance *self = m3MemRuntime(memory)->userdata;
    return M3_UNLIKELY(native_stack_pointer() < self->nativeStackLimit);
}

static inline bool time_is_over(instance *self)
{
    return M3_UNLIKELY(--self->looksAhead < 0) && instance_time_is_over(self);
}

d_m3Op(GuardedEntry)
{
    if (native_stack_is_low(_mem)) newTrap(m3Err_trapStackOverflow);
    if (time_is_over(m3MemRuntime(_mem)->userdata)) newTrap(timeTrap);
    return op_Entry(d_m3OpAllArgs);
}

/* As wasm3's Loop. What comes back to it has turned once more. */
d_m3Op(GuardedLoop)
{
    if (native_stack_is_low(_mem)) newTrap(m3Err_trapStackOverflow);
    d_m3ClearRegisters

    IM3Memory memory = m3MemInfo(_mem);
    m3ret_t result;
    while ((result = nextOpImpl()) == _pc)
    {
        _mem = memory->mallocated;
        if (time_is_over(m3MemRuntime(_mem)->userdata)) newTrap(timeTrap);
    }
    forwardTrap(result);
}

#define TIMED_OPERATION(NAME)                                                                   \
    d_m3Op(Timed##NAME)                                                                         \
    {                                                                                           \
        if (time_is_over(m3MemRuntime(_mem)->userdata)) newTrap(timeTrap);                      \
        return op_##NAME(d_m3OpAllArgs);                                                        \
    }

TIMED_OPERATION(MemCopy)
TIMED_OPERATION(MemFill)
TIMED_OPERATION(CallRawFunction)

/* A superinstruction that loops ends within memory, unless it does not advance: then it comes back at every turn. */
#define FUSED_STOP(step, end) ((step) ? (end) : 0)

/* The code of a function that could not be compiled: this operation, then the function. */
d_m3Op(CompileAgain)
{
    IM3Function function = immediate(IM3Function);
    const pc_t deferred = _pc - 2;

    if (function->compiled == deferred)
    {
        M3Result result = interpreter_compile(function);
        if (result) newTrap(result);
    }
    jumpOp(function->compiled);
}

static M3Result compile_or_defer(IM3Function function)
{
    if (!function->module) return m3Err_functionImportMissing;

    M3Result result = interpreter_compile(function);
    if (!result) return result;

    IM3Runtime runtime = function->module->runtime;
    IM3CodePage page = AcquireCodePageWithCapacity(runtime, 2);
    if (!page) return m3Err_mallocFailedCodePage;

    function->compiled = GetPagePC(page);
    EmitWord(page, op_CompileAgain);
    EmitWord(page, function);
    ReleaseCodePage(runtime, page);
    return m3Err_none;
}

/* A function has an instance; an expression that is only evaluated at start has neither. */
#define SUPERINSTRUCTIONS_ENABLED(o) ((o)->function && instance_of((o)->runtime)->limits.superinstructions)
#define SUPERINSTRUCTIONS_FUSED(o, idiom) (instance_of((o)->runtime)->fusedSequences++)
#define SUPERINSTRUCTIONS_STORAGE static _Thread_local

#define op_Entry op_GuardedEntry
#define op_Loop op_GuardedLoop
#define op_MemCopy op_TimedMemCopy
#define op_MemFill op_TimedMemFill
#define op_CallRawFunction op_TimedCallRawFunction
#include "superinstructions.c"
#undef op_Entry
#undef op_Loop
#undef op_MemCopy
#undef op_MemFill
#undef op_CallRawFunction

M3Result interpreter_compile(IM3Function function)
{
    const instance *self = instance_of(function->module->runtime);
    const size_t needed = compileBytes + (size_t) self->limits.blockNesting * compileBytesPerBlock;

    if (native_stack_pointer() < self->nativeStackLimit + needed) return m3Err_trapStackOverflow;
    return CompileFunction(function);
}

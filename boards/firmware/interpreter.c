/*
 * The one translation unit that holds wasm3's operations (m3_exec.h) and its compiler (m3_compile.c). A port
 * header for the processor, force-included by the build, may define m3_exec_defs_h's contents in its place. A port
 * whose operations are compiled with flags of their own includes this file once more, for the operations alone
 * (INTERPRETER_OPERATIONS_ONLY).
 *
 * The compiler is the one with superinstructions. Some things are put in place of wasm3's own, by name, before the
 * compiler emits them:
 * - Compile, which calls a function that was not compiled yet when the call was, does not rewrite itself: every run
 *   executes the same instructions, and a function that cannot be compiled stays so.
 * - Entry traps when the C stack is nearly used up. What overflows it all the same (loops that nest, the
 *   compiler) runs into the guard below the stack, which ends the guarded call.
 * - Read_opcode, which the compiler calls at every level of nested blocks, refuses where they are nested deeper than
 *   they may (stack_use.h), or the stack that it runs on is nearly used up.
 * - m3_Yield, an empty function that every call calls: a run is stopped by port_guarded_call.
 * - All operations on floats (float-operations.h); the port that includes this file once more has them elsewhere.
 */
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "interpreter.h"
#include "layout.h"
#include "metacode.h"
#include "port.h"

#include "operations.h"
#ifndef INTERPRETER_OPERATIONS_ONLY
#include "float-operations.h"
#endif

/* C stack that must be left when a function is entered: for its operations and the imports it calls. */
enum { stackReserveBytes = 256 };

/*
 * Stack that compiling an instruction may take, besides the blocks in it: 552 to 576 bytes by GCC's
 * -fcallgraph-info=su, of all that Compile_* call, on Armv6-M, Armv7-M and RV32.
 */
enum { instructionBytes = 592 };

d_m3Op(GuardedEntry)
{
    if (M3_UNLIKELY(LAYOUT_STACK_POINTER < LAYOUT_STACK_START + stackReserveBytes))
        newTrap(m3Err_trapStackOverflow);
    return op_Entry(d_m3OpAllArgs);
}

d_m3Op(CallOrCompile)
{
    IM3Function function = immediate(IM3Function);
    const i32 stackOffset = immediate(i32);
    IM3Memory memory = m3MemInfo(_mem);

    if (M3_UNLIKELY(!function->compiled))
    {
        M3Result result = function->wasm ? metacode_compile(function) : m3Err_functionImportMissing;
        if (result) newTrap(result);
    }
    m3ret_t result;
    {   /* `call` ends before nextOp, which is a jump only where no variable's address may be in use. */
        metacode_call call = { function, metacode_running };
        metacode_running = &call;
        result = Call(function->compiled, _sp + stackOffset, _mem, d_m3OpDefaultArgs);
        metacode_running = call.outer;
    }
    _mem = memory->mallocated;
    if (M3_UNLIKELY(result)) forwardTrap(result);
    nextOp();
}

#ifdef INTERPRETER_OPERATIONS_ONLY
#if SUPERINSTRUCTIONS
#include "fused-operations.h"
#endif
#else

/* The lowest address of the stack that the compiler runs on. */
static const uint8_t *compiler_stack = LAYOUT_STACK_START;

void interpreter_reset_stack(void)
{
    compiler_stack = LAYOUT_STACK_START;
}

void interpreter_call_on_stack(void (*function)(void *), void *argument, uint8_t *start, uint32_t bytes)
{
    const uint8_t *before = compiler_stack;
    compiler_stack = start;
    port_call_on_stack(function, argument, (void *) (((uintptr_t) start + bytes) & ~(uintptr_t) 15));
    compiler_stack = before;
}

const void *const interpreter_call_operation = (const void *) op_CallOrCompile;

#ifndef BOARD_STACK_USE
#define BOARD_STACK_USE STACK_USE_CORTEX_M
#endif
const stack_use interpreter_stack_use = BOARD_STACK_USE;

static struct
{
    uint32_t limit;
    uint32_t block;     /* depth and kind of the innermost block that is counted; no block's at first */
    nesting most;
} nested;

void interpreter_limit_nesting(uint32_t bytes)
{
    nested.limit = bytes;
    nested.block = UINT32_MAX;
    nested.most = (nesting) { 0, 0 };
}

nesting interpreter_nesting(void)
{
    return nested.most;
}

/* Blocks that the compiler is in: what they take of its stack, and how many of them are loops. */
static nesting count_blocks(const M3CompilationScope *block)
{
    const stack_use *use = &INTERPRETER_STACK_USE;
    nesting blocks = { 0, 0 };
    for (; block->depth > 0; block = block->outer)
    {
        blocks.bytes += block->opcode == c_waOp_if ? use->ifBlock : block->opcode == c_waOp_else ? use->elseBlock : use->block;
        if (block->opcode == c_waOp_loop) blocks.loops++;
    }
    return blocks;
}

/* Counts the blocks around an instruction that is about to be compiled. False where they take more than they may. */
static __attribute__((noinline)) bool may_nest(IM3Compilation o, m3opcode_t opcode)
{
    const uint32_t block = o->block.depth << 8 | (o->block.opcode & 0xff);
    const bool calls = opcode == c_waOp_call;
    if (block == nested.block && !calls) return true;
    nested.block = block;
    const nesting blocks = count_blocks(&o->block);
    nested.most.bytes = M3_MAX(nested.most.bytes, blocks.bytes);
    if (calls) nested.most.loops = M3_MAX(nested.most.loops, blocks.loops);
    return blocks.bytes <= nested.limit;
}

/* `at` is the compilation's own: there is nothing else that wasm3 reads instructions from. */
static M3Result read_opcode_guarded(m3opcode_t *opcode, bytes_t *at, cbytes_t end)
{
    if (LAYOUT_STACK_POINTER < compiler_stack + instructionBytes) return m3Err_trapStackOverflow;
    M3Result result = Read_opcode(opcode, at, end);
    if (result) return result;
    IM3Compilation o = (IM3Compilation) ((uint8_t *) at - offsetof(M3Compilation, wasm));
    return may_nest(o, *opcode) ? m3Err_none : m3Err_trapStackOverflow;
}

#define Read_opcode read_opcode_guarded
#define op_Entry op_GuardedEntry
#define op_Compile op_CallOrCompile
#include "superinstructions.c"
#undef op_Entry
#undef op_Compile
#undef Read_opcode

#endif

/*
 * The one translation unit that holds wasm3's operations (m3_exec.h) and its compiler (m3_compile.c). A port whose
 * operations are compiled with flags of their own includes this file once more, for the operations alone
 * (INTERPRETER_OPERATIONS_ONLY).
 *
 * The compiler is the one with superinstructions. Some things are put in place of wasm3's own, by name, before the
 * compiler emits them:
 * - Compile, which calls a function that was not compiled yet when the call was, does not rewrite itself: every run
 *   executes the same instructions, and a function that cannot be compiled stays so.
 * - MemGrow refuses what wasm3 would take for fewer pages.
 * - Entry traps when the C stack is nearly used up; on Armv6-M the port does (armv6m_run). What overflows it all the same
 *   (loops that nest, the compiler) runs into what guards the stack, where something does.
 * - Loop, with INTERPRETER_LIMITS, traps when the time of the run is over.
 * - Read_opcode, which the compiler calls at every level of nested blocks, refuses where they are nested deeper than
 *   they may (stack_use.h), or the stack that it runs on is nearly used up. Of choices between accelerators and kernels it reads
 *   the arm that is taken alone (choice.h).
 * - m3_Yield, an empty function that every call calls.
 * - GetOpInfo, by which the compiler finds instructions, has a smaller table (../wasm3/instructions.h). Where that leaves out
 *   operations (WASMOTE_OMITS_OPERATIONS), they are Missing: the compiler refuses to emit it, so that a model which needs more
 *   is refused when it is loaded.
 * - All operations on floats (float-operations.h); the port that includes this file once more has them elsewhere.
 */
#include "../wasm3/processor.h"

#include "choice.h"
#include "interpreter.h"

/*
 * What is compiled without optimization makes no tail calls, and operations would pile up on the stack. Where they are compiled
 * elsewhere, this holds the compiler alone; and where the build sees to it (WASMOTE_OPTIMIZED), GCC does better without the
 * pragma: on Armv6-M, multiply-accumulate takes 47 instructions instead of 57.
 */
#if defined(__GNUC__) && !defined(__clang__) && !defined(WASMOTE_OPTIMIZED) && \
    (!PROCESSOR_OPERATIONS_ELSEWHERE || defined(INTERPRETER_OPERATIONS_ONLY))
#pragma GCC optimize("O2", "optimize-sibling-calls")
#endif

/* Whether runs are given up by the counter (interpreter_limit_run); where something else does it, looking at it is spared. */
#ifndef INTERPRETER_LIMITS
#define INTERPRETER_LIMITS 1
#endif

#if INTERPRETER_LIMITS
/* A superinstruction that loops ends within memory, unless it does not advance: then it comes back at every turn. */
#define FUSED_STOP(step, end) ((step) ? (end) : 0)
#endif

/* Where the stack is; the probe has none of its own. */
#ifndef INTERPRETER_STACK_POINTER
#define INTERPRETER_STACK_POINTER ((uint8_t *) __builtin_frame_address(0))
#endif

#include "../wasm3/operations.h"
#ifndef INTERPRETER_OPERATIONS_ONLY
#include "../wasm3/float-operations.h"
#endif

/*
 * Stack that compiling an instruction may take, besides the blocks in it: 552 to 576 bytes by GCC's
 * -fcallgraph-info=su, of all that Compile_* call, on Armv6-M, Armv7-M and RV32.
 */
#if UINTPTR_MAX > UINT32_MAX
enum { instructionBytes = 8192 };
#else
enum { instructionBytes = 592 };
#endif

#ifdef WASMOTE_OMITS_OPERATIONS
/* In the place of every operation that is left out. */
d_m3Op(Missing)
{
    newTrap(m3Err_noCompiler);
}
#endif

/* What runs may not come below: the stack's lowest address, and what operations and the imports they call take. */
extern const uint8_t *interpreter_stack_limit;

static inline bool is_late(void);

#ifndef __ARM_ARCH_6M__
d_m3Op(GuardedEntry)
{
    if (M3_UNLIKELY(INTERPRETER_STACK_POINTER < interpreter_stack_limit)) newTrap(m3Err_trapStackOverflow);
    return op_Entry(d_m3OpAllArgs);
}
#endif

#if INTERPRETER_LIMITS
extern struct run_limit
{
    uint64_t (*counter)(void);
    uint64_t end;
} interpreter_run_limit;

static inline bool is_late(void)
{
    return interpreter_run_limit.counter && interpreter_run_limit.counter() >= interpreter_run_limit.end;
}

/* As wasm3's Loop. What comes back to it has turned once more. */
d_m3Op(LimitedLoop)
{
    d_m3ClearRegisters
    IM3Memory memory = m3MemInfo(_mem);
    m3ret_t result;
    while ((result = nextOpImpl()) == _pc)
    {
        _mem = memory->mallocated;
        if (is_late()) newTrap(interpreter_limit);
    }
    forwardTrap(result);
}
#else
static inline bool is_late(void) { return false; }
#endif

/* Memory never shrinks: to grow by more pages than a memory can have gives -1, where wasm3's own sum would wrap around. */
d_m3Op(BoundedMemGrow)
{
    if (M3_LIKELY((u32) _r0 <= d_m3MaxLinearMemoryPages)) return op_MemGrow(d_m3OpAllArgs);
    _r0 = -1;
    nextOp();
}

d_m3Op(CallOrCompile)
{
    IM3Function function = immediate(IM3Function);
    const i32 stackOffset = immediate(i32);
    IM3Memory memory = m3MemInfo(_mem);

    if (M3_UNLIKELY(!function->compiled))
    {
        M3Result result = function->wasm ? interpreter_compile(function) : m3Err_functionImportMissing;
        if (result) newTrap(result);
    }
    if (is_late()) newTrap(interpreter_limit);
    m3ret_t result;
    {   /* `call` ends before nextOp, which is a jump only where no variable's address may be in use. */
        running_call call = { function, interpreter_running };
        interpreter_running = &call;
        result = Call(function->compiled, _sp + stackOffset, _mem, d_m3OpDefaultArgs);
        interpreter_running = call.outer;
    }
    _mem = memory->mallocated;
    if (M3_UNLIKELY(result)) forwardTrap(result);
    nextOp();
}

#ifdef INTERPRETER_OPERATIONS_ONLY
#if SUPERINSTRUCTIONS
#include "../wasm3/fused-operations.h"
#endif
#else

/* C stack that must be left when a function is entered: for its operations and the imports it calls. */
#ifdef __ARM_ARCH_6M__
enum { stackReserveBytes = ARMV6M_RESERVE_BYTES };
#elif UINTPTR_MAX > UINT32_MAX
enum { stackReserveBytes = 8192 };
#else
enum { stackReserveBytes = 256 };
#endif

running_call *interpreter_running;
const uint8_t *interpreter_stack_limit;
const char interpreter_limit[] = "limit";

/* The lowest address of the stack that the compiler runs on. */
static const uint8_t *compiler_stack;

void interpreter_use_stack(const uint8_t *start)
{
    compiler_stack = start;
    interpreter_stack_limit = start + stackReserveBytes;
    interpreter_running = NULL;
}

#if INTERPRETER_LIMITS
struct run_limit interpreter_run_limit;

void interpreter_limit_run(uint64_t (*counter)(void), uint64_t limit)
{
    const uint64_t now = counter ? counter() : 0;
    interpreter_run_limit = (struct run_limit) { counter, limit < UINT64_MAX - now ? now + limit : UINT64_MAX };
}
#else
void interpreter_limit_run(uint64_t (*counter)(void), uint64_t limit)
{
    (void) counter, (void) limit;
}
#endif

void interpreter_call_on_stack(call_on_stack *call, void (*function)(void *), void *argument, uint8_t *start, uint32_t bytes)
{
    const uint8_t *before = compiler_stack;
    compiler_stack = start;
    call(function, argument, (void *) (((uintptr_t) start + bytes) & ~(uintptr_t) 15));
    compiler_stack = before;
}

const void *const interpreter_call_operation = (const void *) op_CallOrCompile;

const stack_use interpreter_stack_use = WASMOTE_STACK_USE;

static struct
{
    uint32_t limit;
    uint32_t block;     /* depth and kind of the innermost block that is counted; no block's at first */
    nesting most;
} nested;

/* The choice whose arm is being compiled. */
static choice chosen;

void interpreter_limit_nesting(uint32_t bytes)
{
    chosen = (choice) { NULL, NULL, NULL };
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
static bool may_nest(IM3Compilation o, m3opcode_t opcode)
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

/* The probe writes down which instructions there are. */
#ifndef INTERPRETER_READS
#define INTERPRETER_READS(opcode, behind, end) ((void) 0)
#endif

/*
 * Whether the compiler may go on with an instruction that it has read. A call of its own: what the compiler of blocks has in
 * its frame for it, each level of blocks would take of the stack (stack_use.h).
 */
static __attribute__((noinline)) M3Result check_instruction(IM3Compilation o, m3opcode_t opcode, bytes_t at, cbytes_t end)
{
    INTERPRETER_READS(opcode, at, end);
    (void) at, (void) end;
    return may_nest(o, opcode) ? m3Err_none : m3Err_trapStackOverflow;
}

/* The next instruction that is to be compiled, where a choice begins that of the arm that is taken. */
static __attribute__((noinline)) M3Result read_chosen(IM3Compilation o, m3opcode_t *opcode, bytes_t *at, cbytes_t end)
{
    for (;;)
    {
        if (*at == chosen.armEnd) *at = chosen.behind;
        M3Result result = Read_opcode(opcode, at, end);
        if (result || *opcode != c_waOp_getGlobal || !o->function) return result;
        if (!choice_find(o->module, *at, end, &chosen)) return m3Err_none;
        *at = chosen.arm;
    }
}

/* `at` is the compilation's own: there is nothing else that wasm3 reads instructions from. */
static M3Result read_opcode_guarded(m3opcode_t *opcode, bytes_t *at, cbytes_t end)
{
    if (INTERPRETER_STACK_POINTER < compiler_stack + instructionBytes) return m3Err_trapStackOverflow;
    const IM3Compilation o = (IM3Compilation) ((uint8_t *) at - offsetof(M3Compilation, wasm));
    M3Result result = read_chosen(o, opcode, at, end);
    return result ? result : check_instruction(o, *opcode, *at, end);
}

#define Read_opcode read_opcode_guarded
#ifndef __ARM_ARCH_6M__
#define op_Entry op_GuardedEntry
#endif
#if INTERPRETER_LIMITS
#define op_Loop op_LimitedLoop
#endif
#define op_Compile op_CallOrCompile
#define op_MemGrow op_BoundedMemGrow
#ifndef WASM3_OWN_INSTRUCTIONS
#if SUPERINSTRUCTIONS
#include "../wasm3/fused-operations.h"
#endif
#include "../wasm3/instructions.h"
#endif
#ifdef WASMOTE_OMITS_OPERATIONS
#define SUPERINSTRUCTIONS_EMITS(o, operation) ((operation) == op_Missing ? m3Err_noCompiler : m3Err_none)
#endif
#include "../wasm3/superinstructions.c"
#undef op_Entry
#undef op_Loop
#undef op_Compile
#undef op_MemGrow
#undef Read_opcode

#endif

#include "validate.h"

#include <string.h>

#if WASMOTE_VALIDATES

#include "../formats/custom_sections.h"
#include "accelerator_imports.h"
#include "state.h"

/* Types, as wasm3 numbers them: 0 is none at all; any is that of what is popped where the stack is not known. */
enum
{
    none = c_m3Type_none, I32 = c_m3Type_i32, I64 = c_m3Type_i64, F32 = c_m3Type_f32, F64 = c_m3Type_f64, any = c_m3Type_unknown
};

enum { mostValues = d_m3MaxFunctionStackHeight, firstBlocks = 64 };

/* Opcodes: chapter 5.4. */
enum
{
    opUnreachable = 0x00, opNop, opBlock, opLoop, opIf, opElse, opEnd = 0x0b, opBr, opBrIf, opBrTable, opReturn, opCall,
    opCallIndirect, opDrop = 0x1a, opSelect, opLocalGet = 0x20, opLocalSet, opLocalTee, opGlobalGet, opGlobalSet,
    opFirstLoad = 0x28, opMemorySize = 0x3f, opMemoryGrow, opI32Const, opI64Const, opF32Const, opF64Const,
    opTruncate = 0xa8, opTruncateToI64 = 0xae, opPrefix = 0xfc
};

/* After the prefix. */
enum { opLastSaturating = 7, opMemoryCopy = 10, opMemoryFill };

enum { tableSection = 4, memorySection = 5 };

/* A block that is open. */
typedef struct block
{
    uint8_t height;             /* of the values below its own */
    uint8_t result;             /* its type, or none */
    uint8_t opcode;             /* opIf as long as it has had no `else` */
    bool isUnreachable;         /* from here to its end */
} block;

_Static_assert(mostValues <= UINT8_MAX, "heights of blocks");

/* What is found out of code, as far as a caller can tell it apart. */
typedef enum verdict
{
    valid, invalid, unknown, tooMany, noMemory
} verdict;

/* Code that is validated. The first verdict against it stays; what is read after it has no effect. */
typedef struct code
{
    const uint8_t *at, *end;
    IM3Module module;
    verdict verdict;
    block *blocks;              /* the innermost is the last */
    uint32_t depth, room;       /* blocks that are open, and that there is memory for */
    uint32_t locals, height;    /* values that are locals, with the parameters, and all of them */
    bool hasTable, hasMemory;
    uint8_t values[mostValues]; /* types: of the locals, then of the operands */
} code;

static __attribute__((noinline)) void refuse(code *of, verdict why)
{
    if (!of->verdict) of->verdict = why;
}

static __attribute__((noinline)) void require(code *of, bool holds)
{
    if (!holds) refuse(of, invalid);
}

/* --------------------------------------------------------------------------------------------------------------- bytes */

static uint32_t read_byte(code *of)
{
    if (of->at < of->end) return *of->at++;
    refuse(of, invalid);
    return 0;
}

static void skip(code *of, uint32_t bytes)
{
    while (bytes--) read_byte(of);
}

/* LEB128 (chapter 5.2.2) of a number of so many bits, not more of them than it can have; of its value the low 32 bits. */
static uint32_t read_number(code *of, uint32_t bits, bool isSigned)
{
    uint32_t value = 0;
    for (uint32_t shift = 0; ; shift += 7)
    {
        const uint32_t byte = read_byte(of), left = bits - shift;
        if (shift < 32) value |= (byte & 0x7f) << shift;
        if (left < 7)
        {
            const uint32_t beyond = byte >> (left - isSigned);
            if (beyond && !(isSigned && beyond == 0x7fu >> (left - 1))) refuse(of, invalid);
            return value;
        }
        if (byte < 0x80) return value;
    }
}

static uint32_t read_u32(code *of)
{
    return read_number(of, 32, false);
}

/* A number that must be less than `count`; 0 where it is not. */
static uint32_t read_index(code *of, uint32_t count)
{
    const uint32_t index = read_u32(of);
    if (index < count && !of->verdict) return index;
    require(of, false);
    return 0;
}

/* The number of a memory or table, of which there is at most one. */
static void read_only(code *of, bool isThere)
{
    const uint32_t index = read_u32(of);
    require(of, isThere);
    if (index) refuse(of, unknown);
}

/* A type of values; those below the numbers' are vectors and references. */
static uint32_t read_type(code *of)
{
    const uint32_t byte = read_byte(of), type = 0x80 - byte, lowest = 0x60;
    if (type >= I32 && type <= F64) return type;
    refuse(of, byte > lowest && byte < 0x80 ? unknown : invalid);
    return any;
}

/* A block's result; what is no type of values, nor empty, is the number of a function's type. */
static uint32_t read_block_type(code *of)
{
    const uint32_t empty = 0x40;
    if (of->at < of->end && *of->at == empty) return read_byte(of), none;
    if (of->at < of->end && (*of->at < empty || *of->at >= 0x80)) refuse(of, unknown);
    return read_type(of);
}

/* ------------------------------------------------------------------------------------------------------------ the stacks */

static block *block_at(code *of, uint32_t depth)
{
    return &of->blocks[of->depth - 1 - depth];
}

static void push(code *of, uint32_t type)
{
    if (type == none) return;
    if (of->height < mostValues) of->values[of->height++] = (uint8_t) type;
    else refuse(of, tooMany);
}

static uint32_t pop(code *of)
{
    const block *inner = block_at(of, 0);
    if (of->height > inner->height) return of->values[--of->height];
    if (!inner->isUnreachable) refuse(of, invalid);
    return any;
}

/* Pops a value of a type, or nothing where that is none; its type as far as it is known. */
static uint32_t pop_type(code *of, uint32_t type)
{
    if (type == none) return none;
    const uint32_t found = pop(of);
    require(of, found == type || found == any);
    return found;
}

static void open_block(code *of, uint32_t opcode, uint32_t result)
{
    if (of->depth == of->room)
    {
        const uint32_t room = of->room ? 2 * of->room : firstBlocks;
        block *more = arena_realloc(&wasmote_current->arena, of->blocks, room * sizeof *more);
        if (!more)
        {
            refuse(of, noMemory);
            return;
        }
        of->blocks = more;
        of->room = room;
    }
    of->blocks[of->depth++] = (block) { (uint8_t) of->height, (uint8_t) result, (uint8_t) opcode, false };
}

/* The innermost block's result, which must be all that there is of it. */
static uint32_t end_block(code *of)
{
    const block *inner = block_at(of, 0);
    pop_type(of, inner->result);
    require(of, of->height == inner->height);
    return inner->result;
}

static void set_unreachable(code *of)
{
    block *inner = block_at(of, 0);
    of->height = inner->height;
    inner->isUnreachable = true;
}

/* What a branch takes with it. */
static uint32_t read_label(code *of)
{
    const block *target = block_at(of, read_index(of, of->depth));
    return target->opcode == opLoop ? none : target->result;
}

/* ---------------------------------------------------------------------------------------------------------- instructions */

/* What follows an opcode: a memory's alignment and offset, a memory's number, a number, or so many bytes. */
enum { alone, address, memory, number32, number64, bytes4, bytes8, nobody };

/* Instructions up to `last`, from the row before: what follows them, their operands, the last one first, and their result. */
typedef struct signature
{
    uint32_t last : 8, behind : 3, top : 3, below : 3, result : 3;
} signature;

#define LOAD(LAST, TYPE) { LAST, address, I32, none, TYPE }
#define STORE(LAST, TYPE) { LAST, address, TYPE, I32, none }
#define TEST(LAST, TYPE) { LAST, alone, TYPE, none, I32 }
#define COMPARE(LAST, TYPE) { LAST, alone, TYPE, TYPE, I32 }
#define UNARY(LAST, TYPE) { LAST, alone, TYPE, none, TYPE }
#define BINARY(LAST, TYPE) { LAST, alone, TYPE, TYPE, TYPE }
#define CONVERT(LAST, FROM, TO) { LAST, alone, FROM, none, TO }

static const signature signatures[] = {
    { opNop, alone, none, none, none }, { opFirstLoad - 1, nobody, none, none, none },
    LOAD(0x28, I32), LOAD(0x29, I64), LOAD(0x2a, F32), LOAD(0x2b, F64), LOAD(0x2f, I32), LOAD(0x35, I64),
    STORE(0x36, I32), STORE(0x37, I64), STORE(0x38, F32), STORE(0x39, F64), STORE(0x3b, I32), STORE(0x3e, I64),
    { opMemorySize, memory, none, none, I32 }, { opMemoryGrow, memory, I32, none, I32 },
    { opI32Const, number32, none, none, I32 }, { opI64Const, number64, none, none, I64 },
    { opF32Const, bytes4, none, none, F32 }, { opF64Const, bytes8, none, none, F64 },
    TEST(0x45, I32), COMPARE(0x4f, I32), TEST(0x50, I64), COMPARE(0x5a, I64), COMPARE(0x60, F32), COMPARE(0x66, F64),
    UNARY(0x69, I32), BINARY(0x78, I32), UNARY(0x7b, I64), BINARY(0x8a, I64), UNARY(0x91, F32), BINARY(0x98, F32),
    UNARY(0x9f, F64), BINARY(0xa6, F64),
    CONVERT(0xa7, I64, I32), CONVERT(0xa9, F32, I32), CONVERT(0xab, F64, I32), CONVERT(0xad, I32, I64),
    CONVERT(0xaf, F32, I64), CONVERT(0xb1, F64, I64), CONVERT(0xb3, I32, F32), CONVERT(0xb5, I64, F32),
    CONVERT(0xb6, F64, F32), CONVERT(0xb8, I32, F64), CONVERT(0xba, I64, F64), CONVERT(0xbb, F32, F64),
    CONVERT(0xbc, F32, I32), CONVERT(0xbd, F64, I64), CONVERT(0xbe, I32, F32), CONVERT(0xbf, I64, F64),
    UNARY(0xc1, I32), UNARY(0xc4, I64), { 0xff, nobody, none, none, none },
};

/* The largest alignment of loads and stores, from the first on, as its logarithm. */
static const uint8_t alignments[] = "\2\3\2\3\0\0\1\1\0\0\1\1\2\2\2\3\2\3\0\1\0\1\2";

_Static_assert(sizeof alignments - 1 == opMemorySize - opFirstLoad, "one for each");

/* An instruction that takes values and gives one, whatever else there is. */
static void apply(code *of, uint32_t opcode)
{
    const signature *row = signatures;
    while (row->last < opcode) row++;
    const uint32_t behind = row->behind;
    if (behind == nobody) refuse(of, unknown);
    if (behind == memory) read_only(of, of->hasMemory);
    if (behind == address) require(of, read_u32(of) <= alignments[opcode - opFirstLoad] && of->hasMemory);
    if (behind == address) read_u32(of);
    if (behind == number32) read_number(of, 32, true);
    if (behind == number64) read_number(of, 64, true);
    if (behind == bytes4 || behind == bytes8) skip(of, behind == bytes4 ? 4 : 8);
    pop_type(of, row->top);
    pop_type(of, row->below);
    push(of, row->result);
}

static void call(code *of, IM3FuncType type)
{
    const uint8_t *parameters = type->types + type->numRets;
    for (uint32_t i = type->numArgs; i > 0; i--) pop_type(of, parameters[i - 1]);
    for (uint32_t i = 0; i < type->numRets; i++) push(of, type->types[i]);
}

static void call_indirect(code *of)
{
    const uint32_t type = read_index(of, of->module->numFuncTypes);
    read_only(of, of->hasTable);
    pop_type(of, I32);
    if (!of->verdict) call(of, of->module->funcTypes[type]);
}

static void branch_table(code *of)
{
    pop_type(of, I32);
    uint32_t arity = any;
    uint32_t more = read_u32(of);
    do
    {
        const uint32_t type = read_label(of);
        require(of, arity == any || arity == (type != none));
        arity = type != none;
        push(of, pop_type(of, type));
    }
    while (more-- && !of->verdict);
    set_unreachable(of);
}

static void choose(code *of)
{
    pop_type(of, I32);
    const uint32_t second = pop(of), first = second == any ? pop(of) : pop_type(of, second);
    push(of, first == any ? second : first);
}

static void local(code *of, uint32_t opcode)
{
    const uint32_t type = of->values[read_index(of, of->locals)];
    if (opcode != opLocalGet) pop_type(of, type);
    if (opcode != opLocalSet) push(of, type);
}

/* A global variable; NULL where there is none of that number. */
static const M3Global *read_global(code *of)
{
    const uint32_t index = read_index(of, of->module->numGlobals);
    return of->verdict ? NULL : &of->module->globals[index];
}

static void global(code *of, uint32_t opcode)
{
    const M3Global *found = read_global(of);
    if (!found) return;
    if (opcode == opGlobalGet)
    {
        push(of, found->type);
        return;
    }
    require(of, found->isMutable);
    pop_type(of, found->type);
    /* What tells which accelerators there are is the host's: code is compiled for what it holds (choice.h). */
    if (found->name && strcmp(found->name, WASMOTE_ACCELERATOR_GLOBAL) == 0) refuse(of, unknown);
}

static void change_memory(code *of, uint32_t opcode)
{
    if (opcode == opMemoryCopy) read_only(of, of->hasMemory);
    read_only(of, of->hasMemory);
    for (uint32_t i = 0; i < 3; i++) pop_type(of, I32);
}

/* Of an instruction with a prefix; conversions are those that trap, but for two between them. */
static void prefixed(code *of)
{
    const uint32_t opcode = read_byte(of), toI64 = 4;
    if (opcode <= opLastSaturating) apply(of, opcode + (opcode < toI64 ? opTruncate : opTruncateToI64 - toI64));
    else if (opcode == opMemoryCopy || opcode == opMemoryFill) change_memory(of, opcode);
    else refuse(of, unknown);
}

static void otherwise(code *of)
{
    const block *inner = block_at(of, 0);
    require(of, inner->opcode == opIf);
    const uint32_t result = end_block(of);
    of->depth--;
    open_block(of, opElse, result);
}

/* An `if` without `else` gives nothing. */
static void end(code *of)
{
    const uint32_t result = end_block(of);
    require(of, block_at(of, 0)->opcode != opIf || result == none);
    if (--of->depth > 0) push(of, result);
}

static void instruction(code *of, uint32_t opcode)
{
    switch (opcode)
    {
        case opUnreachable: set_unreachable(of); return;
        case opIf: pop_type(of, I32); /* fall through */
        case opBlock:
        case opLoop: open_block(of, opcode, read_block_type(of)); return;
        case opElse: otherwise(of); return;
        case opEnd: end(of); return;
        case opBr: pop_type(of, read_label(of)); set_unreachable(of); return;
        case opBrIf:
        {
            pop_type(of, I32);
            const uint32_t type = read_label(of);
            pop_type(of, type);
            push(of, type);
            return;
        }
        case opBrTable: branch_table(of); return;
        case opReturn: pop_type(of, of->blocks[0].result); set_unreachable(of); return;
        case opCall:
        {
            const uint32_t index = read_index(of, of->module->numFunctions);
            if (!of->verdict) call(of, of->module->functions[index].funcType);
            return;
        }
        case opCallIndirect: call_indirect(of); return;
        case opDrop: pop(of); return;
        case opSelect: choose(of); return;
        case opLocalGet:
        case opLocalSet:
        case opLocalTee: local(of, opcode); return;
        case opGlobalGet:
        case opGlobalSet: global(of, opcode); return;
        case opPrefix: prefixed(of); return;
        default: apply(of, opcode); return;
    }
}

/* --------------------------------------------------------------------------------------------- functions and expressions */

/* Begins with what lies between two addresses: no values, and a block that is all of it. */
static void begin(code *of, const uint8_t *from, const uint8_t *end, uint32_t result)
{
    of->at = from;
    of->end = end;
    of->depth = of->locals = of->height = 0;
    open_block(of, opBlock, result);
}

static void read_locals(code *of)
{
    for (uint32_t groups = read_u32(of); groups && !of->verdict; groups--)
    {
        uint32_t count = read_u32(of);
        const uint32_t type = read_type(of);
        while (count-- && !of->verdict) push(of, type);
    }
}

static void validate_function(code *of, const M3Function *function)
{
    const IM3FuncType type = function->funcType;
    begin(of, function->wasm, function->wasmEnd, type->numRets ? type->types[0] : none);
    if (!function->wasm) refuse(of, invalid);
    read_u32(of);               /* the body's size, which wasm3 took its end from */
    for (uint32_t i = 0; i < type->numArgs && !of->verdict; i++) push(of, type->types[type->numRets + i]);
    read_locals(of);
    if (of->verdict) return;
    of->locals = of->height;
    of->blocks[0].height = (uint8_t) of->height;
    while (of->depth > 0 && !of->verdict) instruction(of, read_byte(of));
    require(of, of->at == of->end);
}

/* An expression that is known before anything runs (chapter 3.3.7). Leaves what follows it. */
static void validate_constant(code *of, const uint8_t *from, const uint8_t *end, uint32_t type)
{
    begin(of, from, end, type);
    if (of->verdict) return;
    const uint32_t opcode = read_byte(of);
    if (opcode == opGlobalGet)
    {
        const M3Global *found = read_global(of);
        if (!found) return;
        require(of, found->imported && !found->isMutable);
        push(of, found->type);
    }
    else
    {
        require(of, opcode >= opI32Const && opcode <= opF64Const);
        apply(of, opcode);
    }
    end_block(of);
    require(of, read_byte(of) == opEnd);
}

static void validate_globals(code *of)
{
    for (uint32_t i = 0; i < of->module->numGlobals && !of->verdict; i++)
    {
        const M3Global *each = &of->module->globals[i];
        require(of, each->type != none);
        if (!each->imported) validate_constant(of, each->initExpr, each->initExpr + each->initExprSize, each->type);
    }
}

static void validate_data(code *of)
{
    for (uint32_t i = 0; i < of->module->numDataSegments && !of->verdict; i++)
    {
        const M3DataSegment *each = &of->module->dataSegments[i];
        require(of, of->hasMemory);
        if (each->memoryRegion) refuse(of, unknown);
        else validate_constant(of, each->initExpr, each->initExpr + each->initExprSize, I32);
    }
}

static void validate_elements(code *of)
{
    const uint8_t *at = of->module->elementSection, *end = of->module->elementSectionEnd;
    for (uint32_t i = 0; i < of->module->numElementSegments && !of->verdict; i++)
    {
        of->at = at;
        of->end = end;
        read_only(of, of->hasTable);
        if (of->verdict) return;
        validate_constant(of, of->at, end, I32);
        for (uint32_t count = read_u32(of); count > 0 && !of->verdict; count--) read_index(of, of->module->numFunctions);
        at = of->at;
    }
}

static void validate_types(code *of)
{
    for (uint32_t i = 0; i < of->module->numFuncTypes; i++)
    {
        const IM3FuncType type = of->module->funcTypes[i];
        for (uint32_t k = 0; k < (uint32_t) type->numArgs + type->numRets; k++) require(of, type->types[k] != none);
    }
}

static void validate_functions(code *of)
{
    for (uint32_t i = of->module->numFuncImports; i < of->module->numFunctions && !of->verdict; i++)
        validate_function(of, &of->module->functions[i]);
}

/* Whether a section begins with a number that is not 0. */
static bool has_section(IM3Module module, uint8_t id)
{
    wasmote_section found;
    const uint32_t length = (uint32_t) (module->wasmEnd - module->wasmStart);
    return wasmote_find_section(module->wasmStart, length, id, &found) && found.length && *found.bytes;
}

M3Result validate_module(IM3Module module)
{
    static const M3Result *const results[] = {
        [valid] = &m3Err_none, [invalid] = &m3Err_wasmMalformed, [unknown] = &m3Err_noCompiler,
        [tooMany] = &m3Err_functionStackOverflow, [noMemory] = &m3Err_mallocFailed,
    };
    code all = { .module = module, .hasTable = has_section(module, tableSection), .hasMemory = has_section(module, memorySection) };
    validate_types(&all);
    validate_globals(&all);
    validate_data(&all);
    validate_elements(&all);
    validate_functions(&all);
    arena_free(&wasmote_current->arena, all.blocks);
    return *results[all.verdict];
}

#endif

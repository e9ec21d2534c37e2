/*
 * Whether an instruction finds operands of its types: wasm3 compiles it as though it did, and where a register holds what
 * should lie in a slot, or the other way round, writes fewer operands into the code than are read from it. Included where the
 * compiler is compiled. Source: WebAssembly Core Specification 2.0, chapters 3.3 and 5.4.
 *
 * What nobody reaches, behind a branch, may be of any types.
 */
#ifndef WASMOTE_OPERAND_TYPES_H
#define WASMOTE_OPERAND_TYPES_H

#include "m3_compile.h"

/* Instructions up to `last`, from the row before: how many operands they have, and of which type; the last one's, and the rest's. */
typedef struct operand_row
{
    uint8_t last, count : 2, top : 3, rest : 3;
} operand_row;

enum { selectOpcode = 0x1b };
enum { operandI32 = c_m3Type_i32, operandI64 = c_m3Type_i64, operandF32 = c_m3Type_f32, operandF64 = c_m3Type_f64 };

#define ONE(LAST, TYPE) { LAST, 1, operand##TYPE, operand##TYPE }
#define TWO(LAST, TYPE) { LAST, 2, operand##TYPE, operand##TYPE }
#define STORE(LAST, TYPE) { LAST, 2, operand##TYPE, operandI32 }
#define NONE(LAST) { LAST, 0, 0, 0 }

static const operand_row operandRows[] = {
    NONE(0x03), ONE(0x04, I32), NONE(0x0c), ONE(0x0e, I32), NONE(0x27),
    ONE(0x35, I32), STORE(0x36, I32), STORE(0x37, I64), STORE(0x38, F32), STORE(0x39, F64), STORE(0x3b, I32), STORE(0x3e, I64),
    NONE(0x3f), ONE(0x40, I32), NONE(0x44), ONE(0x45, I32), TWO(0x4f, I32), ONE(0x50, I64), TWO(0x5a, I64), TWO(0x60, F32),
    TWO(0x66, F64), ONE(0x69, I32), TWO(0x78, I32), ONE(0x7b, I64), TWO(0x8a, I64), ONE(0x91, F32), TWO(0x98, F32),
    ONE(0x9f, F64), TWO(0xa6, F64), ONE(0xa7, I64), ONE(0xa9, F32), ONE(0xab, F64), ONE(0xad, I32), ONE(0xaf, F32),
    ONE(0xb1, F64), ONE(0xb3, I32), ONE(0xb5, I64), ONE(0xb6, F64), ONE(0xb8, I32), ONE(0xba, I64), ONE(0xbc, F32),
    ONE(0xbd, F64), ONE(0xbe, I32), ONE(0xbf, I64), ONE(0xc1, I32), ONE(0xc4, I64), NONE(0xff),
};

#undef ONE
#undef TWO
#undef STORE
#undef NONE

/* The operands of an instruction; of those with a prefix, conversions to integers, and what moves memory. */
static operand_row operands_of(m3opcode_t opcode)
{
    const uint32_t copies = 8;
    if (opcode >> 8)
    {
        if ((opcode & 0xff) >= copies) return (operand_row) { 0, 3, operandI32, operandI32 };
        return (operand_row) { 0, 1, opcode & 2 ? operandF64 : operandF32, operandF32 };
    }
    const operand_row *row = operandRows;
    while (row->last < opcode) row++;
    return *row;
}

/* Without a page the compiler only looks for the end of an expression, and keeps no stack. */
static __attribute__((noinline)) bool operands_fit(IM3Compilation o, m3opcode_t opcode)
{
    if (!o->page || o->block.isPolymorphic) return true;
    const uint8_t *end = o->typeStack + o->stackIndex;
    const uint32_t there = o->stackIndex - o->block.blockStackIndex;
    if (opcode == selectOpcode) return there >= 3 && end[-1] == c_m3Type_i32 && end[-2] == end[-3];

    const operand_row row = operands_of(opcode);
    if (there < row.count) return false;
    for (uint32_t i = 1; i <= row.count; i++) if (end[-(int32_t) i] != (i == 1 ? row.top : row.rest)) return false;
    return true;
}

/* A block's type is of one byte, none of those with parameters. */
static bool is_block_type(uint8_t type)
{
    return type >= 0x40 && type < 0x80;
}

#endif

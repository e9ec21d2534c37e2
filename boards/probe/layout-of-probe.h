/*
 * What differs from board to board, as variables: force-included where the probe is compiled, in place of the linker's
 * symbols (firmware/layout.h) and of what the build of a firmware defines.
 */
#ifndef WASMOTE_LAYOUT_OF_PROBE_H
#define WASMOTE_LAYOUT_OF_PROBE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct probe_board
{
    uint8_t *arenaStart, *arenaEnd;
    uint32_t fixedBytes, engineBytes, operandBytes, pageBytes;
    const struct stack_use *stack;
    bool fuses;             /* whether sequences of operations are fused */
} probe_board;

extern probe_board probe;

/* The smaller table that boards have is made of wasm3's own (host/export/instructions.ts). */
#define WASM3_OWN_INSTRUCTIONS

/* What the compiler emitted, fused and read, written down (probe.c). */
const char *probe_emits(const void *operation);
void probe_fused(uint32_t idiom);
void probe_reads(uint32_t opcode, const uint8_t *behind, const uint8_t *end);
#define SUPERINSTRUCTIONS_ENABLED(o) probe.fuses
#define SUPERINSTRUCTIONS_EMITS(o, operation) ((o)->page ? probe_emits((const void *) (operation)) : m3Err_none)
#define SUPERINSTRUCTIONS_FUSED(o, idiom) (probe_emits((const void *) (idiom)->fused), probe_fused((u32) ((idiom) - idioms)))
#define INTERPRETER_READS(opcode, behind, end) probe_reads(opcode, behind, end)

/* The probe's own stack is large: what a board's takes is counted (runtime/stack_use.h). */
#define LAYOUT_STACK_START ((uint8_t *) 16)
#define INTERPRETER_STACK_POINTER ((uint8_t *) UINTPTR_MAX)
#define LAYOUT_FIXED_BYTES probe.fixedBytes
#define LAYOUT_ARENA_START probe.arenaStart
#define LAYOUT_ARENA_END probe.arenaEnd
#define BOARD_CLOCK_HZ 1u
#define WASM3_ENGINE_BYTES probe.engineBytes
#define WASM3_STACK_BYTES probe.operandBytes
#define d_m3CodePageAlignSize probe.pageBytes
#define INTERPRETER_STACK_USE (*probe.stack)

#endif

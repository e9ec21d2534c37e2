/*
 * wasm3's loads and stores of integers for processors with 32-bit registers, in place of those of m3_exec.h: include
 * this file after m3_exec.h and before m3_compile.c. wasm3 adds base, offset and size in 64 bits; here a carry out of
 * 32 bits traps at once, as what it stands for is beyond any memory of such a processor. Those of floats
 * (float-operations.h) are made of the same macros on all processors.
 */
#ifndef WASMOTE_MEMORY_OPERATIONS_H
#define WASMOTE_MEMORY_OPERATIONS_H

/* Where an access of `size` bytes at base + offset begins; NULL out of bounds. */
static inline __attribute__((always_inline)) u8 *memory_at(M3MemoryHeader *memory, u32 base, u32 offset, u32 size)
{
    u32 first, end;
    if (M3_UNLIKELY(__builtin_add_overflow(base, offset, &first))) return NULL;
    if (M3_UNLIKELY(__builtin_add_overflow(first, size, &end))) return NULL;
    if (M3_UNLIKELY(end > memory->length)) return NULL;
    return m3MemData(memory) + first;
}

/* An operation that loads a FROM, as a TO, into a register of wasm3. */
#define MEMORY_LOAD(NAME, REGISTER, TO, FROM, BASE)                                             \
    d_m3Op(NAME)                                                                                \
    {                                                                                           \
        const u32 base = BASE;                                                                  \
        const u32 offset = immediate(u32);                                                      \
        const u8 *const at = memory_at(_mem, base, offset, sizeof(FROM));                       \
        if (M3_UNLIKELY(!at)) d_outOfBounds;                                                    \
        FROM value;                                                                             \
        memcpy(&value, at, sizeof value);                                                       \
        REGISTER = (TO) value;                                                                  \
        nextOp();                                                                               \
    }

/* An operation that stores a FROM as a TO. Its operands are read in that order. */
#define MEMORY_STORE(NAME, FROM, TO, VALUE, BASE)                                               \
    d_m3Op(NAME)                                                                                \
    {                                                                                           \
        const FROM value = (FROM) VALUE;                                                        \
        const u32 base = BASE;                                                                  \
        const u32 offset = immediate(u32);                                                      \
        u8 *const at = memory_at(_mem, base, offset, sizeof(TO));                               \
        if (M3_UNLIKELY(!at)) d_outOfBounds;                                                    \
        const TO stored = (TO) value;                                                           \
        memcpy(at, &stored, sizeof stored);                                                     \
        nextOp();                                                                               \
    }

#define MEMORY_LOADS(NAME, REGISTER, TO, FROM)                                                  \
    MEMORY_LOAD(NAME##_r, REGISTER, TO, FROM, (u32) _r0)                                        \
    MEMORY_LOAD(NAME##_s, REGISTER, TO, FROM, slot(u32))

#define MEMORY_STORES(NAME, REGISTER, FROM, TO)                                                 \
    MEMORY_STORE(NAME##_rs, FROM, TO, REGISTER, slot(u32))                                      \
    MEMORY_STORE(NAME##_sr, FROM, TO, (slot(FROM)), (u32) _r0)                                  \
    MEMORY_STORE(NAME##_ss, FROM, TO, (slot(FROM)), slot(u32))

#if UINTPTR_MAX == 0xffffffffu

#define MEMORY_LOADS_OF(TO, FROM) MEMORY_LOADS(word_##TO##_Load_##FROM, _r0, TO, FROM)
#define MEMORY_STORES_OF(FROM, TO) MEMORY_STORES(word_##FROM##_Store_##TO, _r0, FROM, TO)

MEMORY_LOADS_OF(i32, i8)
MEMORY_LOADS_OF(i32, u8)
MEMORY_LOADS_OF(i32, i16)
MEMORY_LOADS_OF(i32, u16)
MEMORY_LOADS_OF(i32, i32)
MEMORY_LOADS_OF(i64, i8)
MEMORY_LOADS_OF(i64, u8)
MEMORY_LOADS_OF(i64, i16)
MEMORY_LOADS_OF(i64, u16)
MEMORY_LOADS_OF(i64, i32)
MEMORY_LOADS_OF(i64, u32)
MEMORY_LOADS_OF(i64, i64)
MEMORY_STORES_OF(i32, u8)
MEMORY_STORES_OF(i32, i16)
MEMORY_STORES_OF(i32, i32)
MEMORY_STORES_OF(i64, u8)
MEMORY_STORES_OF(i64, i16)
MEMORY_STORES_OF(i64, i32)
MEMORY_STORES_OF(i64, i64)

#define op_i32_Load_i8_r op_word_i32_Load_i8_r
#define op_i32_Load_i8_s op_word_i32_Load_i8_s
#define op_i32_Load_u8_r op_word_i32_Load_u8_r
#define op_i32_Load_u8_s op_word_i32_Load_u8_s
#define op_i32_Load_i16_r op_word_i32_Load_i16_r
#define op_i32_Load_i16_s op_word_i32_Load_i16_s
#define op_i32_Load_u16_r op_word_i32_Load_u16_r
#define op_i32_Load_u16_s op_word_i32_Load_u16_s
#define op_i32_Load_i32_r op_word_i32_Load_i32_r
#define op_i32_Load_i32_s op_word_i32_Load_i32_s
#define op_i64_Load_i8_r op_word_i64_Load_i8_r
#define op_i64_Load_i8_s op_word_i64_Load_i8_s
#define op_i64_Load_u8_r op_word_i64_Load_u8_r
#define op_i64_Load_u8_s op_word_i64_Load_u8_s
#define op_i64_Load_i16_r op_word_i64_Load_i16_r
#define op_i64_Load_i16_s op_word_i64_Load_i16_s
#define op_i64_Load_u16_r op_word_i64_Load_u16_r
#define op_i64_Load_u16_s op_word_i64_Load_u16_s
#define op_i64_Load_i32_r op_word_i64_Load_i32_r
#define op_i64_Load_i32_s op_word_i64_Load_i32_s
#define op_i64_Load_u32_r op_word_i64_Load_u32_r
#define op_i64_Load_u32_s op_word_i64_Load_u32_s
#define op_i64_Load_i64_r op_word_i64_Load_i64_r
#define op_i64_Load_i64_s op_word_i64_Load_i64_s
#define op_i32_Store_u8_rs op_word_i32_Store_u8_rs
#define op_i32_Store_u8_sr op_word_i32_Store_u8_sr
#define op_i32_Store_u8_ss op_word_i32_Store_u8_ss
#define op_i32_Store_i16_rs op_word_i32_Store_i16_rs
#define op_i32_Store_i16_sr op_word_i32_Store_i16_sr
#define op_i32_Store_i16_ss op_word_i32_Store_i16_ss
#define op_i32_Store_i32_rs op_word_i32_Store_i32_rs
#define op_i32_Store_i32_sr op_word_i32_Store_i32_sr
#define op_i32_Store_i32_ss op_word_i32_Store_i32_ss
#define op_i64_Store_u8_rs op_word_i64_Store_u8_rs
#define op_i64_Store_u8_sr op_word_i64_Store_u8_sr
#define op_i64_Store_u8_ss op_word_i64_Store_u8_ss
#define op_i64_Store_i16_rs op_word_i64_Store_i16_rs
#define op_i64_Store_i16_sr op_word_i64_Store_i16_sr
#define op_i64_Store_i16_ss op_word_i64_Store_i16_ss
#define op_i64_Store_i32_rs op_word_i64_Store_i32_rs
#define op_i64_Store_i32_sr op_word_i64_Store_i32_sr
#define op_i64_Store_i32_ss op_word_i64_Store_i32_ss
#define op_i64_Store_i64_rs op_word_i64_Store_i64_rs
#define op_i64_Store_i64_sr op_word_i64_Store_i64_sr
#define op_i64_Store_i64_ss op_word_i64_Store_i64_ss

#endif

#endif

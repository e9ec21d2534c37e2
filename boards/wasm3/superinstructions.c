/*
 * wasm3's compiler with superinstructions: include this file where m3_compile.c would be, or compile it in its place.
 * wasm3's sources stay as they are.
 *
 * While a function is compiled, a window remembers where the last operations of straight-line code begin. When the
 * operations at its end match an idiom (idioms.h), the code page is rewound and one operation (fused-operations.h) is
 * emitted in their place. It leaves memory, slots and register as they would, with every bounds check; where it traps
 * they would have trapped, with the same memory.
 *
 * Only what lies between two labels is fused: every address that wasm3 keeps for a branch goes through GetPagePC,
 * which forgets the window. Where a code page is full, the window moves to the next page with the code that it spans.
 *
 * SUPERINSTRUCTIONS              0: nothing is fused
 * SUPERINSTRUCTIONS_ENABLED(o)   whether to fuse in this IM3Compilation; 1 unless defined
 * SUPERINSTRUCTIONS_EMITS(o, operation)
 *                                an M3Result: whether an operation may be emitted; m3Err_none unless defined
 * SUPERINSTRUCTIONS_FUSED(o, i)  what to do where a sequence was fused, by its idiom; nothing unless defined
 * WASM3_INSTRUCTIONS             with the other lists of instructions.h: they take the place of wasm3's own table
 * SUPERINSTRUCTIONS_STORAGE      storage class of the window: `static _Thread_local` where functions are compiled on
 *                                several threads; `static` unless defined
 */
#ifndef SUPERINSTRUCTIONS
#define SUPERINSTRUCTIONS 1
#endif

#ifndef M3_COMPILE_OPCODES
#define M3_COMPILE_OPCODES
#endif

#include "m3_env.h"
#include "m3_code.h"
#include "m3_compile.h"
#include "m3_exec_defs.h"
#include "m3_exec.h"

#ifndef SUPERINSTRUCTIONS_ENABLED
#define SUPERINSTRUCTIONS_ENABLED(o) 1
#endif
#ifndef SUPERINSTRUCTIONS_FUSED
#define SUPERINSTRUCTIONS_FUSED(o, idiom) ((void) 0)
#endif
#ifndef SUPERINSTRUCTIONS_EMITS
#define SUPERINSTRUCTIONS_EMITS(o, operation) m3Err_none
#endif
#ifndef SUPERINSTRUCTIONS_STORAGE
#define SUPERINSTRUCTIONS_STORAGE static
#endif

#if SUPERINSTRUCTIONS && d_m3RecordBacktraces
#error "superinstructions move code, which wasm3's backtraces do not follow"
#endif

static __attribute__((noinline)) M3Result emit(IM3Compilation o, IM3Operation operation);

/* Calls, `EmitOp (o, ...)`, become emit; the definition, `EmitOp (IM3Compilation o, ...)`, EmitOpPlain. */
#define EmitOp(compilation, operation) SUPERINSTRUCTIONS_##compilation, operation)
#define SUPERINSTRUCTIONS_o emit(o
#define SUPERINSTRUCTIONS_IM3Compilation EmitOpPlain(IM3Compilation
#if SUPERINSTRUCTIONS
static pc_t take_label(IM3CodePage page);
#define GetPagePC(page) take_label(page)
#endif

/* Likewise the calls of GetOpInfo, where wasm3's own table gives way to that of instructions.h. */
#ifdef WASM3_INSTRUCTIONS
static __attribute__((noinline)) IM3OpInfo find_instruction(m3opcode_t opcode);
static __attribute__((noinline)) IM3OpInfo known_instruction(m3opcode_t opcode);
static IM3OpInfo GetOpInfoPlain(m3opcode_t opcode) __attribute__((unused));
#define GetOpInfo(opcode) KNOWN_##opcode)
#define KNOWN_opcode find_instruction(opcode
#define KNOWN_i_opcode known_instruction(i_opcode
#define KNOWN_m3opcode_t GetOpInfoPlain(m3opcode_t
#endif

/*
 * Likewise the one call of IncrementSlotUsageCount: where a local that waits on the operand stack is set, its value is kept
 * in a slot for all entries `i` that name it. wasm3 counts each of them in the first slot alone and frees two of a type
 * that has two, so that another value would get the second one while the first entry is still to be read.
 */
static M3Result count_slots(u8 type, IM3Compilation o, u16 slot);
#define IncrementSlotUsageCount(compilation, slot) SLOTS_##compilation, slot)
#define SLOTS_o count_slots(GetStackTypeFromBottom(o, i), o
#define SLOTS_IM3Compilation count_slot(IM3Compilation
#include "m3_compile.c"
#undef EmitOp
#undef GetPagePC
#undef IncrementSlotUsageCount
#undef GetOpInfo

static M3Result count_slots(u8 type, IM3Compilation o, u16 slot)
{
    M3Result result = m3Err_none;
    for (u16 i = 0; i < GetTypeNumSlots(type) && !result; i++) result = count_slot(o, slot + i);
    return result;
}

#ifdef WASM3_INSTRUCTIONS
#define AS_IT_IS(NAME) NAME,
#define AS_NONE(NAME) NULL,
#define AS_INSTRUCTION(NUMBER, OPCODE, OFFSET, TYPE, OPERATIONS, COMPILER) { OPERATIONS, TYPE, (OFFSET + 2) << 6 | COMPILER },
#define AS_NO_INSTRUCTION(...) { 0, 0, 0 },
#define AS_NUMBER(NUMBER, OPCODE, ...) [place_of(OPCODE)] = NUMBER,
#define AS_NO_NUMBER(...)
#if d_m3HasFloat
#define FOR_FLOATS(with, without) with
#else
#define FOR_FLOATS(with, without) without
#endif

static const struct { u16 operations; u8 type, offsetAndCompiler; } instructions[] = {
    WASM3_INSTRUCTIONS(AS_INSTRUCTION, FOR_FLOATS(AS_INSTRUCTION, AS_NO_INSTRUCTION))
};

/*
 * What wasm3 keeps of an instruction (M3OpInfo), unpacked when it is asked for: it has five pointers for each, of which most
 * are null and the compilers few. It holds until the next instruction is looked for.
 */
SUPERINSTRUCTIONS_STORAGE struct { M3OpInfo info; u16 number, unpacked; m3opcode_t opcode; } known;

/* An instruction's compiler alone: the compiler of blocks asks for no more, and before anything else does. */
static IM3OpInfo find_instruction(m3opcode_t opcode)
{
    /* Those with a prefix, which they have in their upper byte, come behind all others. */
#define place_of(opcode) ((opcode) < 256 ? (opcode) : 256 + ((opcode) & 0xff))
    static const M3Compiler compilers[] = { WASM3_COMPILERS(AS_IT_IS, FOR_FLOATS(AS_IT_IS, AS_NONE)) };
    static const u8 numbers[] = { WASM3_INSTRUCTIONS(AS_NUMBER, FOR_FLOATS(AS_NUMBER, AS_NO_NUMBER)) };
    const u32 place = place_of(opcode), number = place < sizeof numbers ? numbers[place] : 0;
    if (!number) return NULL;
    known.info.compiler = compilers[instructions[number - 1].offsetAndCompiler & 63];
    known.number = (u16) number;
    known.opcode = opcode;
    return &known.info;
}

static IM3OpInfo known_instruction(m3opcode_t opcode)
{
    static const IM3Operation operations[] = { WASM3_OPERATIONS(AS_IT_IS, FOR_FLOATS(AS_IT_IS, AS_NONE)) };
    if (known.opcode != opcode && !find_instruction(opcode)) return NULL;
    if (known.unpacked == known.number) return &known.info;
    known.unpacked = known.number;
    known.info.stackOffset = (i8) ((instructions[known.number - 1].offsetAndCompiler >> 6) - 2);
    known.info.type = instructions[known.number - 1].type;
    memcpy(known.info.operations, operations + instructions[known.number - 1].operations, sizeof known.info.operations);
    return &known.info;
}
#endif

/*
 * What could not be emitted in this function. wasm3's Compile_Select takes no notice of it and goes on, so the function ends
 * with it at the next operation: there is one in any case. Functions begin with Entry.
 */
SUPERINSTRUCTIONS_STORAGE M3Result lost;

/* Whether an operation may be emitted, as far as that is known before there is room for it: what is lost, if anything. */
static inline M3Result may_emit(IM3Compilation o, IM3Operation operation)
{
    if (operation == op_Entry || !o->function) lost = m3Err_none;
    if (!lost) lost = SUPERINSTRUCTIONS_EMITS(o, operation);
    return lost;
}

#if !SUPERINSTRUCTIONS
static M3Result emit(IM3Compilation o, IM3Operation operation)
{
    return may_emit(o, operation) ? lost : (lost = EmitOpPlain(o, operation));
}
#else

#include "fused-operations.h"
#include "idioms.h"

/* Operations that are remembered: at most, and as many as the longest idiom has, or more, when the oldest are forgotten; variables of an idiom. */
enum { windowOperations = 32, longestIdiom = 24, mostLine = 0xffff - 4096, branchWords = 2, mostVariables = 24 };

SUPERINSTRUCTIONS_STORAGE struct
{
    IM3CodePage page;
    IM3Compilation compilation;
    u32 count;
    u16 line[windowOperations];     /* where each operation begins, oldest first; what is behind mostLine is not fused */
} window;

SUPERINSTRUCTIONS_STORAGE u32 ends[2], pairs[2];  /* see may_end */

static u32 word_at(IM3CodePage page, u32 line)
{
    u32 word;
    memcpy(&word, &page->code[line], sizeof word);
    return word;
}

/* Whether a slot holds this constant in the function that is compiled. */
static bool is_constant(IM3Compilation o, u32 slot, const idiom_constant *expected)
{
    const u32 words = expected->is64 ? 2 : 1;
    if (slot < o->slotFirstConstIndex || slot + words > o->slotMaxConstIndex) return false;
    i64 value = 0;
    memcpy(&value, &o->constants[slot - o->slotFirstConstIndex], words * sizeof(u32));
    return expected->is64 ? value == expected->value : (i32) value == (i32) expected->value;
}

static u32 slot_words(char kind)
{
    switch (kind)
    {
    case 'R': case 'W': case 'V': return 2;
    case 'r': case 'w': case 'v': return 1;
    default: return 0;
    }
}

static bool is_written(char kind)
{
    return kind == 'w' || kind == 'W' || kind == 'v' || kind == 'V';
}

/* Whether no slot that the idiom writes overlaps another of its slots; a `v` may lie in a `V`. */
static bool slots_are_apart(const char *kinds, const u32 *value)
{
    for (u32 a = 0; kinds[a]; a++)
    {
        if (!is_written(kinds[a])) continue;
        for (u32 b = 0; kinds[b]; b++)
        {
            const u32 words = slot_words(kinds[b]);
            if (a == b || !words || (kinds[a] == 'v' && kinds[b] == 'V') || (kinds[a] == 'V' && kinds[b] == 'v')) continue;
            if (value[a] < value[b] + words && value[b] < value[a] + slot_words(kinds[a])) return false;
        }
    }
    return true;
}

static bool matches(IM3Compilation o, const idiom *i, u32 first, u32 *value)
{
    u32 bound = 0;
    const idiom_element *element = i->last - (i->length - 1);
    for (u32 e = 0; e < i->length; e++, element++)
    {
        const u32 line = window.line[first + e];
        const u32 end = first + e + 1 < window.count ? window.line[first + e + 1] : window.page->info.lineIndex;
        if (window.page->code[line] != (code_t) element->operation || end - line - 1 != element->count) return false;
        for (u32 n = 0; n < element->count; n++)
        {
            const u32 variable = element->operands[n] & 0x3f;
            const u32 word = word_at(window.page, line + 1 + n) - (element->operands[n] >> 6);
            if (!(bound >> variable & 1))
            {
                bound |= (u32) 1 << variable;
                value[variable] = word;
            }
            else if (value[variable] != word) return false;
        }
    }
    for (const idiom_constant *c = i->constants; c && c->variable != idiomEnd; c++)
        if (!is_constant(o, value[c->variable], c)) return false;
    return !i->apart || slots_are_apart(i->kinds, value);
}

/* The bit of an operation, behind another one, or none, among 64. */
static u32 bit_of(IM3Operation before, IM3Operation last)
{
    const uintptr_t word = (uintptr_t) last ^ (uintptr_t) before << 2;
    return (u32) (word >> 3 ^ word >> 9) & 63;
}

static bool has_bit(const u32 *bits, u32 bit)
{
    return bits[bit >> 5] >> (bit & 31) & 1;
}

static void set_bit(u32 *bits, u32 bit)
{
    bits[bit >> 5] |= (u32) 1 << (bit & 31);
}

/*
 * Whether an idiom may end with the operation, behind the one before: most do not, which a few bits tell without a look at all
 * idioms. The bits are of the processor's own addresses, so they are set when they are first asked for.
 */
static bool may_end(IM3Operation before, IM3Operation last)
{
    if (!ends[0] && !ends[1])
    {
        for (const idiom *i = idioms; i->last; i++)
        {
            set_bit(ends, bit_of(NULL, i->last->operation));
            set_bit(pairs, bit_of(i->length > 1 ? i->last[-1].operation : NULL, i->last->operation));
        }
    }
    const u32 bit = bit_of(NULL, last);
    return has_bit(ends, bit) && (has_bit(pairs, bit) || has_bit(pairs, bit_of(before, last)));
}

static IM3Operation operation_before_end(u32 n)
{
    return n <= window.count ? (IM3Operation) window.page->code[window.line[window.count - n]] : NULL;
}

/* Replaces the operations at the window's end, if they are those of the idiom. */
static __attribute__((noinline)) bool replace(IM3Compilation o, const idiom *i)
{
    const u32 first = window.count - i->length;
    u32 value[mostVariables];
    if (!matches(o, i, first, value)) return false;

    IM3CodePage page = window.page;
    page->info.lineIndex = window.line[first];
    EmitWord(page, i->fused);
    for (u32 v = 0; i->kinds[v]; v++) EmitWord32(page, value[i->kinds[v] == 't' ? v - 1 : v]);
    if (i->tag) EmitWord32(page, (u32) i->tag);
    window.count = first + 1;
    SUPERINSTRUCTIONS_FUSED(o, i);
    return true;
}

/*
 * Replaces the operations at the window's end, if an idiom matches: most do not end with its last two, and need no closer
 * look. `loop`: a ContinueLoopIf is about to follow.
 */
static __attribute__((noinline)) bool fuse_last(IM3Compilation o, bool loop)
{
    const IM3Operation last = operation_before_end(1), before = operation_before_end(2);
    if (!may_end(before, last)) return false;
    for (const idiom *i = idioms; i->last; i++)
    {
        if (i->last->operation != last || i->loop != loop || i->length > window.count) continue;
        if (i->length > 1 && i->last[-1].operation != before) continue;
        if (replace(o, i)) return true;
    }
    return false;
}

static void fuse(IM3Compilation o)
{
    while (window.count && fuse_last(o, false)) {}
}

static pc_t take_label(IM3CodePage page)
{
    if (page && page == window.page && window.count) fuse(window.compilation);
    window.count = 0;
    return GetPagePC(page);
}

/*
 * Makes room on the page, or goes on with another one, where the code that the window spans moves to. The page that
 * is left keeps that code, but for the branch to the next page, which is written over its first two words.
 */
static M3Result make_room(IM3Compilation o)
{
    const u32 needed = d_m3CodePageFreeLinesThreshold;
    if (NumFreeLines(o->page) >= needed + branchWords) return m3Err_none;
    if (!window.count) return EnsureCodePageNumLines(o, needed);

    const IM3CodePage left = o->page;
    const u32 count = window.count, begin = window.line[0], words = left->info.lineIndex - begin;
    code_t first[branchWords];
    memcpy(first, &left->code[begin], sizeof first);
    left->info.lineIndex = begin;
    M3Result result = EnsureCodePageNumLines(o, M3_MAX(words + needed, NumFreeLines(left)));
    if (result) return result;

    const u32 start = o->page->info.lineIndex, restored = M3_MIN(words, branchWords);
    memcpy((void *) &o->page->code[start], first, restored * sizeof *first);
    memcpy((void *) &o->page->code[start + restored], &left->code[begin + restored], (words - restored) * sizeof *first);
    o->page->info.lineIndex += words;
    for (u32 n = 0; n < count; n++) window.line[n] = (u16) (window.line[n] + start - begin);
    window.count = start + words <= mostLine ? count : 0;
    window.page = o->page;
    return m3Err_none;
}

static M3Result emit(IM3Compilation o, IM3Operation operation)
{
    if (may_emit(o, operation)) return lost;
    if (!o->page || !SUPERINSTRUCTIONS_ENABLED(o)) return EmitOpPlain(o, operation);

    if (window.page != o->page || window.compilation != o) window.count = 0;
    window.compilation = o;
    if (window.count) fuse(o);

    lost = make_room(o);
    if (lost) return lost;
    if (operation == op_ContinueLoopIf && window.count && fuse_last(o, true)) return m3Err_none;

    if (window.count == windowOperations)
    {
        memmove(window.line, window.line + windowOperations - longestIdiom, longestIdiom * sizeof *window.line);
        window.count = longestIdiom;
    }
    window.page = o->page;
    if (o->page->info.lineIndex > mostLine) window.count = 0;
    else window.line[window.count++] = (u16) o->page->info.lineIndex;
    return EmitOpPlain(o, operation);
}

#endif

/*
 * wasm3 but for its compiler and its operations, which interpreter.c holds. It allocates from the arena of the model that the
 * library is called for. Its errors are told apart by their addresses: their texts, which nobody reads here, are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../wasm3/processor.h"

#include "state.h"

#define calloc(count, size) arena_calloc(&wasmote_current->arena, count, size)
#define realloc(block, size) arena_realloc(&wasmote_current->arena, block, size)
#define free(block) arena_free(&wasmote_current->arena, block)

#define WASM3_ERRORS(EACH)                                                                      \
    EACH(mallocFailed) EACH(incompatibleWasmVersion) EACH(wasmMalformed) EACH(misorderedWasmSection) EACH(wasmUnderrun) \
    EACH(wasmOverrun) EACH(wasmMissingInitExpr) EACH(lebOverflow) EACH(missingUTF8) EACH(wasmSectionUnderrun)   \
    EACH(wasmSectionOverrun) EACH(invalidTypeId) EACH(tooManyMemorySections) EACH(tooManyArgsRets) EACH(moduleNotLinked) \
    EACH(moduleAlreadyLinked) EACH(functionLookupFailed) EACH(functionImportMissing) EACH(malformedFunctionSignature) \
    EACH(noCompiler) EACH(unknownOpcode) EACH(restrictedOpcode) EACH(functionStackOverflow) EACH(functionStackUnderrun) \
    EACH(mallocFailedCodePage) EACH(settingImmutableGlobal) EACH(typeMismatch) EACH(typeCountMismatch)          \
    EACH(missingCompiledCode) EACH(wasmMemoryOverflow) EACH(globalMemoryNotAllocated) EACH(globaIndexOutOfBounds) \
    EACH(argumentCountMismatch) EACH(argumentTypeMismatch) EACH(globalLookupFailed) EACH(globalTypeMismatch)    \
    EACH(globalNotMutable) EACH(trapOutOfBoundsMemoryAccess) EACH(trapDivisionByZero) EACH(trapIntegerOverflow) \
    EACH(trapIntegerConversion) EACH(trapIndirectCallTypeMismatch) EACH(trapTableIndexOutOfRange)               \
    EACH(trapTableElementIsNull) EACH(trapExit) EACH(trapAbort) EACH(trapUnreachable) EACH(trapStackOverflow)

#define ERROR_PLACE(NAME) place_##NAME,
#define ERROR_ADDRESS(NAME) const M3Result m3Err_##NAME = &errors[place_##NAME];
enum { WASM3_ERRORS(ERROR_PLACE) errorCount };
static const char errors[errorCount] = { 0 };
const M3Result m3Err_none = NULL;
WASM3_ERRORS(ERROR_ADDRESS)

#include "m3_core.c"

#include "m3_bind.c"

/* A page for a function of known size is that long, any other a multiple of what the build says. */
static inline uint32_t usual_page_bytes(void) { return d_m3CodePageAlignSize; }
#undef d_m3CodePageAlignSize
#define d_m3CodePageAlignSize (wasmote_current->metacode.pagesAreExact ? (uint32_t) sizeof(code_t) : usual_page_bytes())
#include "m3_code.c"

#include "m3_function.c"
#include "m3_info.c"
#include "m3_module.c"

/* Where a module cannot be parsed, wasm3 would free functions that it could not allocate; the arena is emptied as a whole. */
#define m3_FreeModule(module) ((void) (module))
#include "m3_env.c"

/* wasm3 goes on with no name at all where there is no memory for one. */
static M3Result read_name(cstr_t *name, bytes_t *at, cbytes_t end)
{
    *name = NULL;
    const M3Result result = Read_utf8(name, at, end);
    return result || *name ? result : m3Err_mallocFailed;
}
#define Read_utf8 read_name
#include "m3_parse.c"

/*
 * Whether a module's code is valid: wasm3 compiles it as though it was, and what is not would touch memory that is not the
 * model's. Source: WebAssembly Core Specification 2.0, chapter 3 and the appendix "Validation Algorithm".
 */
#ifndef WASMOTE_VALIDATE_H
#define WASMOTE_VALIDATE_H

#include "../abi/wasmote_config.h"
#include "wasm3.h"
#include "m3_env.h"

/* Whether modules are validated; 0 where all that are opened are compiled in, validated by who compiled them in. */
#ifndef WASMOTE_VALIDATES
#define WASMOTE_VALIDATES 1
#endif

#if WASMOTE_VALIDATES

/*
 * Validates a module that was parsed and not loaded yet: the bodies of its functions, and the expressions that its globals,
 * data and elements begin with. Takes four bytes of the current model's arena for each block that is open, 256 at least, and
 * gives them back.
 *
 * Refuses with m3Err_wasmMalformed what is not valid; besides, with m3Err_noCompiler what the runtime does not have
 * (instructions and types of later versions, blocks with parameters, segments that are not active, memories and tables besides the
 * first); with m3Err_functionStackOverflow a function whose parameters, locals and operands are more than
 * d_m3MaxFunctionStackHeight together, as wasm3 does, in code that is not reached too; with m3Err_mallocFailed where the
 * arena is too small.
 */
M3Result validate_module(IM3Module module);

#else

static inline M3Result validate_module(IM3Module module)
{
    (void) module;
    return m3Err_none;
}

#endif

#endif

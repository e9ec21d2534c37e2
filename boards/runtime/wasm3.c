/*
 * wasm3 but for its compiler and its operations, which interpreter.c holds. It allocates from the arena of the model that the
 * library is called for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The texts of wasm3's errors are defined by the first of its headers. */
#define M3_IMPLEMENT_ERROR_STRINGS
#include "../wasm3/processor.h"

#include "state.h"

#define calloc(count, size) arena_calloc(&wasmote_current->arena, count, size)
#define realloc(block, size) arena_realloc(&wasmote_current->arena, block, size)
#define free(block) arena_free(&wasmote_current->arena, block)

#undef M3_IMPLEMENT_ERROR_STRINGS
#include "m3_core.c"

#include "m3_bind.c"
#include "m3_code.c"
#include "m3_env.c"
#include "m3_function.c"
#include "m3_info.c"
#include "m3_module.c"
#include "m3_parse.c"

/*
 * wasm3 but for its compiler and its operations, which interpreter.c holds. It allocates from the arena.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define calloc arena_calloc
#define realloc(block, size) arena_realloc(block, size)
#define free arena_free

#include "m3_core.c"

#include "m3_bind.c"
#include "m3_code.c"
#include "m3_env.c"
#include "m3_function.c"
#include "m3_info.c"
#include "m3_module.c"
#include "m3_parse.c"

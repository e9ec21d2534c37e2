#include "validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/state.h"
#include "runtime/validate.h"

enum { arenaBytes = 1 << 20 };
static uint64_t memory[arenaBytes / 8];

static char verdict_of(const uint8_t *bytes, uint32_t length)
{
    IM3Module module;
    arena_reset(&wasmote_current->arena);
    IM3Environment environment = m3_NewEnvironment();
    if (m3_ParseModule(environment, &module, bytes, length)) return 'p';
    const uint32_t used = wasmote_current->arena.used;
    const M3Result result = validate_module(module);
    if (result == m3Err_mallocFailed || wasmote_current->arena.used != used) return '!';
    if (!result) return 'v';
    return result == m3Err_noCompiler ? 'u' : result == m3Err_functionStackOverflow ? 'm' : 'i';
}

int validate_modules(const char *path)
{
    static wasmote model;
    FILE *file = fopen(path, "rb");
    if (!file) return 2;
    wasmote_current = &model;
    arena_open(&model.arena, memory, sizeof memory);
    uint8_t digits[4];
    while (fread(digits, 1, 4, file) == 4)
    {
        const uint32_t length = digits[0] | digits[1] << 8 | digits[2] << 16 | (uint32_t) digits[3] << 24;
        uint8_t *bytes = malloc(length ? length : 1);       /* which the sanitizer watches the end of */
        if (fread(bytes, 1, length, file) != length) return 2;
        const char said = verdict_of(bytes, length);
        if (said == '!') return puts("memory"), 1;
        putchar(said);
        free(bytes);
    }
    fclose(file);
    return 0;
}

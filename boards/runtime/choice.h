/*
 * A choice between accelerator and kernel, as the host's linker writes it (host/link/link.ts): `global.get` of the exported global
 * `accelerators`, `i32.const` of a bit, `i32.and`, and an `if` whose arms push constants and locals, and call, no more. What the global
 * holds is known before anything is compiled and stays so: one arm is compiled, in place of the whole.
 */
#ifndef WASMOTE_CHOICE_H
#define WASMOTE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/wasmote_config.h"
#include "wasm3.h"
#include "m3_env.h"

typedef struct choice
{
    const uint8_t *arm, *armEnd;    /* the instructions that are to be compiled */
    const uint8_t *behind;          /* where the code goes on */
} choice;

/* Whether a choice begins with the `global.get` whose operand is at `at`; only then anything is stored. The code is validated. */
bool choice_find(IM3Module module, const uint8_t *at, const uint8_t *end, choice *found);

#endif

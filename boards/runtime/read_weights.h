/*
 * The import `wasmote.read_weights(destination: i32, offset: i32, length: i32)`: copies a part of the model's
 * `wasmote.weights` section to linear memory. The same code runs on boards and in the wasm3 bindings for Node.
 */
#ifndef WASMOTE_READ_WEIGHTS_H
#define WASMOTE_READ_WEIGHTS_H

#include "../formats/custom_sections.h"
#include "../abi/wasmote_config.h"
#include "wasm3.h"

/* The custom section that holds the weights, and the import's name and wasm3 signature. */
#define WASMOTE_WEIGHTS_SECTION "wasmote.weights"
#define WASMOTE_IMPORT_MODULE "wasmote"
#define WASMOTE_READ_WEIGHTS_NAME "read_weights"
#define WASMOTE_READ_WEIGHTS_SIGNATURE "v(iii)"

/*
 * A raw function for m3_LinkRawFunctionEx; its user data is a `const wasmote_section *`, which stays valid as
 * long as the module runs.
 *
 * Addresses are unsigned. It traps (out of bounds memory access), and copies nothing, unless
 * destination + length lies within linear memory as really allocated and offset + length within the section.
 * A length of zero at either end is within.
 */
const void *wasmote_read_weights(IM3Runtime runtime, IM3ImportContext context, uint64_t *stack, void *memory);

#endif

/*
 * The active model, loaded in wasm3: code and weights stay in flash, linear memory and wasm3's own needs come
 * from the arena.
 */
#ifndef WASMOTE_ENGINE_H
#define WASMOTE_ENGINE_H

#include <stdint.h>

#include "codes.h"
#include "manifest.h"

/*
 * Checks that a file is a model that this firmware can run, as far as that can be told without loading it:
 * modelOk, modelBadModel, modelAbi or modelMemory.
 */
model_error engine_check(const uint8_t *file, uint32_t length);

/*
 * Loads a model in place of the one before, and resets its state. All of it is compiled once, so that what cannot be is
 * refused here. On an error no model is loaded.
 */
model_error engine_load(const uint8_t *file, uint32_t length);

/*
 * Chooses whether the model uses the accelerators, from now on: it does at first. The loaded model is loaded anew where
 * that changes: what was in linear memory is lost.
 */
model_error engine_accelerate(bool with);

bool engine_accelerates(void);

/* Whether a model is loaded that keeps state from run to run. */
bool engine_keeps_state(void);

/*
 * Sets the state that the model keeps from run to run to what it begins with; there may be none. Where that traps or
 * takes too long, no model is loaded any more.
 */
model_error engine_reset(void);

/* Frees everything of the model. */
void engine_unload(void);

/* The manifest of the loaded model, or NULL. */
const manifest *engine_manifest(void);

/* Bytes of the loaded model's file in its slot; 0 without one. */
uint32_t engine_file_bytes(void);

/* The bytes of the tensor in linear memory, or NULL where there is no such tensor. */
uint8_t *engine_tensor(const char *list, uint32_t index, uint32_t *length);

/*
 * Runs the steps first..last-1 and stores what run returned, and by how much the counter went up. `limit` is in
 * units of the counter; 0 is the board's own. After modelTrap or modelLimit the model is loaded anew: what was
 * in linear memory is lost, state included.
 */
model_error engine_run(uint32_t first, uint32_t last, uint64_t limit, int32_t *code, uint64_t *count);

/* RAM that the firmware and wasm3 take at this moment, stacks included, besides linear memory. */
uint32_t engine_bytes(void);

/* The most RAM that the firmware and wasm3 take, stacks included, besides linear memory. */
uint32_t engine_used_bytes(void);

/* Names of the imports that can be given, ending with NULL. */
extern const char *const engine_imports[];

#endif

/*
 * The active model: one at a time has all of the RAM that is not static data or stack. Code and weights stay in flash.
 */
#ifndef WASMOTE_ENGINE_H
#define WASMOTE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"
#include "../runtime/manifest.h"
#include "../store/slots.h"

/* RAM for a model, in bytes. */
uint32_t engine_memory_bytes(void);

/*
 * What slots.h asks for is here and in admission.c. engine_load resets the state of the model too; all of it
 * is compiled once, so that what cannot be is refused there, and no model is loaded then.
 */

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

/* The manifest of the loaded model, or NULL. */
const manifest *engine_manifest(void);

/* The loaded model's file in its slot; NULL without one. */
const uint8_t *engine_file(uint32_t *length);

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

/* How often a model was loaded, or was to be. */
uint32_t engine_loads(void);

/* Where the bytes lie that an application has beside its model (app/description.h), aligned to 8. */
uint8_t *engine_kept(void);

/* How many there are; 0 where the model is no application. */
uint32_t engine_kept_bytes(void);

/* Has `function` called before the model's memory, or those bytes, become another's. */
void engine_on_letting_go(void (*function)(void));

/* The most RAM that the firmware, wasm3 and an application take, stacks included, besides linear memory. */
uint32_t engine_used_bytes(void);

#endif

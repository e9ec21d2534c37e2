/* What the firmware tells of an open model; nothing here shows wasm3. */
#ifndef WASMOTE_INSPECT_H
#define WASMOTE_INSPECT_H

#include "manifest.h"
#include "wasmote.h"

/* The manifest of an open model, or NULL. */
const manifest *wasmote_manifest(const wasmote *model);

/* The file of an open model, and its length; NULL where it is closed. */
const uint8_t *wasmote_file(const wasmote *model, uint32_t *length);

/* What `run` returned last. */
int32_t wasmote_returned(const wasmote *model);

/* The bytes of a tensor of the manifest's `list`, "inputs" or "outputs", in linear memory; NULL where there is none. */
uint8_t *wasmote_tensor_data(const wasmote *model, const char *list, uint32_t index, uint32_t *bytes);

/* The most of its memory that the model took until now, besides linear memory; 0 where it is closed. */
uint32_t wasmote_overhead_used(const wasmote *model);

/* Names of the imports that models can be given, "wasmote.read_weights" first; NULL beyond the last. */
const char *wasmote_import_name(uint32_t index);

/* The bits of those that are accelerators: all but the first. */
extern const uint32_t wasmote_accelerator_bits;

#endif

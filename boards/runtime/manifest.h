/*
 * The manifest of a model (host/package/manifest.ts), read in place from flash.
 */
#ifndef WASMOTE_MANIFEST_H
#define WASMOTE_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/cbor.h"
#include "../formats/custom_sections.h"
#include "wasmote.h"

#define WASMOTE_MANIFEST_SECTION "wasmote.manifest"

enum { manifestVersion = 1 };

typedef struct manifest
{
    wasmote_section section;
    uint32_t version, memoryBytes, steps;
    const uint8_t *name;            /* no zero byte at its end */
    uint32_t nameLength;
    uint32_t inputs, outputs;       /* how many */
} manifest;

/* Where a tensor lies in linear memory. */
typedef struct tensor_place
{
    uint32_t address, length;
} tensor_place;

/* Reads the manifest of a model file. False if there is none or it lacks a field. */
bool manifest_open(const uint8_t *file, uint32_t length, manifest *result);

/*
 * Looks up tensor `index` of the map entry `list` ("inputs" or "outputs"). False if there is none, or if it is
 * malformed, or if it does not lie within memoryBytes.
 */
bool manifest_tensor(const manifest *of, const char *list, uint32_t index, tensor_place *place);

/* All that there is to say of that tensor but where it lies. False as manifest_tensor. */
bool manifest_describe(const manifest *of, const char *list, uint32_t index, wasmote_tensor *tensor);

/* Calls `known` for each required import; false if it says no, or the list is malformed. */
bool manifest_check_imports(const manifest *of, bool (*known)(const uint8_t *name, uint32_t length));

#endif

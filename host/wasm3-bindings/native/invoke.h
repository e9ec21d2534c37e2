/* Calls of wasm functions from JavaScript, and of JavaScript functions from wasm. */
#ifndef WASM3_BINDINGS_INVOKE_H
#define WASM3_BINDINGS_INVOKE_H

#include "accelerator_imports.h"
#include "instance.h"

/*
 * Links the imported function of that index to the element of the same index of the array of functions that
 * comes with every call. NULL, or wasm3's text.
 */
const char *invoke_link_import(instance *self, uint32_t functionIndex);

/* Links the imported function of that index to the C implementation of wasmote.read_weights. */
const char *invoke_link_read_weights(instance *self, uint32_t functionIndex);

/* Links the imported function of that index to an accelerator. */
const char *invoke_link_accelerator(instance *self, uint32_t functionIndex, const wasmote_accelerator *accelerator);

/*
 * Calls the function of that index. Returns its result; `undefined` if it has none; a string "TEXT\nDETAIL"
 * for an error; NULL if a JavaScript exception is pending. There must be as many arguments as parameters.
 */
napi_value invoke_function(instance *self, napi_value imports, uint32_t functionIndex, size_t count, const napi_value *arguments);

/* Runs the module's start function, if it has one. Returns as invoke_function does. */
napi_value invoke_start(instance *self, napi_value imports);

/* The string "TEXT\nDETAIL" for an error of wasm3. */
napi_value invoke_error(instance *self, const char *text);

#endif

/* WebAssembly values to and from JavaScript values, in wasm3's 64-bit slots. */
#ifndef WASM3_BINDINGS_VALUES_H
#define WASM3_BINDINGS_VALUES_H

#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

#include "wasm3.h"

/* i32, f32 and f64 become numbers, i64 a bigint. NULL if the engine fails. */
napi_value value_from_slot(napi_env env, M3ValueType type, const uint64_t *slot);

/*
 * Numbers become i32 (modulo 2^32), f32 or f64; bigints become i64 (modulo 2^64). False if the JavaScript
 * type does not fit; nothing is coerced.
 */
bool value_to_slot(napi_env env, napi_value value, M3ValueType type, uint64_t *slot);

/* "i32", "i64", "f32" or "f64". */
const char *value_type_name(M3ValueType type);

#endif

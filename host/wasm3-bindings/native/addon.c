/*
 * The functions that src/native.ts declares. They trust their caller, which is that file alone, with types and
 * counts; what wasm3 refuses comes back as a string "TEXT\nDETAIL".
 */
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "invoke.h"
#include "memory-view.h"
#include "values.h"

enum { leadingCallArguments = 3 };

static void handle_collected(napi_env env, void *data, void *hint)
{
    instance_disown(data);
}

static instance *handle_value(napi_env env, napi_value handle)
{
    void *data = NULL;
    if (napi_get_value_external(env, handle, &data) != napi_ok)
    {
        napi_throw_type_error(env, NULL, "wasm3-bindings: not an instance");
        return NULL;
    }
    instance *self = data;
    if (self->disposed)
    {
        napi_throw_error(env, NULL, "wasm3-bindings: the instance is disposed");
        return NULL;
    }
    return self;
}

static uint32_t number(napi_env env, napi_value value)
{
    uint32_t result = 0;
    napi_get_value_uint32(env, value, &result);
    return result;
}

static bool bytes_of(napi_env env, napi_value array, const uint8_t **bytes, size_t *length)
{
    void *data;
    if (napi_get_typedarray_info(env, array, NULL, length, &data, NULL, NULL) != napi_ok) return false;
    *bytes = data;
    return true;
}

/* create(binary, original, memoryBytes, memoryPages, stackBytes, blockNesting, superinstructions): handle | string */
static napi_value create(napi_env env, napi_callback_info info)
{
    napi_value arguments[7], result = NULL;
    size_t count = 7, binaryLength, originalLength;
    const uint8_t *binary, *original;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    if (!bytes_of(env, arguments[0], &binary, &binaryLength) || !bytes_of(env, arguments[1], &original, &originalLength))
    {
        napi_throw_type_error(env, NULL, "wasm3-bindings: a module is a Uint8Array");
        return NULL;
    }
    const instance_limits limits = {
        .memoryBytes = number(env, arguments[2]),
        .memoryPages = number(env, arguments[3]),
        .stackBytes = number(env, arguments[4]),
        .blockNesting = number(env, arguments[5]),
        .superinstructions = number(env, arguments[6]),
    };

    instance *self = instance_new(env, &limits);
    if (!self)
    {
        napi_create_string_utf8(env, "memory allocation failed\n", NAPI_AUTO_LENGTH, &result);
        return result;
    }
    const char *error = instance_load(self, binary, binaryLength);
    if (!error && !instance_keep_weights(self, original, originalLength)) error = m3Err_mallocFailed;
    if (error)
    {
        result = invoke_error(self, error);
        instance_disown(self);
        return result;
    }
    instance_report_bytes(self);
    if (napi_create_external(env, self, handle_collected, NULL, &result) != napi_ok) instance_disown(self);
    return result;
}

typedef const char *link_function(instance *self, uint32_t functionIndex);

static napi_value link_with(napi_env env, napi_callback_info info, link_function *link)
{
    napi_value arguments[2];
    size_t count = 2;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    if (!self) return NULL;

    const char *error = link(self, number(env, arguments[1]));
    return error ? invoke_error(self, error) : NULL;
}

/* linkImport(handle, functionIndex): undefined | string */
static napi_value link_import(napi_env env, napi_callback_info info)
{
    return link_with(env, info, invoke_link_import);
}

/* linkReadWeights(handle, functionIndex): undefined | string */
static napi_value link_read_weights(napi_env env, napi_callback_info info)
{
    return link_with(env, info, invoke_link_read_weights);
}

/* linkAccelerator(handle, functionIndex, name): number, the accelerator's bit or 0 if there is none | string */
static napi_value link_accelerator(napi_env env, napi_callback_info info)
{
    napi_value arguments[3], result = NULL;
    size_t count = 3, length;
    char name[64];

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    if (!self || napi_get_value_string_utf8(env, arguments[2], name, sizeof name, &length) != napi_ok) return NULL;

    const wasmote_accelerator *found = wasmote_accelerators;
    while (found->name && strcmp(found->name, name) != 0) found++;
    const char *error = found->name ? invoke_link_accelerator(self, number(env, arguments[1]), found) : NULL;
    if (error) return invoke_error(self, error);
    napi_create_uint32(env, found->bit, &result);
    return result;
}

/* start(handle, imports): undefined | string */
static napi_value start(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    size_t count = 2;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    return self ? invoke_start(self, arguments[1]) : NULL;
}

static napi_value call_with(napi_env env, napi_callback_info info, size_t count)
{
    napi_value arguments[count + leadingCallArguments];

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    if (!self) return NULL;
    return invoke_function(self, arguments[1], number(env, arguments[2]), count - leadingCallArguments, arguments + leadingCallArguments);
}

/* call(handle, imports, functionIndex, ...arguments): number | bigint | undefined | string */
static napi_value call(napi_env env, napi_callback_info info)
{
    size_t count = 0;
    napi_get_cb_info(env, info, &count, NULL, NULL, NULL);
    return call_with(env, info, count);
}

static instance *only_argument(napi_env env, napi_callback_info info)
{
    napi_value handle;
    size_t count = 1;

    napi_get_cb_info(env, info, &count, &handle, NULL, NULL);
    return handle_value(env, handle);
}

/* memory(handle): ArrayBuffer | undefined */
static napi_value memory(napi_env env, napi_callback_info info)
{
    instance *self = only_argument(env, info);
    return self ? memory_view_get(self) : NULL;
}

/* runtimeBytes(handle): number */
static napi_value runtime_bytes(napi_env env, napi_callback_info info)
{
    napi_value result = NULL;
    instance *self = only_argument(env, info);

    if (self) napi_create_double(env, (double) instance_runtime_bytes(self), &result);
    return result;
}

/* fusedSequences(handle): number */
static napi_value fused_sequences(napi_env env, napi_callback_info info)
{
    napi_value result = NULL;
    instance *self = only_argument(env, info);

    if (self) napi_create_uint32(env, self->fusedSequences, &result);
    return result;
}

/* getGlobal(handle, index): number | bigint */
static napi_value get_global(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    size_t count = 2;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    const uint32_t index = number(env, arguments[1]);
    if (!self || index >= self->module->numGlobals) return NULL;

    M3Global *global = &self->module->globals[index];
    return value_from_slot(env, m3_GetGlobalType(global), (const uint64_t *) &global->i64Value);
}

/* setGlobal(handle, index, value): boolean, false if the value has the wrong type */
static napi_value set_global(napi_env env, napi_callback_info info)
{
    napi_value arguments[3], result = NULL;
    size_t count = 3;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    const uint32_t index = number(env, arguments[1]);
    if (!self || index >= self->module->numGlobals) return NULL;

    M3Global *global = &self->module->globals[index];
    napi_get_boolean(env, value_to_slot(env, arguments[2], m3_GetGlobalType(global), (uint64_t *) &global->i64Value), &result);
    return result;
}

/* stopAfter(handle, milliseconds): undefined; 0 for never */
static napi_value stop_after(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    size_t count = 2;
    double milliseconds = 0;

    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    instance *self = handle_value(env, arguments[0]);
    napi_get_value_double(env, arguments[1], &milliseconds);
    if (self) instance_stop_after(self, milliseconds);
    return NULL;
}

/* dispose(handle): boolean, false while the instance runs */
static napi_value dispose(napi_env env, napi_callback_info info)
{
    napi_value result = NULL;
    instance *self = only_argument(env, info);
    if (!self) return NULL;

    bool idle = self->callDepth == 0;
    if (idle) instance_dispose(self);
    napi_get_boolean(env, idle, &result);
    return result;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */)
{
    const napi_property_descriptor functions[] = {
        { "create", NULL, create, NULL, NULL, NULL, napi_enumerable, NULL },
        { "linkImport", NULL, link_import, NULL, NULL, NULL, napi_enumerable, NULL },
        { "linkReadWeights", NULL, link_read_weights, NULL, NULL, NULL, napi_enumerable, NULL },
        { "linkAccelerator", NULL, link_accelerator, NULL, NULL, NULL, napi_enumerable, NULL },
        { "start", NULL, start, NULL, NULL, NULL, napi_enumerable, NULL },
        { "call", NULL, call, NULL, NULL, NULL, napi_enumerable, NULL },
        { "memory", NULL, memory, NULL, NULL, NULL, napi_enumerable, NULL },
        { "runtimeBytes", NULL, runtime_bytes, NULL, NULL, NULL, napi_enumerable, NULL },
        { "fusedSequences", NULL, fused_sequences, NULL, NULL, NULL, napi_enumerable, NULL },
        { "getGlobal", NULL, get_global, NULL, NULL, NULL, napi_enumerable, NULL },
        { "setGlobal", NULL, set_global, NULL, NULL, NULL, napi_enumerable, NULL },
        { "stopAfter", NULL, stop_after, NULL, NULL, NULL, napi_enumerable, NULL },
        { "dispose", NULL, dispose, NULL, NULL, NULL, napi_enumerable, NULL },
    };
    if (napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions) != napi_ok) return NULL;
    return exports;
}

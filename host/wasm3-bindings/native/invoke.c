#include "invoke.h"

#include <stdio.h>

#include "allocation.h"
#include "interpreter.h"
#include "native-stack.h"
#include "read_weights.h"
#include "values.h"

typedef struct entered_call
{
    size_t *account;
    napi_value imports;
} entered_call;

static entered_call enter(instance *self, napi_value imports)
{
    entered_call outer = { heap_account_enter(&self->heapBytes), self->imports };
    self->imports = imports;
    self->callDepth++;
    self->detail[0] = 0;
    m3_ResetErrorInfo(self->runtime);
    return outer;
}

static void leave(instance *self, entered_call outer)
{
    self->callDepth--;
    self->imports = outer.imports;
    heap_account_leave(outer.account);
    instance_report_bytes(self);
}

/* The slots hold the results first, then the arguments. */
static const char *call_javascript(instance *self, IM3Function function, uint32_t index, uint64_t *slots)
{
    napi_env env = self->env;
    const uint32_t results = m3_GetRetCount(function);
    const uint32_t count = m3_GetArgCount(function);
    napi_value target, receiver, result, arguments[count + 1];

    for (uint32_t i = 0; i < count; i++)
    {
        arguments[i] = value_from_slot(env, m3_GetArgType(function, i), &slots[results + i]);
        if (!arguments[i]) return hostTrap;
    }
    if (napi_get_element(env, self->imports, index, &target) != napi_ok) return hostTrap;
    if (napi_get_undefined(env, &receiver) != napi_ok) return hostTrap;

    size_t *account = heap_account_enter(NULL);
    napi_status status = napi_call_function(env, receiver, target, count, arguments, &result);
    heap_account_leave(account);
    if (status != napi_ok) return hostTrap;

    if (results > 0 && !value_to_slot(env, result, m3_GetRetType(function, 0), &slots[0]))
    {
        snprintf(self->detail, sizeof self->detail, "import %u must return %s", index, value_type_name(m3_GetRetType(function, 0)));
        return badResultTrap;
    }
    return NULL;
}

static const void *imported_function(IM3Runtime runtime, IM3ImportContext context, uint64_t *slots, void *memory)
{
    instance *self = instance_of(runtime);
    napi_handle_scope scope;

    if (native_stack_pointer() < self->nativeStackLimit) return m3Err_trapStackOverflow;
    if (napi_open_handle_scope(self->env, &scope) != napi_ok) return hostTrap;
    const char *trap = call_javascript(self, context->function, (uint32_t) (uintptr_t) context->userdata, slots);
    napi_close_handle_scope(self->env, scope);
    return trap;
}

static const char *link(instance *self, uint32_t functionIndex, M3RawCall target, const void *userdata)
{
    IM3Function function = Module_GetFunction(self->module, functionIndex);
    if (!function || functionIndex >= self->module->numFuncImports) return m3Err_functionLookupFailed;

    size_t *previous = heap_account_enter(&self->heapBytes);
    const char *result = CompileRawFunction(self->module, function, target, userdata);
    heap_account_leave(previous);
    return result;
}

const char *invoke_link_import(instance *self, uint32_t functionIndex)
{
    return link(self, functionIndex, imported_function, (const void *) (uintptr_t) functionIndex);
}

const char *invoke_link_read_weights(instance *self, uint32_t functionIndex)
{
    return link(self, functionIndex, wasmote_read_weights, &self->weights);
}

const char *invoke_link_accelerator(instance *self, uint32_t functionIndex, const wasmote_accelerator *accelerator)
{
    return link(self, functionIndex, accelerator->call, &self->weights);
}

napi_value invoke_error(instance *self, const char *text)
{
    char message[512];
    M3ErrorInfo info = { .message = "" };
    napi_value error = NULL;

    if (self->runtime) m3_GetErrorInfo(self->runtime, &info);
    const char *detail = self->detail[0] ? self->detail : info.message;
    snprintf(message, sizeof message, "%s\n%s", text, detail ? detail : "");
    napi_create_string_utf8(self->env, message, NAPI_AUTO_LENGTH, &error);
    return error;
}

/* NULL if a JavaScript exception is to be thrown, else the error as a string. */
static napi_value failure(instance *self, const char *error)
{
    bool pending = false;

    if (error != hostTrap) return invoke_error(self, error);
    napi_is_exception_pending(self->env, &pending);
    if (!pending) napi_throw_error(self->env, NULL, "wasm3-bindings: an import could not be called");
    return NULL;
}

static const char *run(instance *self, IM3Function function, size_t count, const napi_value *arguments, uint64_t *result)
{
    uint64_t slots[count + 1];
    const void *pointers[count + 1];

    for (uint32_t i = 0; i < count; i++)
    {
        if (!value_to_slot(self->env, arguments[i], m3_GetArgType(function, i), &slots[i]))
        {
            snprintf(self->detail, sizeof self->detail, "argument %u must be %s", i, value_type_name(m3_GetArgType(function, i)));
            return m3Err_argumentTypeMismatch;
        }
        pointers[i] = &slots[i];
    }

    const char *error = m3_Call(function, (uint32_t) count, pointers);
    if (error || m3_GetRetCount(function) == 0) return error;

    const void *results[] = { result };
    return m3_GetResults(function, 1, results);
}

static const char *prepare(instance *self, IM3Function function, size_t count)
{
    if (!function) return m3Err_functionLookupFailed;
    if (!function->module) return m3Err_functionImportMissing;
    if (count != m3_GetArgCount(function)) return m3Err_argumentCountMismatch;
    if (m3_GetRetCount(function) > 1) return m3Err_tooManyArgsRets;
    if (native_stack_pointer() < self->nativeStackLimit + NATIVE_STACK_RESERVE_BYTES / 4) return m3Err_trapStackOverflow;
    return function->compiled ? NULL : interpreter_compile(function);
}

napi_value invoke_function(instance *self, napi_value imports, uint32_t functionIndex, size_t count, const napi_value *arguments)
{
    IM3Function function = Module_GetFunction(self->module, functionIndex);
    uint64_t slot = 0;
    napi_value result = NULL;

    entered_call outer = enter(self, imports);
    const char *error = prepare(self, function, count);
    if (!error) error = run(self, function, count, arguments, &slot);
    leave(self, outer);

    if (error) return failure(self, error);
    if (m3_GetRetCount(function) == 0) napi_get_undefined(self->env, &result);
    else result = value_from_slot(self->env, m3_GetRetType(function, 0), &slot);
    return result;
}

napi_value invoke_start(instance *self, napi_value imports)
{
    napi_value result = NULL;
    const char *error = NULL;

    entered_call outer = enter(self, imports);
    if (self->module->startFunction >= 0)
    {
        IM3Function function = Module_GetFunction(self->module, (u32) self->module->startFunction);
        error = prepare(self, function, 0);
        if (!error) error = m3_RunStart(self->module);
    }
    leave(self, outer);

    if (error) return failure(self, error);
    napi_get_undefined(self->env, &result);
    return result;
}

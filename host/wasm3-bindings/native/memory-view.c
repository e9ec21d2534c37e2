#include "memory-view.h"

#include "m3_exec_defs.h"

static void view_collected(napi_env env, void *data, void *hint)
{
    instance_disown(hint);
}

static napi_value existing_view(instance *self)
{
    napi_value buffer = NULL;
    bool detached = true;

    if (!self->memoryView) return NULL;
    if (napi_get_reference_value(self->env, self->memoryView, &buffer) == napi_ok && buffer)
    {
        napi_is_detached_arraybuffer(self->env, buffer, &detached);
    }
    if (!detached) return buffer;

    napi_delete_reference(self->env, self->memoryView);
    self->memoryView = NULL;
    return NULL;
}

napi_value memory_view(instance *self)
{
    M3MemoryHeader *memory = self->runtime->memory.mallocated;
    if (!memory || memory->length == 0) return NULL;

    napi_value buffer = existing_view(self);
    if (buffer) return buffer;

    self->owners++;
    if (napi_create_external_arraybuffer(self->env, m3MemData(memory), memory->length, view_collected, self, &buffer) != napi_ok)
    {
        self->owners--;
        return NULL;
    }
    if (napi_create_reference(self->env, buffer, 0, &self->memoryView) != napi_ok)
    {
        napi_detach_arraybuffer(self->env, buffer);
        return NULL;
    }
    return buffer;
}

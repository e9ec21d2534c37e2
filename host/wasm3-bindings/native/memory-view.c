#include "memory-view.h"

#include <stdlib.h>

#include "m3_exec_defs.h"

/* One ArrayBuffer over linear memory. Lives until the engine has given up the memory. */
typedef struct memory_view
{
    instance *owner;
    napi_ref buffer;    /* weak; NULL once detached by us */
} memory_view;

static void forget(memory_view *view)
{
    if (!view->buffer) return;

    napi_delete_reference(view->owner->env, view->buffer);
    view->buffer = NULL;
    view->owner->reachableViews--;
    if (view->owner->view == view) view->owner->view = NULL;
}

static void view_collected(napi_env env, void *data, void *hint)
{
    memory_view *view = hint;
    instance *owner = view->owner;

    forget(view);
    free(view);
    instance_disown(owner);
}

/* The latest view's ArrayBuffer, unless it is collected or detached. */
static napi_value attached_buffer(instance *self)
{
    napi_value buffer = NULL;
    bool detached = true;

    if (!self->view) return NULL;
    if (napi_get_reference_value(self->env, self->view->buffer, &buffer) != napi_ok || !buffer) return NULL;
    napi_is_detached_arraybuffer(self->env, buffer, &detached);
    return detached ? NULL : buffer;
}

napi_value memory_view_get(instance *self)
{
    M3MemoryHeader *memory = self->runtime->memory.mallocated;
    if (!memory || memory->length == 0) return NULL;

    napi_value buffer = attached_buffer(self);
    if (buffer) return buffer;

    memory_view *view = calloc(1, sizeof(memory_view));
    if (!view) return NULL;
    view->owner = self;
    if (napi_create_external_arraybuffer(self->env, m3MemData(memory), memory->length, view_collected, view, &buffer) != napi_ok)
    {
        free(view);
        return NULL;
    }
    self->owners++;
    if (napi_create_reference(self->env, buffer, 0, &view->buffer) != napi_ok)
    {
        napi_detach_arraybuffer(self->env, buffer);
        return NULL;
    }
    self->reachableViews++;
    self->view = view;
    return buffer;
}

bool memory_view_detach(instance *self)
{
    napi_handle_scope scope;
    if (self->reachableViews == 0) return true;
    if (napi_open_handle_scope(self->env, &scope) != napi_ok) return false;

    napi_value buffer = attached_buffer(self);
    if (buffer && napi_detach_arraybuffer(self->env, buffer) == napi_ok) forget(self->view);
    napi_close_handle_scope(self->env, scope);
    return self->reachableViews == 0;
}

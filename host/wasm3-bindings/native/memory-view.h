/* JavaScript's view of linear memory. */
#ifndef WASM3_BINDINGS_MEMORY_VIEW_H
#define WASM3_BINDINGS_MEMORY_VIEW_H

#include "instance.h"

/*
 * The ArrayBuffer over the bytes of linear memory that are really allocated. It keeps the instance's memory
 * alive until it is collected or detached. NULL if memory is empty or the engine fails.
 */
napi_value memory_view_get(instance *self);

/*
 * Detaches the view. False if JavaScript may still reach linear memory, having moved the view's memory to an
 * ArrayBuffer that is not known: then linear memory must stay where it is.
 */
bool memory_view_detach(instance *self);

#endif

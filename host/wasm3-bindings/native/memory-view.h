/* JavaScript's view of linear memory. */
#ifndef WASM3_BINDINGS_MEMORY_VIEW_H
#define WASM3_BINDINGS_MEMORY_VIEW_H

#include "instance.h"

/*
 * The ArrayBuffer over the bytes of linear memory that are really allocated. It keeps the instance's memory
 * alive until it is collected or detached. NULL if memory is empty or the engine fails.
 */
napi_value memory_view(instance *self);

#endif

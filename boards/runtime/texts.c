/* What the library says of itself in words. */
#include "../abi/abi.h"
#include "wasmote.h"

const char *wasmote_version(void)
{
    return WASMOTE_VERSION;
}

const char *wasmote_status_text(wasmote_status status)
{
    switch (status)
    {
        case WASMOTE_OK: return "done";
        case WASMOTE_CLOSED: return "no model is open";
        case WASMOTE_BAD_ARGUMENT: return "an index, a range, a count or an alignment is wrong";
        case WASMOTE_BAD_MODEL: return "the file is no model, or is damaged";
        case WASMOTE_WRONG_VERSION: return "the model asks for what this build of wasmote does not have";
        case WASMOTE_MEMORY: return "the memory is too small for the model";
        case WASMOTE_TRAP: return "the model did what it may not do";
        case WASMOTE_LIMIT: return "the limit was reached";
        case WASMOTE_STACK: return "the stack is too small for the model";
    }
    return "unknown status";
}

#include "../accelerators/accelerators.h"
#include "inspect.h"
#include "read_weights.h"

static const char *const names[] = {
    WASMOTE_IMPORT_MODULE "." WASMOTE_READ_WEIGHTS_NAME,
#define NAME_OF(NAME, BIT) WASMOTE_IMPORT_MODULE "." #NAME,
    WASMOTE_ACCELERATORS(NAME_OF)
};

#define OR_BIT(NAME, BIT) | BIT
const uint32_t wasmote_accelerator_bits = 0 WASMOTE_ACCELERATORS(OR_BIT);

const char *wasmote_import_name(uint32_t index)
{
    return index < sizeof names / sizeof *names ? names[index] : NULL;
}

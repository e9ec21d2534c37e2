/*
 * What a model's file says of itself in its section `wasmote.trust` (docs/security.md): name, version, which boards it is for.
 */
#ifndef WASMOTE_FACTS_H
#define WASMOTE_FACTS_H

#include "../store/slots.h"

/*
 * Reads what the file says, of which only the beginning may be there. False where it says nothing, or that is malformed;
 * *facts is left alone then.
 */
bool facts_read(const uint8_t *file, uint32_t length, model_facts *facts);

/* Whether it is for this board and firmware: by family or name, and ABI. modelAbi where not; a file that does not say fits. */
model_error facts_fit(const uint8_t *file, uint32_t length, const char *family, const char *board, uint32_t abi);

#endif

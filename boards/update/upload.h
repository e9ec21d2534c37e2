/*
 * How a model arrives: in pieces, as the file itself, as a patch to a model that is here (docs/updates.md), as a file sealed to this
 * board (docs/encryption.md), or as a sealed patch. It goes into a slot as it comes. An upload that was interrupted goes on where it was.
 */
#ifndef WASMOTE_UPLOAD_H
#define WASMOTE_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"
#include "../formats/sha256.h"

/* No upload goes on: what main begins with. */
void upload_open(void);

/*
 * Begins an upload, or goes on with the one that was interrupted, and stores the offset that is wanted next. `sent` is the length
 * of all that is sent, not 0, `data` what it begins with, and `hash` its SHA-256, or NULL where that is not known: it then begins anew
 * each time. Nothing is erased before what the file begins with is known to be admitted. On a board with one slot the active model is
 * replaced where it `mayReplace` it.
 */
model_error upload_begin(uint32_t sent, const uint8_t *hash, const uint8_t *data, uint32_t length, bool mayReplace,
                         uint32_t *wanted);

/*
 * Takes a piece of the upload that goes on, and stores the offset that is wanted next. A piece at another
 * offset is not taken. After the last one the model is checked; if it is refused, the upload is over.
 */
model_error upload_write(uint32_t offset, const uint8_t *data, uint32_t length, uint32_t *wanted);

/* SHA-256 of the file that came of the last upload, where that is not what was sent, and all of it is there; else NULL. */
const uint8_t *upload_made(void);

/* Gives back the memory of an upload, where it has any: it goes on after it was begun once more. */
void upload_pause(void);

#endif

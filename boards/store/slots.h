/*
 * The model slots in flash: what is in them, which one is active, and uploads into them.
 */
#ifndef WASMOTE_SLOTS_H
#define WASMOTE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"
#include "../formats/sha256.h"

/* What a slot holds. */
typedef struct slot_contents
{
    enum { slotEmpty, slotUploading, slotComplete } state;
    uint32_t length;                /* of the whole model */
    uint8_t hash[sha256Bytes];      /* of the whole model */
} slot_contents;

enum { noSlot = 0xffffffff };

/*
 * What the store asks of who runs the models, which the firmware is: to check that a file is a model that it can run, as far
 * as that can be told without loading it; to load one in place of the one before; to let go of it.
 */
model_error engine_check(const uint8_t *file, uint32_t length);
model_error engine_load(const uint8_t *file, uint32_t length);
void engine_unload(void);

/* Finds out what is in the slots. Runs once. */
void slots_open(void);

/* The active slot, or noSlot. */
uint32_t slots_active(void);

const slot_contents *slots_at(uint32_t slot);

/* The model in a complete slot. */
const uint8_t *slots_model(uint32_t slot);

/*
 * Begins an upload, or goes on with the one that was interrupted, and stores the offset that is wanted next.
 * Not to be called with a length of 0.
 */
model_error slots_begin(uint32_t length, const uint8_t hash[sha256Bytes], uint32_t *next);

/*
 * Takes a piece of the upload that goes on, and stores the offset that is wanted next. A piece at another
 * offset is not taken. After the last one the model is checked; if it is refused, the upload is over.
 */
model_error slots_write(uint32_t offset, const uint8_t *data, uint32_t length, uint32_t *next);

/* Makes the complete slot with that hash the active one, for good. */
model_error slots_activate(uint32_t slot);

/* Empties a slot that is not active. */
model_error slots_erase(uint32_t slot);

#endif

/*
 * The model slots in flash: what is in them, and uploads into them. Which one is active, activation.h knows.
 */
#ifndef WASMOTE_SLOTS_H
#define WASMOTE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../abi/abi.h"
#include "../formats/sha256.h"
#include "records.h"

/* What a slot holds. */
typedef struct slot_contents
{
    enum { slotEmpty, slotUploading, slotComplete } state;
    uint32_t length;                /* of the whole model */
    uint8_t hash[sha256Bytes];      /* of the whole model */
} slot_contents;

enum { noSlot = 0xffffffff };

/* What a model's file says of itself (trust/facts.h). */
typedef struct model_facts
{
    uint8_t name[8];                /* the first bytes of its name's SHA-256 */
    uint32_t version;               /* 0 where it says none */
    uint32_t runs;                  /* good runs that confirm it; 0: being told does */
    bool mayBeOlder;                /* it may follow a higher version */
} model_facts;

/*
 * What the store asks of who runs the models, which the firmware is: whether a file that begins with `head` may be sent; to check
 * that a file is a model that it can run, as far as that can be told without loading it; whether a file that was checked before
 * may still run; to load one in place of the one before; to have the one that is loaded prove that it gives what its file says,
 * after which it is as just loaded; to let go of it; what a file says of itself, which leaves *facts alone where that is nothing.
 */
model_error engine_admits(const uint8_t *head, uint32_t length);
model_error engine_check(const uint8_t *file, uint32_t length);
bool engine_trusts(const uint8_t *file, uint32_t length);
model_error engine_admits_version(const uint8_t *file, uint32_t length);
model_error engine_load(const uint8_t *file, uint32_t length);
model_error engine_prove(const uint8_t *file, uint32_t length);
void engine_unload(void);
void engine_facts(const uint8_t *file, uint32_t length, model_facts *facts);

/* Finds out what is in the slots. Runs once. */
void slots_open(void);

const slot_contents *slots_at(uint32_t slot);

/* The model in a complete slot. */
const uint8_t *slots_model(uint32_t slot);

/*
 * Begins an upload, or goes on with the one that was interrupted, and stores the offset that is wanted next. `head` is what the
 * file begins with, as far as it has come. Nothing is erased before that is known to be admitted.
 * Not to be called with a length of 0.
 */
model_error slots_begin(uint32_t length, const uint8_t hash[sha256Bytes], const uint8_t *head, uint32_t headLength,
                        uint32_t *next);

/*
 * Takes a piece of the upload that goes on, and stores the offset that is wanted next. A piece at another
 * offset is not taken. After the last one the model is checked; if it is refused, the upload is over.
 */
model_error slots_write(uint32_t offset, const uint8_t *data, uint32_t length, uint32_t *next);

/* Empties a slot that is neither active nor comes back. */
model_error slots_erase(uint32_t slot);

/* Of the log (log.c). */
void slots_forget(void);
void slots_replay(const record *entry);
uint32_t slots_count(void);
void slots_describe(uint32_t index, record *entry);

#endif

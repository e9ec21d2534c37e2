/*
 * The model slots in flash: what is in them. Which one is active, activation.h knows; what is sent, update/upload.h takes.
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

/* Runs that confirm a model which does not say how many. */
enum { runsThatConfirm = 16 };

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

/*
 * Gives so many bytes of the memory for models to an upload, aligned to 8, until they are taken back. A model that is loaded is loaded
 * anew each time: what was in its linear memory is lost. It is not there meanwhile where it needs that memory itself.
 */
void *engine_lend(uint32_t bytes);
void engine_take_back(void);

/*
 * Calls function(argument) with the memory for models as its stack, as far as it is not lent. A model that is loaded is loaded anew
 * afterwards: what was in its linear memory is lost.
 */
void engine_call_on_memory(void (*function)(void *), void *argument);

/* Finds out what is in the slots. Runs once. */
void slots_open(void);

const slot_contents *slots_at(uint32_t slot);

/* The model in a complete slot. */
const uint8_t *slots_model(uint32_t slot);

/* The slot that holds a file of that length and hash, or a part of it; noSlot where none does. */
uint32_t slots_with(uint32_t length, const uint8_t hash[sha256Bytes]);

/*
 * A slot that may take another file: not the one that is to be `kept`, or noSlot, nor that of the active model or the one that comes
 * back, unless it is the only one and they may be replaced. noSlot where there is none.
 */
uint32_t slots_replaceable(uint32_t kept, bool mayReplace);

/* Whether all of a slot can be read, whatever power failures have left in it. */
bool slots_readable(uint32_t slot);

/* Empties a slot for a file of that length, which fits into it, and hash; logs both. */
model_error slots_expect(uint32_t slot, uint32_t length, const uint8_t hash[sha256Bytes]);

/* What the slot holds of its file is of no use: the next upload begins anew. */
void slots_spoil(uint32_t slot);

/*
 * All of the file was written: compares its hash with the one that was expected, unless that was not the file's own and it gets its own
 * now; checks it, and logs what became of it.
 */
model_error slots_settle(uint32_t slot, bool hashIsItsOwn);

/* Empties a slot that is neither active nor comes back. */
model_error slots_erase(uint32_t slot);

/* Of the log (log.c). */
void slots_forget(void);
void slots_replay(const record *entry);
uint32_t slots_count(void);
void slots_describe(uint32_t index, record *entry);

#endif

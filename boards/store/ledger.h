/*
 * What a board remembers beyond its models, where it runs signed ones only: the highest version that was confirmed of each model,
 * which keys are trusted beside those that it was built with, how often it has begun to give challenges, and a secret key of its own.
 */
#ifndef WASMOTE_LEDGER_H
#define WASMOTE_LEDGER_H

#include "../abi/abi.h"
#include "records.h"

enum { mostVersions = 4, mostKeyChanges = 4, versionNameBytes = 8, publicKeyBytes = 32 };

/* A key that was added, or one of those of the build that was retired. */
typedef struct key_change
{
    uint8_t key[publicKeyBytes];
    bool retired;
} key_change;

/* Highest version confirmed of the model of that name (the first bytes of its SHA-256); 0 without one. */
uint32_t ledger_version(const uint8_t name[versionNameBytes]);

/* Whether a version of that name can be remembered. */
bool ledger_has_room(const uint8_t name[versionNameBytes]);

/* Remembers a version, where it is higher than the one before. False if flash could not be written, or there is no room. */
bool ledger_raise(const uint8_t name[versionNameBytes], uint32_t version);

/* What was changed of the keys: from index 0 on, NULL after the last. */
const key_change *ledger_key_change(uint32_t index);

/*
 * Adds or retires a key, as message `number` says, which is higher than any before. modelBusy if there is no room for one more,
 * modelOlder if the number is not higher, modelFlash.
 */
model_error ledger_change_key(const uint8_t key[publicKeyBytes], bool retired, uint32_t number);

/* Whether `holds` would hold without that key. */
bool ledger_can_retire(const uint8_t key[publicKeyBytes], bool (*holds)(void));

/* The number of the last message about keys; 0 before the first. */
uint32_t ledger_key_number(void);

/* Counts one more start at which challenges are given; a number that was never returned before. 0 if flash could not be written. */
uint32_t ledger_count_challenges(void);

/* The secret key that the board has made for itself; NULL as long as it has none. */
const uint8_t *ledger_device_key(void);

/* Keeps the one that it has made. False if flash could not be written; it has none then. */
bool ledger_keep_device_key(const uint8_t secret[publicKeyBytes]);

/* Of the log (log.c). */
void ledger_forget(void);
void ledger_replay(const record *entry);
uint32_t ledger_count(void);
void ledger_describe(uint32_t index, record *entry);

#endif

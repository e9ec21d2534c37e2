/*
 * The log of what was done to the slots, in two flash sectors of its own. A record is appended after the deed; it
 * has a CRC, so that one cut off by a power failure is no record. When a sector is full, the state of the slots
 * is written to the other one; its header comes last and makes it the log. The header has the number of the records' format:
 * the records of another are not read, and lie there until the other sector holds the log.
 */
#ifndef WASMOTE_RECORDS_H
#define WASMOTE_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/sha256.h"

typedef enum record_kind
{
    recordEmpty = 1,        /* the slot holds nothing */
    recordUploading = 2,    /* the slot was erased to take this model */
    recordComplete = 3,     /* the slot holds this model, checked */
    recordActive = 4,       /* the slot with this model is the active one, for good */
    recordPending = 5,      /* the slot's model is to be tried at the next start */
    recordTrial = 6,        /* the slot's model is being tried */
    recordRejected = 7,     /* the slot's model was tried in vain */
    recordVersion = 8,      /* `length` is the highest version that was confirmed of the name that `hash` is the SHA-256 of */
    recordKeyAdded = 9,     /* the key `hash` is trusted; `length` is the number of the message that said so */
    recordKeyRetired = 10,  /* likewise: it is trusted no more */
    recordChallenge = 11,   /* `length` is how often the board has begun to give challenges */
    recordDeviceKey = 12,   /* `hash` is the secret key that the board has made for itself */
} record_kind;

/* As it lies in flash: 48 bytes, and what is missing to a multiple of the flash's writeBytes, which is left erased. */
typedef struct record
{
    uint32_t kind, slot, length;
    uint8_t hash[sha256Bytes];
    uint32_t crc;           /* CRC-32 (IEEE 802.3) of what is before */
} record;

/* Reads the log and hands each record to `replay`, oldest first. False, and no record, if the log is of another format. */
bool records_open(void (*replay)(const record *entry));

/*
 * Appends a record. If the sector is full, `snapshot` is asked for the records that describe the state as it is
 * with this one, one after the other, from index 0 on, until it returns false. False if flash could not be written.
 */
bool records_append(const record *entry, bool (*snapshot)(uint32_t index, record *entry));

#endif

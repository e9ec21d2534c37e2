/*
 * Sealed files, version 1, as they arrive: the bytes of a file that is encrypted to this device are opened chunk by chunk, and
 * none goes on before its chunk is known to be what the sender sealed. The format: host/trust/seal/format.ts, docs/encryption.md.
 *
 * Whoever has the device's public key can seal a file: who it comes from, its signature tells.
 */
#ifndef WASMOTE_SEAL_H
#define WASMOTE_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/sha256.h"
#include "hpke.h"

enum { sealPreludeBytes = 12, sealRecipientBytes = 88, sealMostRecipients = 16, sealChunkBytes = 256,
       sealStrideBytes = sealChunkBytes + aeadTagBytes };

typedef enum seal_result
{
    sealGood,           /* all bytes were taken */
    sealMalformed,      /* it is no sealed file, or one of another version */
    sealForOthers,      /* this device is not among those that it is for */
    sealChanged,        /* it is not what the sender sealed */
    sealTooLong,        /* bytes came after the last chunk */
    sealWriteFailed,    /* write() returned false; seal_seek() goes on all the same */
} seal_result;

/* A sealed file on its way. What is not told here is seal.c's own; seal_close wipes it. */
typedef struct seal_state
{
    const x25519_pair *own;
    bool (*write)(void *context, const uint8_t *bytes, uint32_t length);
    void *context;
    uint32_t length;        /* of the plain file: 0 until the head is there */
    uint32_t chunk;         /* the number of the chunk that is wanted next */
    uint32_t headBytes;     /* of the head: 0 until its first 12 bytes are there */
    uint32_t taken;         /* bytes of the head, then of the chunk */
    seal_result result;     /* what came of it so far: once it is not sealGood, nothing more is taken */
    bool opened;            /* the head is there, and the key is that of the chunks */
    bool found;             /* the device's entry has been found in the head */
    uint8_t key[aeadKeyBytes];
    union
    {
        struct
        {
            sha256_state hash;
            uint8_t prelude[sealPreludeBytes];
            uint8_t entry[sealRecipientBytes], own[sealRecipientBytes];
        } head;
        uint8_t chunk[sealStrideBytes];
    } buffer;
} seal_state;

/* Makes a pair of keys of 32 secret bytes; they take the time of an X25519. */
void seal_make_pair(x25519_pair *pair, const uint8_t secret[x25519Bytes]);

/*
 * How many bytes come before the chunks, of the first 12 bytes of a file; 0 where it is no sealed file. Chunk n is at this offset and
 * n * sealStrideBytes, and holds the bytes of the plain file from n * sealChunkBytes on.
 */
uint32_t seal_head_bytes(const uint8_t prelude[sealPreludeBytes]);

/* Begins. `own` stays where it is. `write` takes the plain bytes in order: 256 of each chunk, the rest of the last one. */
void seal_open(seal_state *state, const x25519_pair *own,
               bool (*write)(void *context, const uint8_t *bytes, uint32_t length), void *context);

/*
 * After the head: the bytes of that chunk come next, which is one of the file. What `write` returned before does not matter any more.
 */
void seal_seek(seal_state *state, uint32_t chunk);

/* Takes the next bytes, as many as there are. After anything but sealGood the file is over. */
seal_result seal_take(seal_state *state, const uint8_t *bytes, uint32_t length);

/* Whether the last chunk has gone on. */
bool seal_is_complete(const seal_state *state);

/* Forgets all secrets of the state. */
void seal_close(seal_state *state);

#endif

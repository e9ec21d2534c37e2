/*
 * Decoder of patches: gives a new file, in order, from an old one that can be read in place and a patch that arrives in pieces
 * of any size. docs/updates.md has the format; host/delta/ makes patches. No allocation, no C library beyond string.h.
 *
 *     patch_open(&patch, write, context);
 *     for each piece of the patch, patch_take(&patch, &bytes, &length), and then, as long as bytes are left:
 *         patchHasHead: look at patch_old_hash(), patch.newLength...; patch_begin(), and patch_take() with what is left
 *         patchSeeks: what is left is of no use; go on with the bytes of the patch from patch.offset on
 *
 * A patch need not be trusted: whatever it holds, nothing is read outside of the old file, no more is written than newLength
 * bytes, and the work is bounded by that. Whether what was written is the new file tells its hash, which the caller checks.
 */
#ifndef WASMOTE_PATCH_H
#define WASMOTE_PATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "../formats/sha256.h"

enum
{
    patchHeadBytes = 80,
    patchContexts = 322,
    patchOutputBytes = 32,  /* are written at once, except before what is copied and at the end of a block */
};

/* Takes bytes of the new file, which follow those that it took before. False ends the work as patchUnwritten. */
typedef bool (*patch_write)(void *context, const uint8_t *bytes, uint32_t length);

typedef enum patch_state
{
    patchWantsBytes,    /* all bytes were taken */
    patchHasHead,       /* the head is there: patch_begin() is to follow */
    patchSeeks,         /* the bytes that are wanted next are those from `offset` on */
    patchComplete,      /* the whole new file was written */
    patchDamaged,       /* it is no patch, or of another version, or contradicts itself */
    patchUnwritten,     /* `write` said no */
} patch_state;

typedef struct patch
{
    /* Of the new and the old file; as the patch says, and known from patchHasHead on. */
    uint32_t oldLength, newLength;
    uint32_t clearBytes;    /* of the new file, which the patch holds in clear and which are written first */
    uint32_t offset;        /* in the patch, of the byte that is wanted next */

    /* What follows is the decoder's own. */
    patch_write write;
    void *context;
    const uint8_t *old;
    uint32_t have;          /* bytes of the new file that are not to be written */
    uint32_t position;      /* in the new file, of the next byte */
    uint32_t blockEnd;      /* in the new file */
    uint32_t source;        /* in the old file, of the next byte */
    uint32_t length;        /* what is left of a piece, of the clear bytes, or of the index in entries */
    uint32_t seek;          /* where the first block that is wanted begins in the patch */
    uint32_t range, code;
    uint32_t value, end;    /* the bits of a symbol so far behind a 1, and the least that it is when it is complete */
    uint16_t base;          /* of the symbol's contexts */
    uint8_t stage, asked, codeBytes, kind, detail, isBackwards, largeOnes, outputBytes, blockShift, state;
    uint8_t output[patchOutputBytes];
    union
    {
        uint8_t head[patchHeadBytes];
        uint16_t contexts[patchContexts];
    };
} patch;

/* Begins a patch, from its first byte. */
void patch_open(patch *of, patch_write write, void *context);

/*
 * Takes bytes, and moves *bytes and *length past those that it took. Stays at patchComplete, patchDamaged and patchUnwritten;
 * takes none at patchHasHead, before patch_begin().
 */
patch_state patch_take(patch *of, const uint8_t **bytes, uint32_t *length);

/* SHA-256 of the old and of the new file, as the head says; at patchHasHead only. */
const uint8_t *patch_old_hash(const patch *of);
const uint8_t *patch_new_hash(const patch *of);

/*
 * Memory of the decoder that is the caller's from patchHasHead on, until the clear bytes have all been written: what is gathered of
 * them before it is decided whether they are to be written.
 */
enum { patchSpareBytes = 2 * patchContexts - patchHeadBytes };
uint8_t *patch_spare(patch *of);

/*
 * Goes on after patchHasHead. `old` is a file of oldLength bytes whose hash was compared. `have` is 0, or how many bytes of the
 * new file are there already, of an update that was interrupted: those are not written again, and blocks of which all
 * are there are passed over (patchSeeks). More than newLength are patchDamaged.
 */
patch_state patch_begin(patch *of, const uint8_t *old, uint32_t have);

#endif

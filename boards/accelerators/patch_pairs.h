/*
 * Patches for instructions that multiply two pairs of int16 (SMLAD): [group][position], inputs 0 and 2, then 1 and 3,
 * as pairs of int16.
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_PAIRS_H
#define WASMOTE_ACCELERATORS_PATCH_PAIRS_H

#include "patch_writer.h"
#include "target.h"

enum
{
    minPositions = 3,
    patchBytesPerInput = 2,
};

static inline patch_writer patch_start(const patch *to, uint32_t position)
{
    return (patch_writer) { .at = (uint32_t *) to->words + 2 * position, .positions = to->positions };
}

static inline void patch_word(patch_writer *to, uint32_t word)
{
    to->at[0] = even_pair(word);
    to->at[1] = odd_pair(word);
    to->at += 2 * to->positions;
}

/* Half of a word of a patch. */
typedef int16_t __attribute__((may_alias)) patch_half;

/* The next 4 inputs. Nothing may be pending. */
static inline void patch_four(patch_writer *to, int32_t a, int32_t b, int32_t c, int32_t d)
{
    patch_half *const at = (patch_half *) to->at;
    at[0] = (patch_half) a;
    at[1] = (patch_half) c;
    at[2] = (patch_half) b;
    at[3] = (patch_half) d;
    to->at += 2 * to->positions;
}

#endif

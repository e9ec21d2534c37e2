/*
 * Patches for all other processors: [position][input], int8.
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_BYTES_H
#define WASMOTE_ACCELERATORS_PATCH_BYTES_H

#include "patch_writer.h"
#include "target.h"

enum
{
    minPositions = 1,
    patchBytesPerInput = 1,
};

static inline patch_writer patch_start(const patch *to, uint32_t position)
{
    return (patch_writer) { .at = (uint32_t *) to->words + position * to->groups };
}

static inline void patch_word(patch_writer *to, uint32_t word)
{
    *to->at++ = word;
}

#endif

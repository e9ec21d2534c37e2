/* A patch (patch.h) and where it is written, however it lies. */
#ifndef WASMOTE_ACCELERATORS_PATCH_WRITER_H
#define WASMOTE_ACCELERATORS_PATCH_WRITER_H

#include <stdint.h>

typedef struct patch
{
    void *words;
    uint32_t positions, groups;
} patch;

/* Where the next word of one position goes, and the bytes that do not fill a word yet. */
typedef struct patch_writer
{
    uint32_t *at;
    uint32_t positions;
    uint32_t pending, pendingBits;
    uint32_t isUpper;
} patch_writer;

#endif

/*
 * Patches for Helium: [position][input], int8, as runs of bytes of any length; or the inputs themselves, where they lie so
 * (isInPlace).
 */
#ifndef WASMOTE_ACCELERATORS_PATCH_BYTES_HELIUM_H
#define WASMOTE_ACCELERATORS_PATCH_BYTES_HELIUM_H

#include <arm_mve.h>
#include <stdint.h>

enum
{
    minPositions = 1,
    patchBytesPerInput = 1
};

typedef uint16_t patch_offset;

typedef struct patch
{
    void *words;
    uint32_t positions, groups;
    uint32_t depth, stride;     /* inputs of a position; bytes from one position to the next */
} patch;

typedef struct patch_writer
{
    int8_t *at;
} patch_writer;

static inline patch_writer patch_start(const patch *to, uint32_t position)
{
    return (patch_writer) { .at = (int8_t *) to->words + position * to->stride };
}

/* Bytes that are neighbours in memory, or all of them `word`'s lowest; none beyond is read or written. */
static inline void copy_run(patch_writer *to, const int8_t *from, uint32_t bytes)
{
    int8_t *at = to->at;
    to->at = at + bytes;
    __asm__ volatile("wlstp.8 lr, %2, 2f\n"
                     "1:\n"
                     "  vldrb.8 q0, [%1], #16\n"
                     "  vstrb.8 q0, [%0], #16\n"
                     "  letp lr, 1b\n"
                     "2:" : "+r"(at), "+r"(from) : "r"(bytes) : "lr", "q0", "memory");
}

static inline void fill_run(patch_writer *to, uint32_t word, uint32_t bytes)
{
    int8_t *at = to->at;
    to->at = at + bytes;
    __asm__ volatile("vdup.8 q0, %1\n"
                     "wlstp.8 lr, %2, 2f\n"
                     "1:\n"
                     "  vstrb.8 q0, [%0], #16\n"
                     "  letp lr, 1b\n"
                     "2:" : "+r"(at) : "r"(word), "r"(bytes) : "lr", "q0", "memory");
}

static inline void patch_end(patch_writer *to)
{
    (void) to;
}

/* The bytes at `count` offsets. */
static inline void patch_bytes_at(patch_writer *to, const int8_t *from, const uint16_t *offsets, uint32_t count)
{
    int8_t *at = to->at;
    for (int32_t left = (int32_t) count; left > 0; left -= 8, offsets += 8, at += 8)
    {
        const mve_pred16_t there = vctp16q((uint32_t) left);
        vstrbq_p_s16(at, vldrbq_gather_offset_z_s16(from, vldrhq_u16(offsets), there), there);
    }
}

#endif

/*
 * Calls of the accelerators without an interpreter. Linear memory and the weights section each lie between pages
 * that nothing may touch: an access beyond either end ends the program.
 */
#ifndef ACCELERATOR_CALLS_H
#define ACCELERATOR_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "accelerators.h"

/* Bytes whose end is the end of a page before one without access; so is the start, where the length is whole pages. */
typedef struct guarded
{
    uint8_t *at;
    uint64_t bytes;
} guarded;

/* Zeros; only what is written takes memory. Ends the program where there is none. */
guarded guarded_new(uint64_t bytes);
void guarded_free(guarded memory);

typedef struct named_accelerator
{
    const char *name;
    bool (*call)(parameters *from, uint32_t offset);
} named_accelerator;

/* The accelerator of that name; ends the program where there is none. */
const named_accelerator *accelerator_named(const char *name);

/* Calls an accelerator with a block of parameters at `offset` in the weights section. False where it traps. */
bool accelerator_runs(const named_accelerator *accelerator, guarded memory, guarded weights, uint32_t offset);

#endif

/*
 * The samples around an event, kept in RAM until the link has fetched them. Samples of runs go into a ring of hops, all the time: when an
 * event begins, what is before it is there, and what comes after it is awaited. The ring is then the snippet, and another one goes on,
 * as long as one is free.
 */
#ifndef WASMOTE_SNIPPETS_H
#define WASMOTE_SNIPPETS_H

#include <stdbool.h>
#include <stdint.h>

#include "description.h"

typedef struct snippet
{
    uint64_t milliseconds;      /* since the board's start, when the event began */
    uint32_t number;            /* from 0 on, since the board's start */
    uint32_t run;               /* in which the event began */
    float level;
    uint32_t head, filled;      /* of the ring, in hops: where the next one goes, and how many there are */
    uint32_t start, hops;       /* of the snippet */
    uint32_t before, awaited;   /* hops before that of the run, and after it that are still to come */
    uint8_t event, state;
} snippet;

typedef struct snippet_figures
{
    uint32_t leftOff;           /* events that the day's bytes had no room for */
    uint32_t missed;            /* those that came while none was free, or within another's snippet */
    uint32_t today;             /* bytes of the snippets of this day */
} snippet_figures;

/* Bytes of RAM that the snippets of an application take, a multiple of 8; 0 where it keeps none. */
uint32_t snippets_bytes(const description *of);

/* Begins with memory of so many bytes, aligned to 8; the numbers and the day go on. */
void snippets_begin(const description *of, void *memory);

/* The memory becomes another's. */
void snippets_end(void);

/* Takes the hop of the run that comes next; `follows`: without a gap on the one before. */
void snippets_take(const void *samples, bool follows);

/* An event that began with the run of that hop. */
void snippets_event(uint32_t event, uint32_t run, float level, uint64_t milliseconds);

/* The first complete snippet from a number on, or NULL. */
const snippet *snippets_next(uint32_t number);

/* Samples of all channels that it has, and before the hop in which the event began. */
uint32_t snippets_length(const snippet *of);
uint32_t snippets_before(const snippet *of);

/* Its bytes from an offset on, which lies within them, as far as they lie together. */
const uint8_t *snippets_piece(const snippet *of, uint32_t offset, uint32_t *length);

/* Has no more use for that snippet, if it is there. */
void snippets_release(uint32_t number);

const snippet_figures *snippets_figures(void);

#endif

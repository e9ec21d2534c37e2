/*
 * The ring of a source whose values an interrupt brings: the handler puts them in, runs take them. What comes while there is no room, and
 * what is known to be missing, is lost in whole runs, so that what follows stays in step; it is told once all has been taken that came before it.
 */
#ifndef WASMOTE_VALUE_RING_H
#define WASMOTE_VALUE_RING_H

#include "source.h"

/* Empties the ring of a source. Its interrupt is off. */
void value_ring_start(const source_setup *setup);

/* In the handler: a value has come; so many are missing. */
void value_ring_put(uint16_t value);
void value_ring_skip(uint32_t values);

/* As of a source. */
uint32_t value_ring_available(uint32_t run);
void value_ring_take(void *to, uint32_t count);
uint32_t value_ring_lost(void);

#endif

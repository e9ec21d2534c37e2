/* Messages that no request asked for: events as they begin. Nothing is sent until a host has asked to be told. */
#ifndef WASMOTE_NOTIFY_H
#define WASMOTE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* A host asks to be told from now on, or no longer; until the board starts anew. */
void notify_enable(bool on);

/* Tells of an event, if a host asked for it, and may still read what the model works on. One that has no room in a packet is left out. */
void notify_event(uint32_t event, const uint8_t *name, uint32_t nameLength, uint32_t run, float level);

#endif

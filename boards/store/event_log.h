/*
 * The log of events that an application has found, in two flash sectors of its own: entries are appended, and when a sector is full,
 * the other one is erased for the next. Each entry has a CRC: a power cut while one is written loses that one alone. The number of
 * an entry follows from its place, so that what was lost leaves a gap in the numbers.
 */
#ifndef WASMOTE_EVENT_LOG_H
#define WASMOTE_EVENT_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* As it lies in flash, on every board. */
typedef struct event_entry
{
    uint32_t sequence, boot;            /* its number, from 0 on; and that of the board's start, from 1 on, as far as starts had events */
    uint32_t run;                       /* of the application */
    uint32_t seconds;                   /* since the board's start */
    uint16_t milliseconds;
    uint8_t event, unused;
    uint32_t application;               /* which one it was: CRC-32 of its section `wasmote.app` */
    float level;
    uint32_t crc;                       /* CRC-32 of what is before */
} event_entry;

/* Whether the board has room for a log. */
bool event_log_exists(void);

/* Finds out what is in the log. Runs once. */
void event_log_open(void);

/* Appends an entry, of which the number, that of the start and the CRC are filled in. False if flash could not be written. */
bool event_log_append(event_entry entry);

/* Stores the first entry of the application from that number on. False where there is none. */
bool event_log_next(uint32_t sequence, uint32_t application, event_entry *entry);

/* Forgets all entries; numbers go on. False if flash could not be written. */
bool event_log_clear(void);

#endif

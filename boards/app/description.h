/*
 * What a model's file says to a board that runs it by itself: the section `wasmote.app` (host/package/app.ts), read in place.
 */
#ifndef WASMOTE_DESCRIPTION_H
#define WASMOTE_DESCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "../drivers/source.h"
#include "../formats/cbor.h"
#include "../formats/custom_sections.h"

enum { descriptionVersion = 1, mostEvents = 32, mostActions = 32, mostChannels = 16, mostHop = 65536, mostSnippets = 8, mostSnippetHops = 65536,
       mostHistograms = 32, mostBounds = 31, histogramTensors = 2 };

typedef enum action_kind
{
    actionGpio, actionLine, actionNotify, actionOther,
} action_kind;

enum { noDriver = 0xff };

/* What is done when an event begins. */
typedef struct app_action
{
    uint64_t until;             /* while it lasts: when the counter stands there, it ends */
    uint32_t milliseconds;      /* 0: as long as the event */
    uint32_t hertz;             /* 0 where it is not said */
    uint16_t value;
    uint8_t event, kind, pin;
    uint8_t driver;             /* of actionOther: which of the drivers; noDriver for none */
    bool high : 1, hasPin : 1, hasValue : 1;
    bool lasts : 1;             /* whether it has been begun and not been ended */
} app_action;

/* Which samples around events are kept (app/snippets.h). */
typedef struct snippets_said
{
    uint32_t before, after;     /* hops */
    uint32_t keep;              /* snippets that there is memory for; 0: none are kept */
    uint32_t events;            /* a bit for each */
    uint32_t bytesPerDay;
} snippets_said;

/* What is counted between which bounds (app/histograms.h). */
typedef struct histogram_said
{
    uint32_t tensor, element;   /* of the levels of events, or of what is observed besides */
    uint32_t boundCount;
    const uint8_t *bounds;      /* float32, at any address */
} histogram_said;

typedef struct description
{
    wasmote_section section;
    uint32_t id;                /* which application it is: CRC-32 of the section */
    uint32_t hop;               /* samples of each channel that a run takes */
    uint32_t ringRuns;          /* runs whose samples the ring holds, of sources that need one */
    uint32_t events, actions;   /* how many */
    bool log, shareEvents, shareCounters, shareCapture;
    snippets_said snippets;
    uint32_t histograms, histogramBounds;   /* how many, and all of their bounds */
    source_setup source;        /* but for the ring and the recording */
    const uint8_t *driver;      /* no zero byte at its end */
    uint32_t driverLength;
} description;

typedef enum description_state
{
    descriptionMissing,         /* the model is no application */
    descriptionWrong,           /* what it says is malformed, or of another version */
    descriptionRight,
} description_state;

description_state description_read(const uint8_t *file, uint32_t length, description *result);

/* Samples of all channels that a run takes. */
uint32_t description_values(const description *of);

/* Bytes of RAM, a multiple of 8, that a board keeps for the application of a file beside its model; 0 where it is none. */
uint32_t description_bytes(const uint8_t *file, uint32_t length);

/* Those of them that are for what a driver makes samples of. */
uint32_t description_raw_bytes(const description *of);

/* Those of them that are the ring of samples, the last. */
uint32_t description_ring_bytes(const description *of);

/* Where the others begin, behind an array of actions and counts of events; the ring is at the end. */
uint32_t description_snippets_at(const description *of);
uint32_t description_histograms_at(const description *of);
uint32_t description_raw_at(const description *of);
uint32_t description_ring_at(const description *of);

/* Reads action `index`. False where it is malformed. */
bool description_action(const description *of, uint32_t index, app_action *action);

/* What action `index` is called. False where it is malformed. */
bool description_action_kind(const description *of, uint32_t index, const uint8_t **kind, uint32_t *length);

/* Reads histogram `index`. False where it is malformed. */
bool description_histogram(const description *of, uint32_t index, histogram_said *said);

/* The name of event `index`. False where it is malformed. */
bool description_event(const description *of, uint32_t index, const uint8_t **name, uint32_t *length);

#endif

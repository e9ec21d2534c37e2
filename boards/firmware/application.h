/*
 * The active model run by the board itself, where its file says how (app/description.h): samples come from a source of the board, or
 * over the link, and each hop of them is a run. What an event asks for is done; what the link asks for goes on meanwhile.
 */
#ifndef WASMOTE_APPLICATION_H
#define WASMOTE_APPLICATION_H

#include "../abi/abi.h"
#include "../app/description.h"

typedef enum application_state
{
    applicationMissing,     /* the active model is none */
    applicationRuns,        /* the board's source brings its samples */
    applicationOnLink,      /* it waits for samples over the link */
    applicationPaused,      /* the link works with the model: it begins anew a while after that */
    applicationEnded,       /* its recording is over */
    applicationCaptures,    /* it does not run: the link takes the source's samples */
    applicationStopped,     /* see `why` */
} application_state;

typedef struct application_figures
{
    application_state state;
    const char *why;                /* of applicationStopped; else NULL */
    const description *said;        /* NULL where there is none */
    uint32_t runs, overruns;        /* overruns: hops that were lost */
    uint64_t busy, most, elapsed;   /* units of the counter: of all runs, of the longest one, and since it began */
    const uint32_t *counts;         /* how often each event began */
    uint32_t logFailures;           /* events that could not be logged */
    bool lacksSource, lacksPin, lacksLog, lacksAction;
    const char *sourceRefused;      /* what of its setup the source refused, or NULL */
} application_figures;

/* Runs once, before anything is loaded. */
void application_open(void);

/* Does what is to be done next, if anything is. Whether there was. */
bool application_step(void);

/* In how many units of the counter application_step is to be called again at the latest. */
uint64_t application_wait(void);

/* The link is going to work with the model: the application lets it, and begins anew a while after the last call. */
void application_pause(void);

/* As that, of one that is paused: what the link has made of the model is still to be read. */
void application_stay_paused(void);

/* The link is done with that. */
void application_end_pause(void);

/* Begins anew, with its own source, or stops. modelNoModel where there is none. */
model_error application_control(bool start);

/* How samples over the link are taken. */
typedef struct application_feed
{
    uint32_t offset;        /* bytes that are wanted next, since it began */
    bool begun;             /* whether events began with the last run, which was the last thing that was done */
    bool cameBack;          /* with an error: the model before is active again */
} application_feed;

/*
 * Takes bytes of samples at an offset. With offset 0 it begins anew, and takes no samples of the source any more. A run in which an
 * event begins is the last: what follows is to be sent again. Another offset than the one that is wanted takes nothing; the one
 * before gives what was given then.
 */
model_error application_take(uint32_t offset, const uint8_t *data, uint32_t length, application_feed *result);

/* Samples as the source gives them, of 16 bits. */
typedef struct application_chunk
{
    uint32_t first;         /* number of the first moment, from 0 on, since that began: lost ones have numbers, too */
    const uint8_t *bytes;   /* all channels of one moment after those of the one before */
    uint32_t length;
    bool ended;             /* nothing more will come */
} application_chunk;

/*
 * Begins to take samples for the link in place of runs, or has the application begin anew. Where there is no source that gives any, it
 * begins anew as well. modelLocked where the application does not share its samples.
 */
model_error application_capture(bool start);

/*
 * Samples from a moment on, or from the first one after it that was not lost: as many as there are, and fit into `room`, at most a
 * hop. What was asked for last may be asked for again. modelBadRequest where it does not capture.
 */
model_error application_captured(uint32_t first, uint32_t room, application_chunk *chunk);

const application_figures *application_now(void);

/* Whether event `index` began with the last run, and how high it stood. */
bool application_event(uint32_t index, float *level);

#endif

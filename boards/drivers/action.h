/* What is done when an event of an application begins, beyond what the firmware does by itself: what a driver of an action has. */
#ifndef WASMOTE_ACTION_H
#define WASMOTE_ACTION_H

#include <stdbool.h>
#include <stdint.h>

/* What is asked of an action. */
typedef struct action_setup
{
    uint32_t pin;                   /* actionUnset where the application does not say */
    uint32_t hertz;                 /* 0 where it does not say */
    uint32_t value;                 /* 0 to 65535; actionUnset where it does not say */
} action_setup;

enum { actionUnset = 0xffffffff };

typedef struct action
{
    const char *name;

    /* Makes ready, as it is while nothing happens. False where it cannot do that. */
    bool (*prepare)(const action_setup *setup);

    /* Does it: an event has begun, with that level. */
    void (*begin)(const action_setup *setup, float level);

    /* Ends it: the event has ended, or the time is over that the application says. */
    void (*end)(const action_setup *setup);
} action;

#endif

#include "recording.h"

#include <string.h>

/* Whole runs that may wait, as in the ring of a sensor's driver. */
enum { mostRuns = 2 };

static source_setup setup;
static uint64_t start;
static uint32_t total, taken, skipped;      /* values */

static const char *recording_start(const source_setup *asked)
{
    setup = *asked;
    if (!setup.recording) return "recording";
    const uint32_t bytesOfMoment = setup.valueBytes * setup.channels;
    total = setup.recordingBytes / bytesOfMoment * setup.channels;
    taken = skipped = 0;
    start = setup.counter();
    return NULL;
}

/* Values whose time has come; all of them where there is no time. */
static uint32_t due(void)
{
    if (setup.counterHz == 0) return total;
    const uint64_t values = source_samples(setup.counter() - start, setup.counterHz, setup.millihertz) * setup.channels;
    return values < total ? (uint32_t) values : total;
}

static uint32_t recording_available(uint32_t run)
{
    uint32_t there = due() - taken;
    if (setup.counterHz != 0 && there > mostRuns * run)
    {
        const uint32_t lost = (there - mostRuns * run + run - 1) / run * run;
        taken += lost;
        skipped += lost;
        there -= lost;
    }
    return there;
}

static void recording_take(void *to, uint32_t count)
{
    memcpy(to, setup.recording + taken * setup.valueBytes, count * setup.valueBytes);
    taken += count;
}

static uint32_t recording_lost(void)
{
    return skipped;
}

static bool recording_ended(void)
{
    return due() == total;
}

static void recording_stop(void) {}

const source recording_source = {
    .name = "recording", .isRaw = true,
    .start = recording_start, .available = recording_available, .take = recording_take, .lost = recording_lost,
    .ended = recording_ended, .stop = recording_stop,
};

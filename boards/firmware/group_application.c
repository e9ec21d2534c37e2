/* Group 64, the board by itself: the application, its log, samples over the link. */
#include <stddef.h>

#include "../link/smp.h"
#include "../store/event_log.h"
#include "answer_application.h"
#include "answer_piece.h"
#include "application.h"
#include "permission.h"

static bool find_u32(cbor_reader request, const char *key, uint32_t *value)
{
    cbor_reader at;
    return cbor_find(request, key, &at) && cbor_read_u32(&at, value);
}

static void answer_optional(cbor_writer *answer, const char *key, const char *text)
{
    cbor_text(answer, key);
    if (text) cbor_text(answer, text);
    else cbor_null(answer);
}

/* What the application asks for and does not get here. */
static void answer_lacks(cbor_writer *answer, const application_figures *of)
{
    const struct { bool is; const char *text; } lacks[] = {
        { of->lacksSource, "source" }, { of->lacksPin, "pin" }, { of->lacksLog, "log" }, { of->lacksAction, "action" },
    };
    uint32_t count = 0;
    for (uint32_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) count += lacks[i].is;
    cbor_text(answer, "lacks");
    cbor_head(answer, cborArray, count);
    for (uint32_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) if (lacks[i].is) cbor_text(answer, lacks[i].text);
}

static void answer_counts(cbor_writer *answer, const application_figures *of)
{
    cbor_text(answer, "events");
    cbor_head(answer, cborArray, of->said->events);
    for (uint32_t i = 0; i < of->said->events; i++) cbor_head(answer, cborUnsigned, of->counts[i]);
}

void answer_application(cbor_writer *answer)
{
    static const char *const states[] = { "none", "running", "link", "paused", "ended", "capturing", "stopped" };
    const application_figures *of = application_now();
    const bool isThere = of->said != NULL, counts = isThere && of->said->shareCounters;
    cbor_head(answer, cborMap, (isThere ? 13u : 2u) + counts);
    cbor_text(answer, "state");
    cbor_text(answer, states[of->state]);
    answer_optional(answer, "why", of->why);
    if (!isThere) return;
    cbor_pair(answer, "app", of->said->id);
    cbor_text(answer, "source");
    cbor_string(answer, cborText, of->said->driver, of->said->driverLength);
    answer_optional(answer, "refused", of->sourceRefused);
    answer_lacks(answer, of);
    cbor_pair(answer, "runs", of->runs);
    cbor_pair(answer, "overruns", of->overruns);
    cbor_pair(answer, "most", of->most);
    cbor_pair(answer, "busy", of->busy);
    cbor_pair(answer, "elapsed", of->elapsed);
    cbor_pair(answer, "unlogged", of->logFailures);
    cbor_text(answer, "shares");
    cbor_bool(answer, of->said->shareEvents);
    if (counts) answer_counts(answer, of);
}

static void status(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    answer_application(answer);
}

static void control(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    bool start;
    model_error error = permission_to_change();
    if (!error)
        error = cbor_find(request, "start", &at) && cbor_read_bool(&at, &start) ? application_control(start) : modelBadRequest;
    if (error) smp_model_error(answer, error);
    else answer_application(answer);
}

/* modelLocked where events are not to leave the board: the application does not share them, or a session is missing. */
static model_error permission_to_read_events(void)
{
    const description *said = application_now()->said;
    return !said ? modelNoModel : !said->shareEvents ? modelLocked : permission_to_read();
}

/* As many entries as fit, from a number on. */
static void read_log(cbor_reader request, cbor_writer *answer)
{
    enum { mostEntryBytes = 32, tailBytes = 16 };
    event_entry entry;
    uint32_t from;
    const model_error error = permission_to_read_events();
    if (error || !find_u32(request, "from", &from))
    {
        smp_model_error(answer, error ? error : modelBadRequest);
        return;
    }
    const uint32_t application = application_now()->said->id;
    const uint32_t room = ((uint32_t) (answer->end - answer->at) - tailBytes) / mostEntryBytes;
    uint32_t count = 0;
    for (uint32_t next = from; count < room && event_log_next(next, application, &entry); next = entry.sequence + 1) count++;
    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "entries");
    cbor_head(answer, cborArray, count);
    for (; count > 0 && event_log_next(from, application, &entry); count--, from = entry.sequence + 1)
    {
        cbor_head(answer, cborArray, 6);
        cbor_head(answer, cborUnsigned, entry.sequence);
        cbor_head(answer, cborUnsigned, entry.boot);
        cbor_head(answer, cborUnsigned, (uint64_t) entry.seconds * 1000 + entry.milliseconds);
        cbor_head(answer, cborUnsigned, entry.run);
        cbor_head(answer, cborUnsigned, entry.event);
        cbor_float(answer, entry.level);
    }
}

static void clear_log(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    bool clear = false;
    model_error error = permission_to_change();
    if (!error) error = permission_to_read_events();
    if (!error && !(cbor_find(request, "clear", &at) && cbor_read_bool(&at, &clear) && clear)) error = modelBadRequest;
    if (!error && !event_log_clear()) error = modelFlash;
    if (error) smp_model_error(answer, error);
    else cbor_head(answer, cborMap, 0);
}

static void answer_events(cbor_writer *answer, const application_figures *of)
{
    float level;
    uint32_t count = 0;
    for (uint32_t i = 0; i < of->said->events; i++) count += application_event(i, &level);
    cbor_head(answer, cborArray, count);
    for (uint32_t i = 0; i < of->said->events; i++)
    {
        if (!application_event(i, &level)) continue;
        cbor_head(answer, cborArray, 3);
        cbor_head(answer, cborUnsigned, of->runs - 1);
        cbor_head(answer, cborUnsigned, i);
        cbor_float(answer, level);
    }
}

static void samples(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    const uint8_t *data;
    uint32_t length, offset;
    application_feed fed = { .offset = 0 };
    model_error error = permission_to_read();
    if (!error)
        error = find_u32(request, "off", &offset) && cbor_find(request, "data", &at) && cbor_read_string(&at, cborBytes, &data, &length)
            ? application_take(offset, data, length, &fed) : modelBadRequest;
    if (error)
    {
        smp_run_error(answer, error, error == modelTrap || error == modelLimit, fed.cameBack);
        return;
    }
    const application_figures *of = application_now();
    cbor_head(answer, cborMap, 3);
    cbor_pair(answer, "off", fed.offset);
    cbor_pair(answer, "runs", of->runs);
    cbor_text(answer, "events");
    if (fed.begun) answer_events(answer, of);
    else cbor_head(answer, cborArray, 0);
}

/* What the file says of the application. */
static void read_section(cbor_reader request, cbor_writer *answer)
{
    const description *said = application_now()->said;
    uint32_t offset;
    if (!said) smp_model_error(answer, modelNoModel);
    else if (!find_u32(request, "off", &offset) || offset > said->section.length) smp_model_error(answer, modelBadRequest);
    else answer_piece(answer, said->section.bytes, said->section.length, offset);
}

const smp_command application_commands[] = {
    { groupInference, 12, opRead, status },
    { groupInference, 12, opWrite, control },
    { groupInference, 13, opRead, read_log },
    { groupInference, 13, opWrite, clear_log },
    { groupInference, 14, opWrite, samples },
    { groupInference, 15, opRead, read_section },
};
const uint32_t applicationCommandCount = sizeof application_commands / sizeof application_commands[0];

/* Group 64, what an application gives of its samples and of what becomes of them, where its file says so. */
#include <stddef.h>

#include "../app/histograms.h"
#include "../app/snippets.h"
#include "../link/smp.h"
#include "answer_application.h"
#include "application.h"
#include "notify.h"
#include "permission.h"

static void capture(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    bool start;
    model_error error = permission_to_change();
    if (!error)
        error = cbor_find(request, "start", &at) && cbor_read_bool(&at, &start) ? application_capture(start) : modelBadRequest;
    if (error) smp_model_error(answer, error);
    else answer_application(answer);
}

static void captured(cbor_reader request, cbor_writer *answer)
{
    enum { besideBytes = 32 };
    cbor_reader at;
    uint32_t first;
    application_chunk chunk;
    model_error error = permission_to_read();
    if (!error)
        error = cbor_find(request, "from", &at) && cbor_read_u32(&at, &first)
            ? application_captured(first, (uint32_t) (answer->end - answer->at) - besideBytes, &chunk) : modelBadRequest;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    cbor_head(answer, cborMap, 3);
    cbor_pair(answer, "from", chunk.first);
    cbor_text(answer, "data");
    cbor_string(answer, cborBytes, chunk.bytes, chunk.length);
    cbor_text(answer, "ended");
    cbor_bool(answer, chunk.ended);
}

/* modelLocked where no snippets are to leave the board: the application keeps none, or a session is missing. */
static model_error permission_to_read_snippets(void)
{
    const description *said = application_now()->said;
    return !said ? modelNoModel : said->snippets.keep == 0 ? modelLocked : permission_to_read();
}

static void answer_snippets(cbor_writer *answer)
{
    const snippet *at;
    uint32_t count = 0;
    for (at = snippets_next(0); at; at = snippets_next(at->number + 1)) count++;
    cbor_head(answer, cborMap, 4);
    cbor_text(answer, "snippets");
    cbor_head(answer, cborArray, count);
    for (at = snippets_next(0); at; at = snippets_next(at->number + 1))
    {
        cbor_head(answer, cborArray, 7);
        cbor_head(answer, cborUnsigned, at->number);
        cbor_head(answer, cborUnsigned, at->milliseconds);
        cbor_head(answer, cborUnsigned, at->run);
        cbor_head(answer, cborUnsigned, at->event);
        cbor_float(answer, at->level);
        cbor_head(answer, cborUnsigned, snippets_before(at));
        cbor_head(answer, cborUnsigned, snippets_length(at));
    }
    cbor_pair(answer, "leftOff", snippets_figures()->leftOff);
    cbor_pair(answer, "missed", snippets_figures()->missed);
    cbor_pair(answer, "today", snippets_figures()->today);
}

/* A piece of one snippet, or the list of all. */
static void read_snippets(cbor_reader request, cbor_writer *answer)
{
    enum { besideBytes = 40 };
    cbor_reader at;
    uint32_t number, offset, length;
    const model_error error = permission_to_read_snippets();
    if (error || !cbor_find(request, "snippet", &at))
    {
        if (error) smp_model_error(answer, error);
        else answer_snippets(answer);
        return;
    }
    const snippet *found = cbor_read_u32(&at, &number) ? snippets_next(number) : NULL;
    const bool isThere = found && found->number == number && cbor_find(request, "off", &at) && cbor_read_u32(&at, &offset);
    const uint32_t whole = isThere ? snippets_length(found) * (uint32_t) sizeof(int16_t) : 0;
    if (!isThere || offset > whole)
    {
        smp_model_error(answer, modelBadRequest);
        return;
    }
    const uint32_t room = (uint32_t) (answer->end - answer->at) - besideBytes;
    const uint8_t *piece = snippets_piece(found, offset, &length);
    cbor_head(answer, cborMap, 3);
    cbor_pair(answer, "off", offset);
    cbor_pair(answer, "len", whole);
    cbor_text(answer, "data");
    cbor_string(answer, cborBytes, piece, length < room ? length : room);
}

static void release_snippet(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    uint32_t number;
    model_error error = permission_to_read_snippets();
    if (!error && !(cbor_find(request, "release", &at) && cbor_read_u32(&at, &number))) error = modelBadRequest;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    snippets_release(number);
    cbor_head(answer, cborMap, 0);
}

/* Histograms from a number on, as many as fit. */
static void read_histograms(cbor_reader request, cbor_writer *answer)
{
    enum { headBytes = 24, mostCountBytes = 5 };
    const description *said = application_now()->said;
    cbor_reader at;
    uint32_t from, bins, count = 0;
    model_error error = !said ? modelNoModel : said->histograms == 0 ? modelLocked : permission_to_read();
    if (!error && !(cbor_find(request, "from", &at) && cbor_read_u32(&at, &from))) error = modelBadRequest;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    uint32_t room = (uint32_t) (answer->end - answer->at) - headBytes;
    for (; histograms_of(from + count, &bins) && (bins + 1) * mostCountBytes <= room; count++) room -= (bins + 1) * mostCountBytes;
    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "histograms");
    cbor_head(answer, cborArray, count);
    for (uint32_t i = from; i < from + count; i++)
    {
        const uint32_t *counts = histograms_of(i, &bins);
        cbor_head(answer, cborArray, bins);
        for (uint32_t bin = 0; bin < bins; bin++) cbor_head(answer, cborUnsigned, counts[bin]);
    }
}

static void enable_notifications(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    bool on;
    model_error error = !application_now()->said ? modelNoModel : permission_to_read();
    if (!error && !(cbor_find(request, "on", &at) && cbor_read_bool(&at, &on))) error = modelBadRequest;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    notify_enable(on);
    cbor_head(answer, cborMap, 0);
}

const smp_command sample_commands[] = {
    { groupInference, 16, opWrite, capture },
    { groupInference, 16, opRead, captured },
    { groupInference, 17, opRead, read_snippets },
    { groupInference, 17, opWrite, release_snippet },
    { groupInference, 18, opRead, read_histograms },
    { groupInference, 19, opWrite, enable_notifications },
};
const uint32_t sampleCommandCount = sizeof sample_commands / sizeof sample_commands[0];

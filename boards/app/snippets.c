#include "snippets.h"

#include <stddef.h>
#include <string.h>

enum { stateFree, stateWaits, stateComplete };

static const uint32_t millisecondsOfDay = 86400000;

static const description *said;         /* NULL where none are kept */
static snippet *all;
static uint8_t *rings;
static snippet *current;                /* which takes samples, or NULL: all are complete */
static snippet_figures figures;
static uint32_t next, application, day;

static uint32_t hop_bytes(void)
{
    return description_values(said) * (uint32_t) sizeof(int16_t);
}

static uint32_t ring_hops(void)
{
    return said->snippets.before + 1 + said->snippets.after;
}

static uint8_t *ring_of(const snippet *of)
{
    return rings + (uint32_t) (of - all) * ring_hops() * hop_bytes();
}

uint32_t snippets_bytes(const description *of)
{
    const uint32_t hops = of->snippets.before + 1 + of->snippets.after;
    const uint32_t bytes = of->snippets.keep * ((uint32_t) sizeof(snippet) + hops * description_values(of) * (uint32_t) sizeof(int16_t));
    return (bytes + 7) & ~(uint32_t) 7;
}

/* Another one takes samples, if one is free. */
static void go_on(void)
{
    current = NULL;
    for (uint32_t i = 0; i < said->snippets.keep && !current; i++) if (all[i].state == stateFree) current = &all[i];
    if (!current) return;
    *current = (snippet) { .state = stateFree };
}

void snippets_begin(const description *of, void *memory)
{
    said = of->snippets.keep > 0 ? of : NULL;
    current = NULL;
    if (of->id != application) figures = (snippet_figures) { .today = 0 };
    application = of->id;
    if (!said) return;
    all = memory;
    rings = (uint8_t *) (all + said->snippets.keep);
    memset(all, 0, said->snippets.keep * sizeof *all);
    go_on();
}

void snippets_end(void)
{
    said = NULL;
    current = NULL;
}

static void complete(void)
{
    current->state = stateComplete;
    go_on();
}

void snippets_take(const void *samples, bool follows)
{
    if (!current) return;
    if (!follows)
    {
        if (current->state == stateWaits) complete();
        else current->filled = 0;
        if (!current) return;
    }
    memcpy(ring_of(current) + current->head * hop_bytes(), samples, hop_bytes());
    if (++current->head == ring_hops()) current->head = 0;
    if (current->filled < ring_hops()) current->filled++;
    if (current->state != stateWaits) return;
    current->hops++;
    if (--current->awaited == 0) complete();
}

/* Whether the day's bytes have room for one more snippet, which takes them. */
static bool take_of_the_day(uint64_t milliseconds)
{
    const uint32_t today = (uint32_t) (milliseconds / millisecondsOfDay), bytes = ring_hops() * hop_bytes();
    if (today != day) figures.today = 0;
    day = today;
    if (bytes > said->snippets.bytesPerDay || figures.today > said->snippets.bytesPerDay - bytes) return false;
    figures.today += bytes;
    return true;
}

void snippets_event(uint32_t event, uint32_t run, float level, uint64_t milliseconds)
{
    if (!said || !(said->snippets.events >> event & 1)) return;
    if (!current || current->state == stateWaits || current->filled == 0)
    {
        figures.missed++;
        return;
    }
    if (!take_of_the_day(milliseconds))
    {
        figures.leftOff++;
        return;
    }
    const uint32_t hops = ring_hops();
    current->state = stateWaits;
    current->number = next++;
    current->milliseconds = milliseconds;
    current->run = run;
    current->level = level;
    current->event = (uint8_t) event;
    current->before = current->filled - 1 < said->snippets.before ? current->filled - 1 : said->snippets.before;
    current->hops = current->before + 1;
    current->start = (current->head + hops - current->hops) % hops;
    current->awaited = said->snippets.after;
    if (current->awaited == 0) complete();
}

const snippet *snippets_next(uint32_t number)
{
    const snippet *found = NULL;
    for (uint32_t i = 0; said && i < said->snippets.keep; i++)
        if (all[i].state == stateComplete && all[i].number >= number && (!found || all[i].number < found->number)) found = &all[i];
    return found;
}

uint32_t snippets_length(const snippet *of)
{
    return of->hops * description_values(said);
}

uint32_t snippets_before(const snippet *of)
{
    return of->before * description_values(said);
}

const uint8_t *snippets_piece(const snippet *of, uint32_t offset, uint32_t *length)
{
    const uint32_t ring = ring_hops() * hop_bytes(), whole = of->hops * hop_bytes();
    const uint32_t at = (of->start * hop_bytes() + offset) % ring;
    *length = whole - offset < ring - at ? whole - offset : ring - at;
    return ring_of(of) + at;
}

void snippets_release(uint32_t number)
{
    for (uint32_t i = 0; said && i < said->snippets.keep; i++)
        if (all[i].state == stateComplete && all[i].number == number) all[i].state = stateFree;
    if (said && !current) go_on();
}

const snippet_figures *snippets_figures(void)
{
    return &figures;
}

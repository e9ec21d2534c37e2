#include "description.h"

#include <string.h>

#include "../formats/crc32.h"
#include "histograms.h"
#include "snippets.h"

_Static_assert((int) mostChannels <= (int) sourceMostFrameChannels, "values of a frame");

/* What a ring holds, in runs: one is taken while the next one comes, or more, where runs take longer than others. */
enum { fewestRingRuns = 2, mostRingRuns = 64 };

static bool find_u32(cbor_reader map, const char *key, uint32_t *value)
{
    cbor_reader at;
    return cbor_find(map, key, &at) && cbor_read_u32(&at, value);
}

static bool find_bool(cbor_reader map, const char *key, bool *value)
{
    cbor_reader at;
    return cbor_find(map, key, &at) && cbor_read_bool(&at, value);
}

static bool find_text(cbor_reader map, const char *key, const uint8_t **text, uint32_t *length)
{
    cbor_reader at;
    return cbor_find(map, key, &at) && cbor_read_string(&at, cborText, text, length);
}

static bool find_list(cbor_reader map, const char *key, cbor_reader *items, uint32_t *count, uint32_t most)
{
    return cbor_find(map, key, items) && cbor_read_container(items, cborArray, count) && *count <= most;
}

static uint32_t u32_or_unset(cbor_reader map, const char *key)
{
    uint32_t value;
    return find_u32(map, key, &value) ? value : sourceUnset;
}

static cbor_reader contents(const description *of)
{
    return (cbor_reader) { of->section.bytes, of->section.bytes + of->section.length };
}

static bool is_text(const uint8_t *text, uint32_t length, const char *expected)
{
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

/* How frames of a stream are; without their beginning where that is malformed. */
static void read_frame(cbor_reader map, source_setup *setup)
{
    cbor_reader sync;
    uint32_t count, byte, length;
    const uint8_t *checksum;
    find_u32(map, "baud", &setup->baud);
    find_bool(map, "highFirst", &setup->frame.highByteFirst);
    if (find_text(map, "checksum", &checksum, &length))
        setup->frame.checksum = is_text(checksum, length, "xor") ? checksumXor : checksumSum;
    if (!find_list(map, "sync", &sync, &count, sourceMostSync)) return;
    for (uint32_t i = 0; i < count && cbor_read_u32(&sync, &byte); i++)
    {
        setup->frame.sync[i] = (uint8_t) byte;
        setup->frame.syncLength++;
    }
}

/* Pins that supply the sensor; none where the list is malformed. */
static void read_power(cbor_reader map, source_setup *setup)
{
    cbor_reader pins;
    uint32_t count, pin;
    if (!find_list(map, "power", &pins, &count, sourceMostPowerPins)) return;
    for (uint32_t i = 0; i < count; i++)
    {
        if (!cbor_read_u32(&pins, &pin) || pin > UINT8_MAX) return;
        setup->powerPins[i] = (uint8_t) pin;
        setup->powerPinCount++;
    }
}

/* The source's fields. */
static bool read_source(cbor_reader map, description *result)
{
    source_setup *setup = &result->source;
    *setup = (source_setup) {
        .pin = u32_or_unset(map, "pin"), .address = u32_or_unset(map, "address"),
        .sda = u32_or_unset(map, "sda"), .scl = u32_or_unset(map, "scl"),
        .clock = u32_or_unset(map, "clock"), .select = u32_or_unset(map, "select"), .mosi = u32_or_unset(map, "mosi"),
        .range = u32_or_unset(map, "range"), .rotationRange = u32_or_unset(map, "rotationRange"),
    };
    read_power(map, setup);
    read_frame(map, setup);
    find_u32(map, "shift", &setup->shift);
    find_bool(map, "right", &setup->right);
    find_u32(map, "mode", &setup->mode);
    cbor_reader first;
    if (!cbor_find(map, "first", &first) || !cbor_read_string(&first, cborBytes, &setup->first, &setup->firstLength)) setup->first = NULL;
    if (!find_u32(map, "buffer", &result->ringRuns)) result->ringRuns = fewestRingRuns;
    if (!find_text(map, "chip", &setup->chip, &setup->chipLength)) setup->chip = NULL;
    return find_text(map, "driver", &result->driver, &result->driverLength)
        && find_u32(map, "millihertz", &setup->millihertz) && setup->millihertz > 0
        && find_u32(map, "channels", &setup->channels) && setup->channels > 0 && setup->channels <= mostChannels
        && result->ringRuns >= fewestRingRuns && result->ringRuns <= mostRingRuns;
}

/* Events by their numbers, as bits. */
static bool read_events(cbor_reader map, uint32_t events, uint32_t *bits)
{
    cbor_reader items;
    uint32_t count, event;
    *bits = 0;
    if (!find_list(map, "events", &items, &count, mostEvents)) return false;
    while (count-- > 0)
    {
        if (!cbor_read_u32(&items, &event) || event >= events) return false;
        *bits |= 1u << event;
    }
    return true;
}

/* Snippets, where there are any: all of them take less than half of the addresses. */
static bool read_snippets(cbor_reader share, description *result)
{
    cbor_reader map;
    snippets_said *const snippets = &result->snippets;
    *snippets = (snippets_said) { .keep = 0 };
    if (!cbor_find(share, "snippets", &map)) return true;
    return find_u32(map, "before", &snippets->before) && snippets->before <= mostSnippetHops
        && find_u32(map, "after", &snippets->after) && snippets->after <= mostSnippetHops
        && find_u32(map, "keep", &snippets->keep) && snippets->keep > 0 && snippets->keep <= mostSnippets
        && find_u32(map, "perDay", &snippets->bytesPerDay) && read_events(map, result->events, &snippets->events)
        && (uint64_t) (snippets->before + 1 + snippets->after) * description_values(result) * snippets->keep <= 1u << 28;
}

/* Histograms, where there are any, and how many bounds they have together. */
static bool read_histograms(description *result)
{
    cbor_reader items;
    histogram_said said;
    result->histograms = result->histogramBounds = 0;
    if (!cbor_find(contents(result), "histograms", &items)) return true;
    if (!find_list(contents(result), "histograms", &items, &result->histograms, mostHistograms)) return false;
    for (uint32_t i = 0; i < result->histograms; i++)
    {
        if (!description_histogram(result, i, &said)) return false;
        result->histogramBounds += said.boundCount;
    }
    return true;
}

static bool read_fields(cbor_reader map, description *result)
{
    cbor_reader source, share, items;
    uint32_t version;
    result->shareCapture = false;
    return find_u32(map, "version", &version) && version == descriptionVersion
        && cbor_find(map, "source", &source) && read_source(source, result)
        && find_u32(map, "hop", &result->hop) && result->hop > 0 && result->hop <= mostHop
        && find_list(map, "events", &items, &result->events, mostEvents) && result->events > 0
        && find_list(map, "actions", &items, &result->actions, mostActions)
        && find_bool(map, "log", &result->log)
        && cbor_find(map, "share", &share)
        && find_bool(share, "events", &result->shareEvents) && find_bool(share, "counters", &result->shareCounters)
        && (!cbor_find(share, "capture", &items) || find_bool(share, "capture", &result->shareCapture))
        && read_snippets(share, result) && read_histograms(result);
}

description_state description_read(const uint8_t *file, uint32_t length, description *result)
{
    if (!wasmote_find_custom_section(file, length, "wasmote.app", &result->section)) return descriptionMissing;
    if (!read_fields(contents(result), result)) return descriptionWrong;
    result->id = crc32(result->section.bytes, result->section.length);
    return descriptionRight;
}

uint32_t description_values(const description *of)
{
    return of->hop * of->source.channels;
}

/* What is played lies in flash, and what the link brings goes where the model reads it: sensors need a ring. */
uint32_t description_ring_bytes(const description *of)
{
    const bool needsRing = !is_text(of->driver, of->driverLength, "none") && !is_text(of->driver, of->driverLength, "recording");
    return needsRing ? of->ringRuns * description_values(of) * (uint32_t) sizeof(uint16_t) : 0;
}

uint32_t description_raw_bytes(const description *of)
{
    const bool isRaw = is_text(of->driver, of->driverLength, "pdm") || is_text(of->driver, of->driverLength, "i2s");
    return isRaw ? sourceRawBytes : 0;
}

uint32_t description_bytes(const uint8_t *file, uint32_t length)
{
    description found;
    if (description_read(file, length, &found) != descriptionRight) return 0;
    return (description_ring_at(&found) + description_ring_bytes(&found) + 7) & ~(uint32_t) 7;
}

uint32_t description_snippets_at(const description *of)
{
    const uint32_t before = of->actions * (uint32_t) sizeof(app_action) + of->events * (uint32_t) sizeof(uint32_t);
    return (before + 7) & ~(uint32_t) 7;
}

uint32_t description_histograms_at(const description *of)
{
    return description_snippets_at(of) + snippets_bytes(of);
}

uint32_t description_raw_at(const description *of)
{
    return description_histograms_at(of) + histograms_bytes(of);
}

uint32_t description_ring_at(const description *of)
{
    return description_raw_at(of) + description_raw_bytes(of);
}

/* Item `index` of a list of the section. */
static bool find_item(const description *of, const char *list, uint32_t index, cbor_reader *item)
{
    uint32_t count;
    if (!find_list(contents(of), list, item, &count, mostActions + mostEvents) || index >= count) return false;
    while (index-- > 0) if (!cbor_skip(item)) return false;
    return true;
}

bool description_action_kind(const description *of, uint32_t index, const uint8_t **kind, uint32_t *length)
{
    cbor_reader map;
    return find_item(of, "actions", index, &map) && find_text(map, "kind", kind, length);
}

bool description_action(const description *of, uint32_t index, app_action *action)
{
    cbor_reader map;
    const uint8_t *kind;
    uint32_t length, event, pin = 0, value = 0;
    if (!find_item(of, "actions", index, &map) || !find_u32(map, "event", &event) || event >= of->events
        || !find_text(map, "kind", &kind, &length)) return false;
    const bool isGpio = is_text(kind, length, "gpio");
    bool high = true;
    *action = (app_action) { .event = (uint8_t) event, .kind = isGpio ? actionGpio : actionOther, .driver = noDriver };
    if (is_text(kind, length, "line")) action->kind = actionLine;
    if (is_text(kind, length, "notify")) action->kind = actionNotify;
    action->hasPin = find_u32(map, "pin", &pin);
    action->hasValue = find_u32(map, "value", &value);
    if (pin > UINT8_MAX || value > UINT16_MAX || (isGpio && !action->hasPin)) return false;
    action->pin = (uint8_t) pin;
    action->value = (uint16_t) value;
    find_bool(map, "high", &high);
    action->high = high;
    find_u32(map, "hertz", &action->hertz);
    find_u32(map, "milliseconds", &action->milliseconds);
    return true;
}

bool description_histogram(const description *of, uint32_t index, histogram_said *said)
{
    cbor_reader map, at;
    uint32_t length;
    if (!find_item(of, "histograms", index, &map) || !find_u32(map, "tensor", &said->tensor) || said->tensor >= histogramTensors
        || !find_u32(map, "element", &said->element)
        || !cbor_find(map, "bounds", &at) || !cbor_read_string(&at, cborBytes, &said->bounds, &length)) return false;
    said->boundCount = length / (uint32_t) sizeof(float);
    return length % sizeof(float) == 0 && said->boundCount > 0 && said->boundCount <= mostBounds;
}

bool description_event(const description *of, uint32_t index, const uint8_t **name, uint32_t *length)
{
    cbor_reader at;
    return find_item(of, "events", index, &at) && cbor_read_string(&at, cborText, name, length);
}

#include "event_log.h"

#include <stddef.h>

#include "../formats/crc32.h"
#include "flash.h"

/* In front of a sector's entries, and as long as one. */
typedef struct events_header
{
    uint32_t magic, format;
    uint32_t sector;            /* the number of the sector: one more than that of the one before */
    uint32_t first, boot;       /* the number of its first entry, and that of the start in which it was begun */
    uint32_t unused[2];
    uint32_t crc;
} events_header;

enum { magic = 0x76657377, eventFormat = 1, noSector = 0xffffffff, stride = sizeof(event_entry) };

_Static_assert(sizeof(event_entry) == 32 && sizeof(events_header) == stride, "the layout in flash");
_Static_assert(stride % mostWriteBytes == 0, "whole writes");

static uint32_t current = noSector;     /* the sector that is written to */
static bool hasFormer;                  /* whether the other one holds what was before */
static uint32_t end;                    /* where the next entry goes */
static uint32_t boot;                   /* the number of this start */

static const uint8_t *sector_bytes(uint32_t index)
{
    return (const uint8_t *) (uintptr_t) port_flash.events[index].address;
}

static uint32_t sector_length(void)
{
    return port_flash.events[0].length;
}

static bool is_readable(const void *at)
{
    return !port_flash.readable || port_flash.readable((uint32_t) (uintptr_t) at, stride);
}

static const events_header *header_of(uint32_t index)
{
    return (const events_header *) sector_bytes(index);
}

static bool header_is_right(uint32_t index)
{
    const events_header *header = header_of(index);
    return is_readable(header) && header->magic == magic && header->format == eventFormat
        && header->crc == crc32(header, offsetof(events_header, crc));
}

static bool is_blank(const uint8_t *at)
{
    for (uint32_t i = 0; i < stride; i++) if (at[i] != 0xff) return false;
    return true;
}

/* The entry at a place, where there is a right one. */
static const event_entry *entry_at(uint32_t index, uint32_t position)
{
    const event_entry *entry = (const event_entry *) (sector_bytes(index) + position);
    return is_readable(entry) && entry->crc == crc32(entry, offsetof(event_entry, crc)) ? entry : NULL;
}

bool event_log_exists(void)
{
    return sector_length() > 0;
}

void event_log_open(void)
{
    current = noSector;
    hasFormer = false;
    boot = 1;
    if (!event_log_exists()) return;
    for (uint32_t i = 0; i < eventSectors; i++)
        if (header_is_right(i) && (current == noSector || (int32_t) (header_of(i)->sector - header_of(current)->sector) > 0)) current = i;
    if (current == noSector) return;

    const uint32_t other = 1 - current;
    hasFormer = header_is_right(other) && header_of(other)->sector + 1 == header_of(current)->sector;
    boot = header_of(current)->boot + 1;
    for (end = stride; end + stride <= sector_length(); end += stride)
    {
        const uint8_t *at = sector_bytes(current) + end;
        if (is_readable(at) && is_blank(at)) break;
        const event_entry *entry = entry_at(current, end);
        if (entry && entry->boot >= boot) boot = entry->boot + 1;
    }
}

/* The number of the entry that comes next. */
static uint32_t next_sequence(void)
{
    return current == noSector ? 0 : header_of(current)->first + end / stride - 1;
}

/* Erases the other sector and goes on there. The log is as it was until the header is written. */
static bool begin_sector(void)
{
    const uint32_t other = current == 0 ? 1 : 0;
    const flash_range *range = &port_flash.events[other];
    events_header header = {
        .magic = magic, .format = eventFormat, .sector = current == noSector ? 0 : header_of(current)->sector + 1,
        .first = next_sequence(), .boot = boot, .unused = { 0xffffffff, 0xffffffff },
    };
    header.crc = crc32(&header, offsetof(events_header, crc));
    hasFormer = false;
    if (!port_flash_erase(range->address, range->length)) return false;
    if (!port_flash_write(range->address, (const uint8_t *) &header, sizeof header)) return false;
    hasFormer = current != noSector;
    current = other;
    end = stride;
    return true;
}

bool event_log_append(event_entry entry)
{
    if (!event_log_exists()) return false;
    if ((current == noSector || end + stride > sector_length()) && !begin_sector()) return false;
    entry.sequence = next_sequence();
    entry.boot = boot;
    entry.unused = 0xff;
    entry.crc = crc32(&entry, offsetof(event_entry, crc));
    const uint32_t position = end;
    end += stride;
    return port_flash_write(port_flash.events[current].address + position, (const uint8_t *) &entry, sizeof entry);
}

/* As event_log_next, of one sector's entries up to a place. */
static bool next_in(uint32_t index, uint32_t until, uint32_t sequence, uint32_t application, event_entry *found)
{
    const uint32_t first = header_of(index)->first;
    uint32_t position = stride;
    if (sequence > first)
    {
        if (sequence - first >= until / stride) return false;
        position += (sequence - first) * stride;
    }
    for (; position + stride <= until; position += stride)
    {
        const event_entry *entry = entry_at(index, position);
        if (!entry || entry->application != application) continue;
        *found = *entry;
        return true;
    }
    return false;
}

bool event_log_next(uint32_t sequence, uint32_t application, event_entry *entry)
{
    if (current == noSector) return false;
    return (hasFormer && next_in(1 - current, sector_length(), sequence, application, entry))
        || next_in(current, end, sequence, application, entry);
}

bool event_log_clear(void)
{
    if (current == noSector) return true;
    const uint32_t before = current;
    if (!begin_sector()) return false;
    hasFormer = false;
    return port_flash_erase(port_flash.events[before].address, port_flash.events[before].length);
}

#include "records.h"

#include <stddef.h>
#include <string.h>

#include "../formats/crc32.h"
#include "flash.h"

/*
 * In front of a sector's records: as long as one, so that positions are multiples of that. The header is the same in all
 * formats; its `format` says how the records after it are to be read. Format 1, which was written without a number at first, has
 * fewer kinds of records: it is read, and not gone on with.
 */
typedef struct sector_header
{
    uint32_t magic, sequence, format;
    uint8_t unused[32];
    uint32_t crc;
} sector_header;

enum { magic = 0x73677277, recordFormat = 2, formerFormat = 1, unnumberedFormat = 0xffffffff };
enum { noSector = 0xffffffff, mostStride = 64 };

_Static_assert(sizeof(record) == 48 && sizeof(sector_header) == 48, "the layout in flash");
_Static_assert(mostStride % mostWriteBytes == 0 && mostStride >= sizeof(record), "room for one in whole writes");

static uint32_t sector = noSector;      /* that holds the log */
static uint32_t sequence;               /* of that sector */
static uint32_t end;                    /* where the next record goes in it */

static const uint8_t *sector_bytes(uint32_t index)
{
    return (const uint8_t *) (uintptr_t) port_flash.records[index].address;
}

static uint32_t sector_length(void)
{
    return port_flash.records[0].length;
}

/* From one record to the next. */
static uint32_t stride(void)
{
    return (sizeof(record) + port_flash.writeBytes - 1) & -port_flash.writeBytes;
}

static bool is_readable(const void *at)
{
    return !port_flash.readable || port_flash.readable((uint32_t) (uintptr_t) at, stride());
}

static bool is_blank(const uint8_t *bytes, uint32_t length)
{
    while (length-- > 0) if (*bytes++ != 0xff) return false;
    return true;
}

static bool header_is_right(uint32_t index)
{
    const sector_header *header = (const sector_header *) sector_bytes(index);
    return is_readable(header) && header->magic == magic && header->crc == crc32(header, offsetof(sector_header, crc));
}

bool records_open(void (*replay)(const record *entry))
{
    uint32_t format = recordFormat;
    sector = noSector;
    for (uint32_t i = 0; i < recordSectors; i++)
    {
        const sector_header *header = (const sector_header *) sector_bytes(i);
        if (!header_is_right(i) || (sector != noSector && (int32_t) (header->sequence - sequence) < 0)) continue;
        sector = i;
        sequence = header->sequence;
        format = header->format;
    }
    if (sector == noSector) return true;

    /* The sector of a log of another format counts as full. */
    const bool isOfToday = format == recordFormat;
    end = sector_length();
    if (!isOfToday && format != formerFormat && format != unnumberedFormat) return false;
    for (end = stride(); end + stride() <= sector_length(); end += stride())
    {
        const uint8_t *at = sector_bytes(sector) + end;
        if (!is_readable(at)) continue;
        if (is_blank(at, stride())) break;
        const record *entry = (const record *) at;
        if (entry->crc == crc32(entry, offsetof(record, crc)) && entry->slot < port_flash.slotCount) replay(entry);
    }
    if (!isOfToday) end = sector_length();
    return true;
}

/* Writes a record or a header, in whole writes. */
static bool write_bytes(uint32_t index, uint32_t position, const void *bytes)
{
    uint8_t whole[mostStride];
    memset(whole, 0xff, sizeof whole);
    memcpy(whole, bytes, sizeof(record));
    return port_flash_write(port_flash.records[index].address + position, whole, stride());
}

static bool write_at(uint32_t index, uint32_t position, const record *entry)
{
    record sealed = *entry;
    sealed.crc = crc32(&sealed, offsetof(record, crc));
    return write_bytes(index, position, &sealed);
}

static bool move_to_other_sector(bool (*snapshot)(uint32_t index, record *entry))
{
    const uint32_t other = sector == 0 ? 1 : 0;
    const flash_range *range = &port_flash.records[other];

    if (!port_flash_erase(range->address, range->length)) return false;
    uint32_t position = stride();
    record entry;
    for (uint32_t i = 0; snapshot(i, &entry); i++, position += stride())
    {
        if (!write_at(other, position, &entry)) return false;
    }
    sector_header header = { .magic = magic, .sequence = sequence + 1, .format = recordFormat };
    memset(header.unused, 0xff, sizeof header.unused);
    header.crc = crc32(&header, offsetof(sector_header, crc));
    if (!write_bytes(other, 0, &header)) return false;

    sector = other;
    sequence++;
    end = position;
    return true;
}

bool records_append(const record *entry, bool (*snapshot)(uint32_t index, record *entry))
{
    if (sector == noSector || end + stride() > sector_length()) return move_to_other_sector(snapshot);

    const uint32_t position = end;
    end += stride();
    return write_at(sector, position, entry);
}

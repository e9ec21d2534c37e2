#include "custom_sections.h"

#include <string.h>

enum { preambleLength = 8, customSectionId = 0, lastSectionId = 12 };

typedef struct reader
{
    const uint8_t *bytes;
    uint32_t position;
    uint32_t end;  /* never below position */
} reader;

/* Reads an unsigned LEB128 number of at most 32 bits. False at the end, or if it does not fit. */
static bool read_u32(reader *from, uint32_t *value)
{
    uint32_t result = 0;

    for (uint32_t shift = 0; shift < 35; shift += 7)
    {
        if (from->position == from->end) return false;

        uint8_t byte = from->bytes[from->position++];
        if (shift == 28 && byte > 0x0f) return false;

        result |= (uint32_t) (byte & 0x7f) << shift;
        if (byte < 0x80)
        {
            *value = result;
            return true;
        }
    }
    return false;
}

static const uint8_t preamble[preambleLength] = { 0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00 };

/* The next section: its id and contents. False at the end, or where it is malformed. */
static bool read_section(reader *from, uint8_t *id, reader *contents)
{
    uint32_t length;
    if (from->position == from->end) return false;
    *id = from->bytes[from->position++];
    if (!read_u32(from, &length) || length > from->end - from->position) return false;
    *contents = (reader) { from->bytes, from->position, from->position + length };
    from->position = contents->end;
    return true;
}

/* The sections of a module; none where there is no preamble of one. */
static reader sections_of(const uint8_t *binary, uint32_t length)
{
    const bool is = length >= preambleLength && memcmp(binary, preamble, preambleLength) == 0;
    return (reader) { binary, preambleLength, is ? length : preambleLength };
}

static wasmote_section rest_of(const reader *contents)
{
    return (wasmote_section) { contents->bytes + contents->position, contents->end - contents->position };
}

bool wasmote_find_section(const uint8_t *binary, uint32_t length, uint8_t id, wasmote_section *section)
{
    reader sections = sections_of(binary, length), contents;
    uint8_t found;
    while (read_section(&sections, &found, &contents))
    {
        if (found != id) continue;
        *section = rest_of(&contents);
        return true;
    }
    return false;
}

/*
 * Reads the name of a custom section. False where it is malformed; else *section is what follows it where the name is that one,
 * and left alone where it is another.
 */
static bool read_name(reader *contents, const char *name, wasmote_section *section, bool *same)
{
    const size_t nameLength = strlen(name);
    uint32_t foundLength;
    if (!read_u32(contents, &foundLength) || foundLength > contents->end - contents->position) return false;
    *same = foundLength == nameLength && memcmp(contents->bytes + contents->position, name, nameLength) == 0;
    contents->position += foundLength;
    if (*same) *section = rest_of(contents);
    return true;
}

bool wasmote_find_custom_section(const uint8_t *binary, uint32_t length, const char *name, wasmote_section *section)
{
    reader sections = sections_of(binary, length), contents;
    uint8_t id;
    bool same = false;
    while (!same && read_section(&sections, &id, &contents))
        if (id == customSectionId && !read_name(&contents, name, section, &same)) return false;
    return same;
}

bool wasmote_first_custom_section(const uint8_t *binary, uint32_t length, const char *name, wasmote_section *section)
{
    reader sections = sections_of(binary, length), contents;
    uint8_t id;
    bool same = false;
    return read_section(&sections, &id, &contents) && id == customSectionId && read_name(&contents, name, section, &same) && same;
}

uint32_t wasmote_read_leb128(const uint8_t *bytes, uint32_t length, uint32_t *value)
{
    reader from = { bytes, 0, length };
    return read_u32(&from, value) ? from.position : 0;
}

uint32_t wasmote_module_length(const uint8_t *bytes, uint32_t limit)
{
    if (limit < preambleLength || memcmp(bytes, preamble, preambleLength) != 0) return 0;

    reader sections = { bytes, preambleLength, limit };
    uint32_t end = preambleLength;

    while (sections.position < limit)
    {
        uint32_t sectionLength;
        if (bytes[sections.position++] > lastSectionId || !read_u32(&sections, &sectionLength)) break;
        if (sectionLength == 0 || sectionLength > limit - sections.position) break;
        sections.position += sectionLength;
        end = sections.position;
    }
    return end;
}

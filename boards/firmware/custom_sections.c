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

bool wasmote_find_custom_section(const uint8_t *binary, uint32_t length, const char *name, wasmote_section *section)
{
    if (length < preambleLength || memcmp(binary, preamble, preambleLength) != 0) return false;

    const size_t nameLength = strlen(name);
    reader sections = { binary, preambleLength, length };

    while (sections.position < sections.end)
    {
        uint8_t id = binary[sections.position++];
        uint32_t sectionLength;

        if (!read_u32(&sections, &sectionLength)) return false;
        if (sectionLength > sections.end - sections.position) return false;

        reader contents = { binary, sections.position, sections.position + sectionLength };
        sections.position = contents.end;
        if (id != customSectionId) continue;

        uint32_t foundLength;
        if (!read_u32(&contents, &foundLength)) return false;
        if (foundLength > contents.end - contents.position) return false;
        if (foundLength != nameLength) continue;
        if (memcmp(binary + contents.position, name, nameLength) != 0) continue;

        contents.position += foundLength;
        section->bytes = binary + contents.position;
        section->length = contents.end - contents.position;
        return true;
    }
    return false;
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

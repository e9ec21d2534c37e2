#include "facts.h"

#include <string.h>

#include "../formats/cbor.h"
#include "../formats/custom_sections.h"
#include "../formats/sha256.h"

enum { longestName = 64 };

static bool read_section(const uint8_t *file, uint32_t length, cbor_reader *map)
{
    wasmote_section section;
    if (!wasmote_find_custom_section(file, length, "wasmote.trust", &section)) return false;
    *map = (cbor_reader) { section.bytes, section.bytes + section.length };
    return true;
}

/* Reads the number that belongs to a key, which may be absent. False where it is none. */
static bool read_optional(cbor_reader map, const char *key, uint32_t *value)
{
    cbor_reader at;
    return !cbor_find(map, key, &at) || cbor_read_u32(&at, value);
}

bool facts_read(const uint8_t *file, uint32_t length, model_facts *facts)
{
    cbor_reader map, at;
    const uint8_t *name;
    uint32_t nameLength, version;
    if (!read_section(file, length, &map)) return false;
    if (!cbor_find(map, "id", &at) || !cbor_read_string(&at, cborText, &name, &nameLength)) return false;
    if (nameLength == 0 || nameLength > longestName) return false;
    if (!cbor_find(map, "version", &at) || !cbor_read_u32(&at, &version) || version == 0) return false;
    uint32_t runs = runsThatConfirm;
    if (!read_optional(map, "runs", &runs)) return false;
    bool mayBeOlder = false;
    if (cbor_find(map, "downgrade", &at) && !cbor_read_bool(&at, &mayBeOlder)) return false;

    uint8_t hash[sha256Bytes];
    sha256(name, nameLength, hash);
    *facts = (model_facts) { .version = version, .runs = runs, .mayBeOlder = mayBeOlder };
    memcpy(facts->name, hash, sizeof facts->name);
    return true;
}

static bool is_text(const uint8_t *text, uint32_t length, const char *expected)
{
    return strlen(expected) == length && memcmp(text, expected, length) == 0;
}

model_error facts_fit(const uint8_t *file, uint32_t length, const char *family, const char *board, uint32_t abi)
{
    cbor_reader map, at;
    uint32_t least = 0, count;
    if (!read_section(file, length, &map)) return modelOk;
    if (!read_optional(map, "abi", &least) || least > abi) return modelAbi;
    if (!cbor_find(map, "for", &at)) return modelOk;
    if (!cbor_read_container(&at, cborArray, &count)) return modelAbi;
    while (count-- > 0)
    {
        const uint8_t *text;
        uint32_t textLength;
        if (!cbor_read_string(&at, cborText, &text, &textLength)) return modelAbi;
        if (is_text(text, textLength, family) || is_text(text, textLength, board)) return modelOk;
    }
    return modelAbi;
}

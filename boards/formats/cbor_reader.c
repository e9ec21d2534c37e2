#include "cbor.h"

#include <string.h>

enum { maxDepth = 8, indefinite = 31, breakByte = 0xff };

/* Reads an item's head. */
static bool read_head(cbor_reader *from, cbor_kind *kind, uint8_t *additional, uint64_t *value)
{
    if (from->at == from->end) return false;

    const uint8_t initial = *from->at++;
    *kind = (cbor_kind) (initial >> 5);
    *additional = initial & 31;
    *value = *additional;
    if (*additional < 24 || *additional == indefinite) return true;
    if (*additional > 27) return false;

    const uint32_t bytes = 1u << (*additional - 24);
    if ((uint32_t) (from->end - from->at) < bytes) return false;
    *value = 0;
    for (uint32_t i = 0; i < bytes; i++) *value = *value << 8 | *from->at++;
    return true;
}

cbor_kind cbor_peek(const cbor_reader *from)
{
    return from->at == from->end ? cborNone : (cbor_kind) (*from->at >> 5);
}

bool cbor_skip(cbor_reader *from)
{
    uint64_t pending[maxDepth];     /* items still to come on each level; UINT64_MAX until a break */
    uint32_t depth = 0;

    for (;;)
    {
        if (depth > 0 && pending[depth - 1] == UINT64_MAX && from->at != from->end && *from->at == breakByte)
        {
            from->at++;
            depth--;
        }
        else
        {
            cbor_kind kind;
            uint8_t additional;
            uint64_t value;
            if (!read_head(from, &kind, &additional, &value)) return false;

            const bool open = additional == indefinite;
            if (open && (kind < cborBytes || kind > cborMap)) return false;
            if (kind == cborBytes || kind == cborText)
            {
                if (!open)
                {
                    if (value > (uint64_t) (from->end - from->at)) return false;
                    from->at += value;
                }
            }
            if (open || kind == cborArray || kind == cborMap || kind == cborTag)
            {
                if (depth == maxDepth || value > UINT32_MAX) return false;
                pending[depth++] = open ? UINT64_MAX
                                 : kind == cborTag ? 1
                                 : value << (kind == cborMap ? 1 : 0);
                if (pending[depth - 1] != 0) continue;
                depth--;
            }
        }
        while (depth > 0 && pending[depth - 1] != UINT64_MAX && --pending[depth - 1] == 0) depth--;
        if (depth == 0) return true;
    }
}

bool cbor_read_u64(cbor_reader *from, uint64_t *value)
{
    cbor_kind kind;
    uint8_t additional;
    return read_head(from, &kind, &additional, value) && kind == cborUnsigned && additional != indefinite;
}

bool cbor_read_u32(cbor_reader *from, uint32_t *value)
{
    uint64_t wide;
    if (!cbor_read_u64(from, &wide) || wide > UINT32_MAX) return false;
    *value = (uint32_t) wide;
    return true;
}

bool cbor_read_i32(cbor_reader *from, int32_t *value)
{
    cbor_kind kind;
    uint8_t additional;
    uint64_t wide;
    if (!read_head(from, &kind, &additional, &wide) || additional == indefinite || wide > INT32_MAX) return false;
    if (kind != cborUnsigned && kind != cborNegative) return false;
    *value = kind == cborNegative ? -1 - (int32_t) wide : (int32_t) wide;
    return true;
}

/* A number of 16 bits, IEEE 754's binary16. */
static float half(uint32_t bits)
{
    const uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
    float size = (float) (exponent ? fraction | 1024 : fraction);
    for (uint32_t i = exponent ? exponent : 1; i < 25; i++) size /= 2;
    for (uint32_t i = 25; i < exponent; i++) size *= 2;
    return bits >> 15 ? -size : size;
}

bool cbor_read_float(cbor_reader *from, float *value)
{
    enum { isHalf = 25, isFloat = 26, isDouble = 27 };
    cbor_kind kind;
    uint8_t additional;
    uint64_t bits;
    int32_t whole;
    cbor_reader at = *from;
    if (cbor_read_i32(&at, &whole)) *value = (float) whole;
    else
    {
        at = *from;
        if (!read_head(&at, &kind, &additional, &bits) || kind != cborSimple) return false;
        if (additional == isHalf) *value = half((uint32_t) bits);
        else if (additional == isFloat) memcpy(value, &(uint32_t) { (uint32_t) bits }, sizeof *value);
        else if (additional == isDouble)
        {
            double wide;
            memcpy(&wide, &bits, sizeof wide);
            *value = (float) wide;
        }
        else return false;
    }
    *from = at;
    return true;
}

bool cbor_read_bool(cbor_reader *from, bool *value)
{
    if (from->at == from->end || (*from->at & 0xfe) != 0xf4) return false;
    *value = *from->at++ & 1;
    return true;
}

bool cbor_read_string(cbor_reader *from, cbor_kind wanted, const uint8_t **bytes, uint32_t *length)
{
    cbor_kind kind;
    uint8_t additional;
    uint64_t wide;
    if (!read_head(from, &kind, &additional, &wide) || kind != wanted || additional == indefinite) return false;
    if (wide > (uint64_t) (from->end - from->at)) return false;
    *bytes = from->at;
    *length = (uint32_t) wide;
    from->at += wide;
    return true;
}

bool cbor_read_container(cbor_reader *from, cbor_kind wanted, uint32_t *count)
{
    cbor_kind kind;
    uint8_t additional;
    uint64_t wide;
    if (!read_head(from, &kind, &additional, &wide) || kind != wanted || additional == indefinite) return false;
    if (wide > UINT32_MAX) return false;
    *count = (uint32_t) wide;
    return true;
}

bool cbor_find(cbor_reader map, const char *key, cbor_reader *value)
{
    cbor_kind kind;
    uint8_t additional;
    uint64_t pairs;
    if (!read_head(&map, &kind, &additional, &pairs) || kind != cborMap) return false;
    if (additional == indefinite) pairs = UINT64_MAX;

    const uint32_t keyLength = (uint32_t) strlen(key);
    for (; pairs > 0; pairs--)
    {
        const uint8_t *found;
        uint32_t foundLength;
        const cbor_reader at = map;
        if (cbor_read_string(&map, cborText, &found, &foundLength))
        {
            if (foundLength == keyLength && memcmp(found, key, keyLength) == 0)
            {
                *value = map;
                return true;
            }
        }
        else
        {
            map = at;
            if (map.at == map.end || *map.at == breakByte || !cbor_skip(&map)) return false;
        }
        if (!cbor_skip(&map)) return false;
    }
    return false;
}

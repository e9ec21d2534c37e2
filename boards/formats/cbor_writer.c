#include "cbor.h"

#include <string.h>

static uint8_t *reserve(cbor_writer *to, uint32_t bytes)
{
    if (to->overflow || (uint32_t) (to->end - to->at) < bytes)
    {
        to->overflow = true;
        return NULL;
    }
    uint8_t *at = to->at;
    to->at += bytes;
    return at;
}

void cbor_head(cbor_writer *to, cbor_kind kind, uint64_t value)
{
    const uint32_t bytes = value < 24 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= UINT32_MAX ? 4 : 8;
    uint8_t *at = reserve(to, 1 + bytes);
    if (!at) return;

    const uint8_t additional = bytes == 0 ? (uint8_t) value : bytes == 1 ? 24 : bytes == 2 ? 25 : bytes == 4 ? 26 : 27;
    *at++ = (uint8_t) (kind << 5 | additional);
    for (uint32_t i = bytes; i > 0; i--) *at++ = (uint8_t) (value >> 8 * (i - 1));
}

void cbor_string(cbor_writer *to, cbor_kind kind, const uint8_t *bytes, uint32_t length)
{
    cbor_head(to, kind, length);
    uint8_t *at = reserve(to, length);
    if (at) memmove(at, bytes, length);
}

void cbor_text(cbor_writer *to, const char *text)
{
    cbor_string(to, cborText, (const uint8_t *) text, (uint32_t) strlen(text));
}

void cbor_bool(cbor_writer *to, bool value)
{
    cbor_head(to, cborSimple, value ? 21 : 20);
}

void cbor_null(cbor_writer *to)
{
    cbor_head(to, cborSimple, 22);
}

void cbor_float(cbor_writer *to, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint8_t *at = reserve(to, 1 + sizeof bits);
    if (!at) return;
    *at++ = cborSimple << 5 | 26;
    for (uint32_t i = sizeof bits; i > 0; i--) *at++ = (uint8_t) (bits >> 8 * (i - 1));
}

void cbor_pair(cbor_writer *to, const char *key, uint64_t value)
{
    cbor_text(to, key);
    cbor_head(to, cborUnsigned, value);
}

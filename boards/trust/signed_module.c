#include "signed_module.h"

#include <string.h>

#include "../formats/custom_sections.h"
#include "../formats/sha256.h"
#include "ed25519.h"
#include "keys.h"

enum { specification = 1, wasmContent = 1, sha256Function = 1, ed25519Algorithm = 1 };
enum { hashesOfFile = 2, mostSignatures = 8 };

/* The message that is signed: "wasmsig", three bytes, the hashes. */
enum { domainBytes = 7, messageHead = domainBytes + 3, messageBytes = messageHead + hashesOfFile * sha256Bytes };
static const uint8_t messageStart[messageHead] = { 'w', 'a', 's', 'm', 's', 'i', 'g', specification, wasmContent, sha256Function };

/* What is not read yet of a section. */
typedef struct span
{
    const uint8_t *at, *end;
} span;

static bool take_number(span *from, uint32_t *value)
{
    const uint32_t length = wasmote_read_leb128(from->at, (uint32_t) (from->end - from->at), value);
    from->at += length;
    return length > 0;
}

static bool take_bytes(span *from, uint32_t length, const uint8_t **bytes)
{
    if (length > (uint32_t) (from->end - from->at)) return false;
    *bytes = from->at;
    from->at += length;
    return true;
}

static bool take_slice(span *from, span *slice)
{
    uint32_t length;
    if (!take_number(from, &length) || !take_bytes(from, length, &slice->at)) return false;
    slice->end = slice->at + length;
    return true;
}

/* Reads a number that has to be that one. */
static bool take_expected(span *from, uint32_t expected)
{
    uint32_t value;
    return take_number(from, &value) && value == expected;
}

/* Where the head ends, behind the delimiter; 0 where it is not all there. */
static uint32_t head_end(const uint8_t *file, uint32_t length)
{
    wasmote_section delimiter;
    if (!wasmote_find_custom_section(file, length, "signature_delimiter", &delimiter)) return 0;
    return (uint32_t) (delimiter.bytes + delimiter.length - file);
}

/* Whether one of the signatures of a set, whose hashes are right, is a trusted key's. At most `*left` are looked at. */
static bool check_signatures(span set, const uint8_t *message, uint32_t *left)
{
    uint32_t count;
    if (!take_number(&set, &count)) return false;
    for (; count > 0 && *left > 0; count--, --*left)
    {
        span entry, id, signature;
        uint32_t algorithm;
        if (!take_slice(&set, &entry)) return false;
        if (!take_slice(&entry, &id) || !take_number(&entry, &algorithm) || !take_slice(&entry, &signature)) continue;
        if (algorithm != ed25519Algorithm || signature.end - signature.at != ed25519SignatureBytes) continue;
        if (keys_verify(id.at, (uint32_t) (id.end - id.at), signature.at, message, messageBytes)) return true;
    }
    return false;
}

bool signed_module_check(const uint8_t *file, uint32_t length, bool whole)
{
    wasmote_section section;
    if (!wasmote_first_custom_section(file, length, "signature", &section)) return false;
    const uint8_t *body = section.bytes + section.length;
    const uint32_t end = head_end(file, length);
    if (end == 0) return false;

    uint8_t message[messageBytes], *hashes = message + messageHead;
    memcpy(message, messageStart, messageHead);
    sha256(body, (uint32_t) (file + end - body), hashes);
    if (whole) sha256(body, (uint32_t) (file + length - body), hashes + sha256Bytes);

    span from = { section.bytes, section.bytes + section.length };
    uint32_t sets, left = mostSignatures;
    if (!take_expected(&from, specification) || !take_expected(&from, wasmContent) || !take_expected(&from, sha256Function)
        || !take_number(&from, &sets)) return false;
    for (; sets > 0; sets--)
    {
        span set;
        const uint8_t *signedHashes;
        if (!take_slice(&from, &set)) return false;
        if (!take_expected(&set, hashesOfFile) || !take_bytes(&set, hashesOfFile * sha256Bytes, &signedHashes)) continue;
        if (!whole) memcpy(hashes + sha256Bytes, signedHashes + sha256Bytes, sha256Bytes);
        if (memcmp(hashes, signedHashes, hashesOfFile * sha256Bytes) != 0) continue;
        if (check_signatures(set, message, &left)) return true;
    }
    return false;
}

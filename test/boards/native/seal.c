/*
 * Sealed files of the firmware (boards/trust): what the host sealed is opened byte for byte by pieces of any size and from every
 * border of chunks on, and of what was changed, cut off or moved nothing goes on that was not sealed at its place.
 *
 * seal file SECRET SEALED PLAIN            files; SECRET holds 32 bytes
 * seal hpke SECRET ENCAPSULATED INFO AAD SEALED    in hexadecimal: prints key, nonce and text, or "refused"
 * seal hkdf KEY SALT INFO                  in hexadecimal: prints RFC 5869's PRK, and 32 bytes that follow from it
 */
#include <stdint.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "trust/hkdf.h"
#include "trust/seal.h"

static const char *during = "start";
static uint32_t at;
#define CHECK_DURING "%s %u", during, at

/* ------------------------------------------------------------------------------------------------------- the vectors */

static uint32_t from_hex(const char *hex, uint8_t *bytes, uint32_t most)
{
    const uint32_t length = (uint32_t) strlen(hex) / 2;
    CHECK(length <= most);
    for (uint32_t i = 0; i < length; i++)
    {
        const char digits[3] = { hex[2 * i], hex[2 * i + 1] };
        bytes[i] = (uint8_t) strtoul(digits, NULL, 16);
    }
    return length;
}

static void print_hex(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) printf("%02x", bytes[i]);
    printf("\n");
}

static void receive(char **hex)
{
    uint8_t secret[32], encapsulated[32], info[64], aad[64], text[128];
    CHECK(from_hex(hex[0], secret, sizeof secret) == 32);
    CHECK(from_hex(hex[1], encapsulated, sizeof encapsulated) == 32);
    const uint32_t infoBytes = from_hex(hex[2], info, sizeof info), aadBytes = from_hex(hex[3], aad, sizeof aad);
    const uint32_t length = from_hex(hex[4], text, sizeof text) - aeadTagBytes;
    x25519_pair own;
    hpke_context context;
    seal_make_pair(&own, secret);
    if (!hpke_receive(&own, encapsulated, info, infoBytes, &context)
     || !aead_open(context.key, context.baseNonce, aad, aadBytes, text, length, text + length, text))
    {
        printf("refused\n");
        return;
    }
    print_hex(context.key, sizeof context.key);
    print_hex(context.baseNonce, sizeof context.baseNonce);
    print_hex(text, length);
}

static void derive(char **hex)
{
    uint8_t material[128], salt[64], info[128], key[32], derived[32];
    const uint32_t materialBytes = from_hex(hex[0], material, sizeof material), saltBytes = from_hex(hex[1], salt, sizeof salt);
    const uint32_t infoBytes = from_hex(hex[2], info, sizeof info);
    hmac_state state;
    hmac_begin(&state, salt, saltBytes);
    hmac_update(&state, material, materialBytes);
    hmac_finish(&state, key);
    hkdf_expand(key, info, infoBytes, derived, sizeof derived);
    print_hex(key, sizeof key);
    print_hex(derived, sizeof derived);
}

/* ----------------------------------------------------------------------------------------------------------- the file */

static uint8_t *sealed, *plain;
static uint32_t sealedBytes, plainBytes, headBytes, chunks;
static x25519_pair own;

/* How far the plain file has come; all that comes is checked. */
typedef struct arrived
{
    uint32_t bytes;
    bool refuses;
} arrived;

static bool take_plain(void *context, const uint8_t *bytes, uint32_t length)
{
    arrived *const to = context;
    if (to->refuses) return false;
    CHECK(to->bytes % sealChunkBytes == 0 && length <= plainBytes - to->bytes);
    CHECK(memcmp(plain + to->bytes, bytes, length) == 0);
    to->bytes += length;
    return true;
}

/* In memory of its own, so that no byte beyond it is read unseen. */
static seal_result take(seal_state *state, const uint8_t *bytes, uint32_t length, uint32_t piece)
{
    seal_result result = sealGood;
    for (uint32_t i = 0; i < length; i += piece)
    {
        const uint32_t size = length - i < piece ? length - i : piece;
        uint8_t *const copy = malloc(size);
        memcpy(copy, bytes + i, size);
        result = seal_take(state, copy, size);
        free(copy);
    }
    return result;
}

/* Behind the head: each check of chunks begins with a copy of it. */
static seal_state opened_head(arrived *to, uint32_t firstChunk)
{
    seal_state state;
    seal_open(&state, &own, take_plain, to);
    CHECK(take(&state, sealed, headBytes, headBytes) == sealGood);
    seal_seek(&state, firstChunk);
    return state;
}

static void check_pieces(void)
{
    static const uint32_t pieces[] = { 1, 2, 11, 12, 13, 87, 88, 89, 271, 272, 273, 1000, 1u << 30 };
    during = "pieces of";
    for (uint32_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
    {
        arrived to = { 0 };
        seal_state state;
        at = pieces[i];
        seal_open(&state, &own, take_plain, &to);
        CHECK(take(&state, sealed, sealedBytes, at) == sealGood);
        CHECK(seal_is_complete(&state) && to.bytes == plainBytes);
        CHECK(seal_take(&state, sealed, 1) == sealTooLong && !seal_is_complete(&state));
        seal_close(&state);
        CHECK(!seal_is_complete(&state) && seal_take(&state, sealed, 1) == sealChanged);
        for (uint32_t k = 0; k < sizeof state.key; k++) CHECK(state.key[k] == 0);
    }
}

static void check_resumption(void)
{
    during = "resumption at chunk";
    for (at = 0; at < chunks; at++)
    {
        arrived to = { .bytes = at * sealChunkBytes };
        seal_state state = opened_head(&to, at);
        const uint32_t from = headBytes + at * sealStrideBytes;
        CHECK(take(&state, sealed + from, sealedBytes - from, 100) == sealGood);
        CHECK(seal_is_complete(&state) && to.bytes == plainBytes);
    }
    arrived to = { 0 };
    seal_state state = opened_head(&to, chunks);
    CHECK(seal_take(&state, sealed + headBytes, 1) == sealTooLong);
}

/* Every byte changed in one bit. Chunks before it go on, and no other. */
static void check_changes(void)
{
    during = "change of byte";
    for (at = 0; at < sealedBytes; at++)
    {
        const bool inHead = at < headBytes;
        arrived to = { 0 };
        seal_state state;
        if (inHead) seal_open(&state, &own, take_plain, &to);
        else state = opened_head(&to, 0);
        const uint32_t from = inHead ? 0 : headBytes;
        sealed[at] ^= (uint8_t) (1 << at % 8);
        const seal_result result = take(&state, sealed + from, sealedBytes - from, sealedBytes);
        sealed[at] ^= (uint8_t) (1 << at % 8);
        CHECK(result != sealGood && result != sealTooLong && !seal_is_complete(&state));
        CHECK(inHead || result == sealChanged);
        CHECK(to.bytes == (inHead ? 0 : (at - headBytes) / sealStrideBytes * sealChunkBytes));
    }
}

static void check_truncation(void)
{
    arrived to = { 0 };
    during = "truncation to";
    seal_state state = opened_head(&to, 0);
    for (at = headBytes; at < sealedBytes; at++)
    {
        CHECK(!seal_is_complete(&state));
        CHECK(seal_take(&state, sealed + at, 1) == sealGood);
    }
    CHECK(seal_is_complete(&state));
}

/* Chunk `as` in the place of chunk `at`. */
static void check_order(void)
{
    during = "another chunk in the place of chunk";
    for (at = 0; at < chunks; at++)
        for (uint32_t as = 0; as < chunks; as++)
        {
            if (as == at) continue;
            arrived to = { .bytes = at * sealChunkBytes };
            seal_state state = opened_head(&to, at);
            const uint32_t from = headBytes + as * sealStrideBytes;
            const uint32_t length = sealedBytes - from < sealStrideBytes ? sealedBytes - from : sealStrideBytes;
            take(&state, sealed + from, length, length);
            CHECK(to.bytes == at * sealChunkBytes && !seal_is_complete(&state));
        }
}

static void check_others(void)
{
    arrived to = { 0 };
    seal_state state;
    uint8_t secret[32];
    x25519_pair other;
    during = "other device";
    memcpy(secret, own.secret, sizeof secret);
    secret[5] ^= 1;
    seal_make_pair(&other, secret);
    seal_open(&state, &other, take_plain, &to);
    CHECK(take(&state, sealed, sealedBytes, 64) == sealForOthers && to.bytes == 0);

    /* Whose public key only is known. */
    memcpy(other.public, own.public, sizeof other.public);
    seal_open(&state, &other, take_plain, &to);
    CHECK(take(&state, sealed, sealedBytes, 64) == sealChanged && to.bytes == 0);

    during = "refused write";
    to.refuses = true;
    seal_open(&state, &own, take_plain, &to);
    CHECK(take(&state, sealed, sealedBytes, 64) == sealWriteFailed && !seal_is_complete(&state));
}

int main(int count, char **arguments)
{
    if (count == 7 && strcmp(arguments[1], "hpke") == 0) receive(arguments + 2);
    else if (count == 5 && strcmp(arguments[1], "hkdf") == 0) derive(arguments + 2);
    else if (count == 5 && strcmp(arguments[1], "file") == 0)
    {
        const bytes secret = read_file(arguments[2]), sealedFile = read_file(arguments[3]), plainFile = read_file(arguments[4]);
        CHECK(secret.length == x25519Bytes);
        seal_make_pair(&own, secret.at);
        free(secret.at);
        sealed = sealedFile.at, sealedBytes = sealedFile.length;
        plain = plainFile.at, plainBytes = plainFile.length;
        headBytes = seal_head_bytes(sealed);
        chunks = (plainBytes + sealChunkBytes - 1) / sealChunkBytes;
        CHECK(headBytes > 0 && chunks > 0);
        check_pieces();
        check_resumption();
        check_changes();
        check_truncation();
        check_order();
        check_others();
        free(sealed);
        free(plain);
        printf("ok %u\n", chunks);
    }
    else return 2;
    return 0;
}

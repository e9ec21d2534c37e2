/*
 * SHA-256 of the firmware (boards/formats/sha256.c): digests of the messages of 0 to LENGTH bytes whose byte i is (7 * i + length)
 * modulo 256, one a line, each by pieces of every size.
 *
 * sha256 LENGTH
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "formats/sha256.h"

static uint32_t length, piece;
#define CHECK_DURING "%u bytes by %u", length, piece

/* In memory of its own, so that no byte beyond it is read unseen. */
static uint8_t *message(void)
{
    uint8_t *const bytes = malloc(length ? length : 1);
    for (uint32_t i = 0; i < length; i++) bytes[i] = (uint8_t) (7 * i + length);
    return bytes;
}

int main(int count, char **arguments)
{
    if (count != 2) return 2;
    const uint32_t most = (uint32_t) strtoul(arguments[1], NULL, 10);
    for (length = 0; length <= most; length++)
    {
        uint8_t whole[sha256Bytes], digest[sha256Bytes];
        uint8_t *const bytes = message();
        sha256(bytes, length, whole);
        for (piece = 1; piece <= length; piece++)
        {
            sha256_state state;
            sha256_begin(&state);
            for (uint32_t at = 0; at < length; at += piece)
                sha256_update(&state, bytes + at, length - at < piece ? length - at : piece);
            sha256_finish(&state, digest);
            CHECK(memcmp(digest, whole, sizeof digest) == 0);
        }
        free(bytes);
        for (uint32_t i = 0; i < sha256Bytes; i++) printf("%02x", whole[i]);
        printf("\n");
    }
    return 0;
}

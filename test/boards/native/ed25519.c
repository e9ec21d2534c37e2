/*
 * Ed25519 of the firmware (boards/trust) on this machine: reads lines with a public key, a signature and a message in hexadecimal,
 * a dash for an empty one, and prints for each whether it verifies, 1 or 0. Each is in memory of its own, so that no byte beyond it
 * is read unseen.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "trust/ed25519.h"

static uint32_t line;
#define CHECK_DURING "line %u", line

static bytes of_hex(const char *hex)
{
    bytes result = { .length = strcmp(hex, "-") == 0 ? 0 : (uint32_t) strlen(hex) / 2 };
    result.at = malloc(result.length);
    for (uint32_t i = 0; i < result.length; i++)
    {
        const char digits[3] = { hex[2 * i], hex[2 * i + 1] };
        result.at[i] = (uint8_t) strtoul(digits, NULL, 16);
    }
    return result;
}

int main(void)
{
    static char key[65], signature[129], message[8193];
    for (; scanf("%64s %128s %8192s", key, signature, message) == 3; line++)
    {
        const bytes of[] = { of_hex(key), of_hex(signature), of_hex(message) };
        CHECK(of[0].length == ed25519KeyBytes && of[1].length == ed25519SignatureBytes);
        printf("%d\n", ed25519_verify(of[1].at, of[0].at, of[2].at, of[2].length));
        for (uint32_t i = 0; i < 3; i++) free(of[i].at);
    }
    return 0;
}

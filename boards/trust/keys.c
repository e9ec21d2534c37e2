#include "keys.h"

#include <stddef.h>
#include <string.h>

#include "../formats/sha256.h"
#include "../store/ledger.h"
#include "ed25519.h"

static const uint8_t built[][ed25519KeyBytes] = { WASMOTE_TRUST };
enum { builtCount = sizeof built / sizeof built[0] };

static bool is_retired(const uint8_t *key)
{
    const key_change *change;
    for (uint32_t i = 0; (change = ledger_key_change(i)) != NULL; i++)
        if (memcmp(change->key, key, ed25519KeyBytes) == 0) return change->retired;
    return false;
}

static bool is_built(const uint8_t *key)
{
    for (uint32_t i = 0; i < builtCount; i++) if (memcmp(built[i], key, ed25519KeyBytes) == 0) return true;
    return false;
}

const uint8_t *keys_at(uint32_t index)
{
    for (uint32_t i = 0; i < builtCount; i++) if (!is_retired(built[i]) && index-- == 0) return built[i];
    const key_change *change;
    for (uint32_t i = 0; (change = ledger_key_change(i)) != NULL; i++)
        if (!change->retired && !is_built(change->key) && index-- == 0) return change->key;
    return NULL;
}

void keys_id(const uint8_t *key, uint8_t id[keyIdBytes])
{
    uint8_t hash[sha256Bytes];
    sha256(key, ed25519KeyBytes, hash);
    memcpy(id, hash, keyIdBytes);
}

bool keys_verify(const uint8_t *id, uint32_t idLength, const uint8_t *signature, const uint8_t *message, uint32_t length)
{
    const uint8_t *key;
    for (uint32_t i = 0; (key = keys_at(i)) != NULL; i++)
    {
        uint8_t own[keyIdBytes];
        keys_id(key, own);
        if (idLength == keyIdBytes && memcmp(own, id, keyIdBytes) != 0) continue;
        if (ed25519_verify(signature, key, message, length)) return true;
    }
    return false;
}

#ifdef WASMOTE_SEALED
#include "device_key.h"

#include <string.h>

#include "../store/ledger.h"
#include "monocypher.h"
#include "seal.h"

#ifdef WASMOTE_DEVICE_KEY_FILE
static const uint8_t built[x25519Bytes] = {
#include WASMOTE_DEVICE_KEY_FILE
};

static const uint8_t *secret_key(void)
{
    return built;
}
#else
static const uint8_t *secret_key(void)
{
    return ledger_device_key();
}
#endif

bool device_key_exists(void)
{
    return secret_key() != NULL;
}

bool device_key_read(x25519_pair *pair)
{
    const uint8_t *secret = secret_key();
    if (secret) seal_make_pair(pair, secret);
    return secret != NULL;
}

void device_key_wipe(x25519_pair *pair)
{
    crypto_wipe(pair, sizeof *pair);
}

void device_key_public(void *bytes)
{
    x25519_pair pair;
    if (!device_key_read(&pair)) return;
    memcpy(bytes, pair.public, x25519Bytes);
    device_key_wipe(&pair);
}

bool device_key_make(uint8_t random[x25519Bytes])
{
    const bool isKept = ledger_keep_device_key(random);
    crypto_wipe(random, x25519Bytes);
    return isKept;
}
#endif

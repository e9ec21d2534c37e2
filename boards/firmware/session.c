#ifdef WASMOTE_TRUST
#include "session.h"

#include <string.h>

#include "../formats/sha256.h"
#include "../ports/port.h"
#include "../ports/random.h"
#include "../store/activation.h"
#include "../store/ledger.h"
#include "../trust/keys.h"
#include "../trust/message.h"
#include "engine.h"

enum { sessionSeconds = 600 };

static uint8_t challenge[challengeBytes];
static bool isAsked;            /* whether the challenge waits for its answer */
static uint32_t starts, given;  /* starts at which challenges were given; challenges since this one */
static bool isOpen;
static uint64_t openUntil;

_Static_assert((int) deviceIdBytes == (int) portSerialBytes, "a chip's own number is the device's");

void session_device_id(uint8_t id[deviceIdBytes])
{
    if (port_serial_number(id)) return;
    uint8_t hash[sha256Bytes];
    sha256((const uint8_t *) BOARD_NAME, sizeof BOARD_NAME - 1, hash);
    memcpy(id, hash, deviceIdBytes);
}

/* What makes a challenge: the first two never come again together, the others cannot be told from outside. */
typedef struct challenge_seed
{
    uint32_t start, given;
    uint64_t counter;
    uint8_t device[deviceIdBytes], random[16];
} challenge_seed;

model_error session_challenge(uint8_t out[challengeBytes])
{
    if (starts == 0 && (starts = ledger_count_challenges()) == 0) return modelFlash;
    challenge_seed seed;
    memset(&seed, 0, sizeof seed);
    seed.start = starts;
    seed.given = ++given;
    seed.counter = port_counter();
    session_device_id(seed.device);
    port_random(seed.random, sizeof seed.random);
    uint8_t hash[sha256Bytes];
    sha256((const uint8_t *) &seed, sizeof seed, hash);
    memcpy(challenge, hash, challengeBytes);
    memcpy(out, hash, challengeBytes);
    isAsked = true;
    return modelOk;
}

bool session_is_open(void)
{
    if (isOpen && port_counter() >= openUntil) isOpen = false;
    return isOpen;
}

static bool find_bytes(cbor_reader map, const char *key, const uint8_t *expected, uint32_t length)
{
    cbor_reader at;
    const uint8_t *bytes;
    uint32_t found;
    return cbor_find(map, key, &at) && cbor_read_string(&at, cborBytes, &bytes, &found) && found == length
        && memcmp(bytes, expected, length) == 0;
}

static bool is_text(cbor_reader map, const char *key, const char *expected)
{
    cbor_reader at;
    const uint8_t *text;
    uint32_t length;
    return cbor_find(map, key, &at) && cbor_read_string(&at, cborText, &text, &length) && length == strlen(expected)
        && memcmp(text, expected, length) == 0;
}

static model_error open_session(cbor_reader map, const uint8_t *device)
{
    const bool right = isAsked && find_bytes(map, "device", device, deviceIdBytes)
        && find_bytes(map, "challenge", challenge, challengeBytes);
    isAsked = false;
    if (!right) return modelUntrusted;
    isOpen = true;
    openUntil = port_counter() + (uint64_t) BOARD_CLOCK_HZ * sessionSeconds;
    return modelOk;
}

/* Whether a key is left, and the confirmed model, where there is one, may still run. */
static bool board_stays_of_use(void)
{
    const uint32_t slot = activation_confirmed();
    if (!keys_at(0)) return false;
    return slot == noSlot || engine_trusts(slots_model(slot), slots_at(slot)->length);
}

static model_error change_key(cbor_reader map, const uint8_t *device, bool retire)
{
    cbor_reader at;
    const uint8_t *key;
    uint32_t length, number;
    if (cbor_find(map, "device", &at) && !find_bytes(map, "device", device, deviceIdBytes)) return modelUntrusted;
    if (!cbor_find(map, "key", &at) || !cbor_read_string(&at, cborBytes, &key, &length) || length != publicKeyBytes
        || !cbor_find(map, "seq", &at) || !cbor_read_u32(&at, &number)) return modelBadRequest;
    if (!retire) return ledger_change_key(key, false, number);
    if (number <= ledger_key_number()) return modelOlder;
    if (!ledger_can_retire(key, board_stays_of_use)) return modelBusy;
    const model_error error = ledger_change_key(key, true, number);
    activation_key_retired();
    return error;
}

/* A message that is to be checked on a stack of its own. */
typedef struct checked_message
{
    const uint8_t *message;
    uint32_t length;
    cbor_reader map;
    bool right;
} checked_message;

static void check(void *argument)
{
    checked_message *of = argument;
    of->right = message_check(of->message, of->length, &of->map);
}

model_error session_take(const uint8_t *message, uint32_t length)
{
    checked_message of = { .message = message, .length = length };
    engine_call_on_memory(check, &of);
    if (!of.right) return modelUntrusted;
    uint8_t device[deviceIdBytes];
    session_device_id(device);
    if (is_text(of.map, "do", "session")) return open_session(of.map, device);
    if (is_text(of.map, "do", "add-key")) return change_key(of.map, device, false);
    if (is_text(of.map, "do", "retire-key")) return change_key(of.map, device, true);
    return modelBadRequest;
}
#endif

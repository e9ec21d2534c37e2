#include "ledger.h"

#include <string.h>

#include "log.h"

typedef struct highest_version
{
    uint8_t name[versionNameBytes];
    uint32_t version;
} highest_version;

static highest_version versions[mostVersions];
static uint32_t versionCount;
static key_change keys[mostKeyChanges];
static uint32_t keyCount, keyNumber, challenges;
#ifdef WASMOTE_SEALED
static uint8_t deviceKey[publicKeyBytes];
static bool hasDeviceKey;
#else
enum { hasDeviceKey = 0 };
#endif

/* The place of a name, or of one more; mostVersions where there is none. */
static uint32_t place_of(const uint8_t *name)
{
    uint32_t i = 0;
    while (i < versionCount && memcmp(versions[i].name, name, versionNameBytes) != 0) i++;
    return i;
}

uint32_t ledger_version(const uint8_t name[versionNameBytes])
{
    const uint32_t place = place_of(name);
    return place < versionCount ? versions[place].version : 0;
}

bool ledger_has_room(const uint8_t name[versionNameBytes])
{
    return place_of(name) < mostVersions;
}

static void put_version(const uint8_t *name, uint32_t version)
{
    const uint32_t place = place_of(name);
    if (place == mostVersions) return;
    if (place == versionCount) versionCount++;
    memcpy(versions[place].name, name, versionNameBytes);
    versions[place].version = version;
}

static void describe_version(uint32_t index, record *entry)
{
    *entry = (record) { .kind = recordVersion, .length = versions[index].version };
    memcpy(entry->hash, versions[index].name, versionNameBytes);
}

bool ledger_raise(const uint8_t name[versionNameBytes], uint32_t version)
{
    if (version <= ledger_version(name)) return true;
    if (!ledger_has_room(name)) return false;
    put_version(name, version);
    record entry;
    describe_version(place_of(name), &entry);
    return log_append(&entry);
}

const key_change *ledger_key_change(uint32_t index)
{
    return index < keyCount ? &keys[index] : NULL;
}

uint32_t ledger_key_number(void)
{
    return keyNumber;
}

static uint32_t place_of_key(const uint8_t *key)
{
    uint32_t i = 0;
    while (i < keyCount && memcmp(keys[i].key, key, publicKeyBytes) != 0) i++;
    return i;
}

static void put_key(const uint8_t *key, bool retired, uint32_t number)
{
    const uint32_t place = place_of_key(key);
    if (place == mostKeyChanges) return;
    if (place == keyCount) keyCount++;
    memcpy(keys[place].key, key, publicKeyBytes);
    keys[place].retired = retired;
    if (number > keyNumber) keyNumber = number;
}

static void describe_key(uint32_t index, record *entry)
{
    *entry = (record) { .kind = keys[index].retired ? recordKeyRetired : recordKeyAdded, .length = keyNumber };
    memcpy(entry->hash, keys[index].key, publicKeyBytes);
}

model_error ledger_change_key(const uint8_t key[publicKeyBytes], bool retired, uint32_t number)
{
    if (number <= keyNumber) return modelOlder;
    const uint32_t place = place_of_key(key);
    if (place == mostKeyChanges) return modelBusy;
    put_key(key, retired, number);
    record entry;
    describe_key(place, &entry);
    return log_append(&entry) ? modelOk : modelFlash;
}

bool ledger_can_retire(const uint8_t key[publicKeyBytes], bool (*holds)(void))
{
    const uint32_t place = place_of_key(key);
    if (place == mostKeyChanges) return false;
    const key_change before = keys[place];
    const uint32_t countBefore = keyCount;
    put_key(key, true, keyNumber);
    const bool held = holds();
    keys[place] = before;
    keyCount = countBefore;
    return held;
}

uint32_t ledger_count_challenges(void)
{
    const record entry = { .kind = recordChallenge, .length = ++challenges };
    return log_append(&entry) ? challenges : 0;
}

#ifdef WASMOTE_SEALED
const uint8_t *ledger_device_key(void)
{
    return hasDeviceKey ? deviceKey : NULL;
}

static void put_device_key(const uint8_t *secret)
{
    memcpy(deviceKey, secret, publicKeyBytes);
    hasDeviceKey = true;
}

static void describe_device_key(record *entry)
{
    *entry = (record) { .kind = recordDeviceKey };
    memcpy(entry->hash, deviceKey, publicKeyBytes);
}

bool ledger_keep_device_key(const uint8_t secret[publicKeyBytes])
{
    record entry;
    put_device_key(secret);
    describe_device_key(&entry);
    hasDeviceKey = log_append(&entry);
    return hasDeviceKey;
}
#endif

void ledger_forget(void)
{
    versionCount = keyCount = keyNumber = challenges = 0;
#ifdef WASMOTE_SEALED
    hasDeviceKey = false;
#endif
}

void ledger_replay(const record *entry)
{
    switch (entry->kind)
    {
        case recordVersion:
            put_version(entry->hash, entry->length);
            break;
        case recordKeyAdded:
        case recordKeyRetired:
            put_key(entry->hash, entry->kind == recordKeyRetired, entry->length);
            break;
        case recordChallenge:
            challenges = entry->length;
            break;
#ifdef WASMOTE_SEALED
        case recordDeviceKey:
            put_device_key(entry->hash);
            break;
#endif
    }
}

uint32_t ledger_count(void)
{
    return versionCount + keyCount + (challenges > 0) + hasDeviceKey;
}

void ledger_describe(uint32_t index, record *entry)
{
    if (index < versionCount) describe_version(index, entry);
    else if (index - versionCount < keyCount) describe_key(index - versionCount, entry);
    else if (index - versionCount - keyCount < (challenges > 0)) *entry = (record) { .kind = recordChallenge, .length = challenges };
#ifdef WASMOTE_SEALED
    else describe_device_key(entry);
#endif
}

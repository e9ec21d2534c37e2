#include "slots.h"

#include <string.h>

#include "../formats/custom_sections.h"
#include "activation.h"
#include "flash.h"
#include "log.h"

static slot_contents contents[maxSlots];

static bool same_hash(const slot_contents *slot, const uint8_t *hash)
{
    return memcmp(slot->hash, hash, sha256Bytes) == 0;
}

const uint8_t *slots_model(uint32_t slot)
{
    return (const uint8_t *) (uintptr_t) port_flash.slots[slot].address;
}

const slot_contents *slots_at(uint32_t slot)
{
    return &contents[slot];
}

void slots_forget(void)
{
    memset(contents, 0, sizeof contents);
}

void slots_replay(const record *entry)
{
    slot_contents *slot = &contents[entry->slot];
    switch (entry->kind)
    {
        case recordEmpty:
        case recordUploading:
        case recordComplete:
            slot->state = entry->kind == recordEmpty ? slotEmpty : entry->kind == recordUploading ? slotUploading : slotComplete;
            slot->length = entry->length;
            memcpy(slot->hash, entry->hash, sha256Bytes);
            break;
    }
}

static void describe(uint32_t slot, record_kind kind, record *entry)
{
    *entry = (record) { .kind = kind, .slot = slot, .length = contents[slot].length };
    memcpy(entry->hash, contents[slot].hash, sha256Bytes);
}

uint32_t slots_count(void)
{
    return port_flash.slotCount;
}

void slots_describe(uint32_t index, record *entry)
{
    static const record_kind kinds[] = { recordEmpty, recordUploading, recordComplete };
    describe(index, kinds[contents[index].state], entry);
}

static bool log_slot(uint32_t slot, record_kind kind)
{
    record entry;
    describe(slot, kind, &entry);
    return log_append(&entry);
}

static bool is_readable(uint32_t slot, uint32_t length)
{
    return !port_flash.readable || port_flash.readable(port_flash.slots[slot].address, length);
}

bool slots_readable(uint32_t slot)
{
    return is_readable(slot, port_flash.slots[slot].length);
}

/* A slot that says it is complete must hold what it says, to the bit. */
static void check_hash(uint32_t slot)
{
    uint8_t hash[sha256Bytes];
    const uint32_t length = contents[slot].length;
    const bool isThere = length <= port_flash.slots[slot].length && is_readable(slot, length);
    if (isThere) sha256(slots_model(slot), length, hash);
    if (!isThere || !same_hash(&contents[slot], hash) || !engine_trusts(slots_model(slot), length))
        contents[slot].state = slotEmpty;
}

/*
 * Takes what lies in a slot of which nothing is logged for a complete model, if it is one as far as that can be told. It came
 * from a programmer or an emulator, or `uploaded`: then one that ends in an erased byte was cut off, or might have been.
 */
static void adopt(uint32_t slot, bool uploaded)
{
    if (!slots_readable(slot)) return;
    const uint8_t *file = slots_model(slot);
    const uint32_t length = wasmote_module_length(file, port_flash.slots[slot].length);
    if (length == 0 || (uploaded && file[length - 1] == 0xff)) return;
    const model_error error = engine_check(file, length);
    if (error == modelBadModel || error == modelUntrusted) return;
    contents[slot].state = slotComplete;
    contents[slot].length = length;
    sha256(file, length, contents[slot].hash);
    activation_adopt(slot);
}

void slots_open(void)
{
    const bool isKnown = log_open();

    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        if (contents[i].state == slotComplete) check_hash(i);
        else if (contents[i].length == 0 && (i == 0 || !isKnown)) adopt(i, !isKnown);
        if (contents[i].state != slotComplete) activation_drop(i);
    }
}

/* Whether a slot's model is the active one, or the one that comes back. */
static bool is_needed(uint32_t slot)
{
    return slot == activation_active() || slot == activation_confirmed();
}

uint32_t slots_with(uint32_t length, const uint8_t hash[sha256Bytes])
{
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
        if (contents[i].state != slotEmpty && contents[i].length == length && same_hash(&contents[i], hash)) return i;
    return noSlot;
}

uint32_t slots_replaceable(uint32_t kept, bool mayReplace)
{
    uint32_t found = noSlot;
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        if (i == kept || is_needed(i)) continue;
        if (found == noSlot || (contents[found].state != slotEmpty && contents[i].state == slotEmpty)) found = i;
    }
    return found == noSlot && mayReplace && kept == noSlot && port_flash.slotCount == 1 ? 0 : found;
}

model_error slots_expect(uint32_t slot, uint32_t length, const uint8_t hash[sha256Bytes])
{
    const flash_range *range = &port_flash.slots[slot];
    if (slot == activation_active()) engine_unload();
    activation_drop(slot);
    contents[slot] = (slot_contents) { .state = slotEmpty, .length = length };
    memcpy(contents[slot].hash, hash, sha256Bytes);
    if (!log_slot(slot, recordEmpty) || !port_flash_erase(range->address, range->length)) return modelFlash;
    contents[slot].state = slotUploading;
    return log_slot(slot, recordUploading) ? modelOk : modelFlash;
}

void slots_spoil(uint32_t slot)
{
    contents[slot].state = slotEmpty;
}

model_error slots_settle(uint32_t slot, bool hashIsItsOwn)
{
    uint8_t hash[sha256Bytes];
    slot_contents *of = &contents[slot];
    sha256(slots_model(slot), of->length, hash);
    if (!hashIsItsOwn) memcpy(of->hash, hash, sha256Bytes);
    const model_error error = same_hash(of, hash) ? engine_check(slots_model(slot), of->length) : modelHash;
    of->state = error ? slotEmpty : slotComplete;
    return log_slot(slot, error ? recordEmpty : recordComplete) ? error : modelFlash;
}

model_error slots_erase(uint32_t slot)
{
    if (slot >= port_flash.slotCount) return modelBadRequest;
    if (is_needed(slot)) return modelBusy;

    const flash_range *range = &port_flash.slots[slot];
    contents[slot].state = slotEmpty;
    activation_drop(slot);
    if (!log_slot(slot, recordEmpty) || !port_flash_erase(range->address, range->length)) return modelFlash;
    return modelOk;
}

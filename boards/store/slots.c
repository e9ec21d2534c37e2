#include "slots.h"

#include <string.h>

#include "../formats/custom_sections.h"
#include "activation.h"
#include "flash.h"
#include "log.h"

static slot_contents contents[maxSlots];
static uint32_t uploading = noSlot;     /* the slot of the upload that goes on, if it was begun since the start */
static uint32_t next;                   /* the offset that it wants */
static uint32_t finished = noSlot;      /* the slot of the last upload that was completed since the start */

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
    uploading = finished = noSlot;
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

/* Whether all of a slot can be read, whatever power failures have left in it. */
static bool is_readable(uint32_t slot)
{
    const flash_range *range = &port_flash.slots[slot];
    return !port_flash.readable || port_flash.readable(range->address, range->length);
}

/* A slot that says it is complete must hold what it says, to the bit. */
static void check_hash(uint32_t slot)
{
    uint8_t hash[sha256Bytes];
    const bool fits = contents[slot].length <= port_flash.slots[slot].length;
    if (fits) sha256(slots_model(slot), contents[slot].length, hash);
    if (!fits || !same_hash(&contents[slot], hash) || !engine_trusts(slots_model(slot), contents[slot].length))
        contents[slot].state = slotEmpty;
}

/*
 * Takes what lies in a slot of which nothing is logged for a complete model, if it is one as far as that can be told. It came
 * from a programmer or an emulator, or `uploaded`: then one that ends in an erased byte was cut off, or might have been.
 */
static void adopt(uint32_t slot, bool uploaded)
{
    if (!is_readable(slot)) return;
    const uint8_t *file = slots_model(slot);
    const uint32_t length = wasmote_module_length(file, port_flash.slots[slot].length);
    if (length == 0 || (uploaded && file[length - 1] == 0xff)) return;
    const model_error error = engine_check(file, length);
    if (error == modelBadModel || error == modelUntrusted || !engine_trusts(file, length)) return;
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

/* Flash chips program at most so many bytes at once, in no order. */
enum { mostPageBytes = 256 };

/*
 * Where an interrupted upload may go on: a page before the last byte that is not erased, since of the page that was being
 * programmed any bytes may be missing. To write the same once more changes nothing.
 */
static uint32_t written_bytes(uint32_t slot)
{
    const uint8_t *bytes = slots_model(slot);
    uint32_t length = contents[slot].length;
    while (length > 0 && bytes[length - 1] == 0xff) length--;
    length = length > mostPageBytes ? length - mostPageBytes : 0;
    return length - length % port_flash.writeBytes;
}

/* Whether a slot's model is the active one, or the one that comes back. */
static bool is_needed(uint32_t slot)
{
    return slot == activation_active() || slot == activation_confirmed();
}

/* The slot for an upload: the one that has begun to take it, else one that is not needed; noSlot where there is none. */
static uint32_t choose_slot(uint32_t length, const uint8_t *hash)
{
    uint32_t free = noSlot;
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        const slot_contents *slot = &contents[i];
        if (slot->state != slotEmpty && slot->length == length && same_hash(slot, hash)) return i;
        if (!is_needed(i) && (free == noSlot || (contents[free].state != slotEmpty && slot->state == slotEmpty))) free = i;
    }
    return free == noSlot && port_flash.slotCount == 1 ? 0 : free;
}

/* Goes on with what the slot holds of that very file, all of it perhaps. */
static uint32_t go_on(uint32_t index)
{
    const slot_contents *slot = &contents[index];
    if (slot->state == slotComplete) return slot->length;
    if (uploading != index) next = written_bytes(index);
    uploading = index;
    return next;
}

model_error slots_begin(uint32_t length, const uint8_t hash[sha256Bytes], const uint8_t *head, uint32_t headLength,
                        uint32_t *wanted)
{
    const uint32_t index = choose_slot(length, hash);
    if (index == noSlot) return modelBusy;
    slot_contents *slot = &contents[index];
    const flash_range *range = &port_flash.slots[index];

    if (length > range->length) return modelFlash;
    if (slot->state == slotUploading && uploading != index && !is_readable(index)) slot->state = slotEmpty;
    if (slot->state != slotEmpty && slot->length == length && same_hash(slot, hash))
    {
        *wanted = go_on(index);
        return modelOk;
    }

    const model_error error = engine_admits(head, headLength);
    if (error) return error;
    if (index == activation_active()) engine_unload();
    activation_drop(index);
    slot->state = slotEmpty;
    slot->length = length;
    memcpy(slot->hash, hash, sha256Bytes);
    uploading = noSlot;
    if (!log_slot(index, recordEmpty) || !port_flash_erase(range->address, range->length)) return modelFlash;
    slot->state = slotUploading;
    if (!log_slot(index, recordUploading)) return modelFlash;
    uploading = index;
    *wanted = next = 0;
    return modelOk;
}

static model_error finish(void)
{
    uint8_t hash[sha256Bytes];
    const uint32_t index = uploading;
    slot_contents *slot = &contents[index];

    sha256(slots_model(index), slot->length, hash);
    const model_error error = same_hash(slot, hash) ? engine_check(slots_model(index), slot->length) : modelHash;
    slot->state = error ? slotEmpty : slotComplete;
    uploading = noSlot;
    if (!log_slot(index, error ? recordEmpty : recordComplete)) return modelFlash;
    if (!error) finished = index;
    return error;
}

/* What could not be written is not gone on with: the slot is erased once more. */
static bool write_upload(uint32_t offset, const uint8_t *data, uint32_t length)
{
    if (port_flash_write(port_flash.slots[uploading].address + offset, data, length)) return true;
    contents[uploading].state = slotEmpty;
    uploading = noSlot;
    return false;
}

model_error slots_write(uint32_t offset, const uint8_t *data, uint32_t length, uint32_t *wanted)
{
    if (uploading == noSlot)
    {
        /* The last piece once more, since its answer was lost. */
        if (finished == noSlot || contents[finished].state != slotComplete) return modelBusy;
        *wanted = contents[finished].length;
        return length <= *wanted && offset == *wanted - length ? modelOk : modelBusy;
    }
    const slot_contents *slot = &contents[uploading];

    *wanted = next;
    if (offset != next) return modelOk;
    if (length > slot->length - offset) return modelBadRequest;

    const uint32_t unit = port_flash.writeBytes;
    const uint32_t whole = length - length % unit;
    if (whole > 0 && !write_upload(offset, data, whole)) return modelFlash;
    next += whole;
    if (offset + length == slot->length)
    {
        uint8_t last[mostWriteBytes];
        memset(last, 0xff, sizeof last);
        memcpy(last, data + whole, length - whole);
        if (length > whole && !write_upload(next, last, unit)) return modelFlash;
        next = *wanted = slot->length;
        return finish();
    }
    *wanted = next;
    return modelOk;
}

model_error slots_erase(uint32_t slot)
{
    if (slot >= port_flash.slotCount) return modelBadRequest;
    if (is_needed(slot)) return modelBusy;

    const flash_range *range = &port_flash.slots[slot];
    if (uploading == slot) uploading = noSlot;
    contents[slot].state = slotEmpty;
    activation_drop(slot);
    if (!log_slot(slot, recordEmpty) || !port_flash_erase(range->address, range->length)) return modelFlash;
    return modelOk;
}

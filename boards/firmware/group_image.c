/* Group 1, images: the models in the slots. */
#include <string.h>

#include "../link/smp.h"
#include "../store/activation.h"
#include "../store/flash.h"
#include "../store/slots.h"
#include "../update/upload.h"
#include "application.h"
#include "permission.h"

/* A version as images have it: three numbers. Ours is the first. */
static void answer_version(cbor_writer *answer, uint32_t version)
{
    static const char rest[] = ".0.0";
    char text[10 + sizeof rest], *start = text + 10;
    memcpy(start, rest, sizeof rest);
    do *--start = (char) ('0' + version % 10);
    while ((version /= 10) > 0);
    cbor_text(answer, "version");
    cbor_text(answer, start);
}

static void answer_flag(cbor_writer *answer, const char *name, bool value)
{
    cbor_text(answer, name);
    cbor_bool(answer, value);
}

static void answer_image(cbor_writer *answer, uint32_t slot)
{
    const slot_contents *contents = slots_at(slot);
    model_facts facts = { .version = 0 };
    engine_facts(slots_model(slot), contents->length, &facts);
    cbor_head(answer, cborMap, 9);
    cbor_pair(answer, "image", 0);
    cbor_pair(answer, "slot", slot);
    answer_version(answer, facts.version);
    cbor_text(answer, "hash");
    cbor_string(answer, cborBytes, contents->hash, sha256Bytes);
    answer_flag(answer, "bootable", !activation_was_rejected(slot));
    answer_flag(answer, "pending", activation_pending() == slot);
    answer_flag(answer, "confirmed", activation_confirmed() == slot);
    answer_flag(answer, "active", activation_active() == slot);
    answer_flag(answer, "permanent", false);
}

static void answer_state(cbor_writer *answer)
{
    uint32_t complete = 0;
    for (uint32_t i = 0; i < port_flash.slotCount; i++) complete += slots_at(i)->state == slotComplete;

    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "images");
    cbor_head(answer, cborArray, complete);
    for (uint32_t i = 0; i < port_flash.slotCount; i++) if (slots_at(i)->state == slotComplete) answer_image(answer, i);
}

static void read_state(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    answer_state(answer);
}

static bool find_bytes(cbor_reader request, const char *key, const uint8_t **bytes, uint32_t *length)
{
    cbor_reader at;
    return cbor_find(request, key, &at) && cbor_read_string(&at, cborBytes, bytes, length);
}

/* Whether the request has the key with true. */
static bool has_flag(cbor_reader request, const char *key)
{
    cbor_reader at;
    bool value;
    return cbor_find(request, key, &at) && cbor_read_bool(&at, &value) && value;
}

/* The complete slot of that hash; noSlot where there is none. */
static uint32_t find_slot(const uint8_t *hash)
{
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        const slot_contents *slot = slots_at(i);
        if (slot->state == slotComplete && memcmp(slot->hash, hash, sha256Bytes) == 0) return i;
    }
    return noSlot;
}

/*
 * With a hash and without `confirm`, the model is to be tried: at the next start, or at once with `now`. With `confirm`, it is the
 * active one for good; without a hash, the one that is active. The one that was confirmed last ends a trial.
 */
static model_error choose(cbor_reader request)
{
    cbor_reader at;
    const uint8_t *hash;
    uint32_t length;
    const bool confirm = has_flag(request, "confirm");
    uint32_t slot = activation_active();
    if (cbor_find(request, "hash", &at) && cbor_peek(&at) == cborBytes)
    {
        if (!cbor_read_string(&at, cborBytes, &hash, &length)) return modelBadRequest;
        if (length == sha256Bytes) slot = find_slot(hash);
        else if (length > 0 || !confirm) return modelBadRequest;
    }
    else if (!confirm) return modelBadRequest;
    if (slot == noSlot) return modelNoModel;

    upload_pause();
    application_end_pause();
    const bool isOther = activation_active() != slot || activation_pending() != noSlot;
    if (slot == activation_confirmed() && isOther) return activation_revert();
    return confirm ? activation_confirm(slot) : activation_try(slot, has_flag(request, "now"));
}

static void write_state(cbor_reader request, cbor_writer *answer)
{
    model_error error = permission_to_change();
    if (!error) error = choose(request);
    if (error) smp_model_error(answer, error);
    else answer_state(answer);
}

/* The SHA-256 of what is sent, which may be absent: NULL then. */
static bool find_hash(cbor_reader request, const uint8_t **hash)
{
    cbor_reader at;
    uint32_t length;
    *hash = NULL;
    if (!cbor_find(request, "sha", &at)) return true;
    return cbor_read_string(&at, cborBytes, hash, &length) && length == sha256Bytes;
}

static void upload(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    const uint8_t *data, *hash;
    uint32_t offset, length, dataLength, wanted = 0;
    model_error error = modelBadRequest;

    application_pause();
    if (cbor_find(request, "off", &at) && cbor_read_u32(&at, &offset) && find_bytes(request, "data", &data, &dataLength))
    {
        if (offset > 0) error = upload_write(offset, data, dataLength, &wanted);
        else if (cbor_find(request, "len", &at) && cbor_read_u32(&at, &length) && length > 0
            && find_hash(request, &hash))
            error = upload_begin(length, hash, data, dataLength, permission_to_change() == modelOk, &wanted);
    }
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    const uint8_t *made = upload_made();
    cbor_head(answer, cborMap, made ? 2 : 1);
    cbor_pair(answer, "off", wanted);
    if (!made) return;
    cbor_text(answer, "hash");
    cbor_string(answer, cborBytes, made, sha256Bytes);
}

/* Clients may leave the number out, and mean the slot beside the active one. Source: Zephyr, img_mgmt_erase. */
static bool read_slot(cbor_reader request, uint32_t *slot)
{
    cbor_reader at;
    *slot = activation_active() == 1 ? 0 : 1;
    return !cbor_find(request, "slot", &at) || cbor_read_u32(&at, slot);
}

static void erase(cbor_reader request, cbor_writer *answer)
{
    uint32_t slot;
    model_error error = permission_to_change();
    if (!error) error = read_slot(request, &slot) ? slots_erase(slot) : modelBadRequest;
    if (error) smp_model_error(answer, error);
    else cbor_head(answer, cborMap, 0);
}

const smp_command image_commands[] = {
    { groupImage, 0, opRead, read_state },
    { groupImage, 0, opWrite, write_state },
    { groupImage, 1, opWrite, upload },
    { groupImage, 5, opWrite, erase },
};
const uint32_t imageCommandCount = sizeof image_commands / sizeof image_commands[0];

/* Group 1, images: the models in the slots. */
#include <string.h>

#include "../link/smp.h"
#include "../store/flash.h"
#include "../store/slots.h"

static void answer_state(cbor_writer *answer)
{
    uint32_t complete = 0;
    for (uint32_t i = 0; i < port_flash.slotCount; i++) complete += slots_at(i)->state == slotComplete;

    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "images");
    cbor_head(answer, cborArray, complete);
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        const slot_contents *slot = slots_at(i);
        if (slot->state != slotComplete) continue;

        const bool active = slots_active() == i;
        cbor_head(answer, cborMap, 9);
        cbor_pair(answer, "image", 0);
        cbor_pair(answer, "slot", i);
        cbor_text(answer, "version");
        cbor_text(answer, "0.0.0");
        cbor_text(answer, "hash");
        cbor_string(answer, cborBytes, slot->hash, sha256Bytes);
        cbor_text(answer, "bootable");
        cbor_bool(answer, true);
        cbor_text(answer, "pending");
        cbor_bool(answer, false);
        cbor_text(answer, "confirmed");
        cbor_bool(answer, active);
        cbor_text(answer, "active");
        cbor_bool(answer, active);
        cbor_text(answer, "permanent");
        cbor_bool(answer, false);
    }
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

static void write_state(cbor_reader request, cbor_writer *answer)
{
    const uint8_t *hash;
    uint32_t length;
    if (!find_bytes(request, "hash", &hash, &length) || length != sha256Bytes)
    {
        smp_model_error(answer, modelBadRequest);
        return;
    }
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        const slot_contents *slot = slots_at(i);
        if (slot->state != slotComplete || memcmp(slot->hash, hash, sha256Bytes) != 0) continue;

        const model_error error = slots_activate(i);
        if (error) smp_model_error(answer, error);
        else answer_state(answer);
        return;
    }
    smp_model_error(answer, modelNoModel);
}

static void upload(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    const uint8_t *data, *hash;
    uint32_t offset, length, dataLength, hashLength, wanted = 0;
    model_error error = modelBadRequest;

    if (cbor_find(request, "off", &at) && cbor_read_u32(&at, &offset) && find_bytes(request, "data", &data, &dataLength))
    {
        if (offset > 0) error = slots_write(offset, data, dataLength, &wanted);
        else if (cbor_find(request, "len", &at) && cbor_read_u32(&at, &length) && length > 0
            && find_bytes(request, "sha", &hash, &hashLength) && hashLength == sha256Bytes)
        {
            error = slots_begin(length, hash, &wanted);
            if (!error && wanted == 0) error = slots_write(0, data, dataLength, &wanted);
        }
    }
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    cbor_head(answer, cborMap, 1);
    cbor_pair(answer, "off", wanted);
}

static void erase(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    uint32_t slot;
    const model_error error = cbor_find(request, "slot", &at) && cbor_read_u32(&at, &slot)
        ? slots_erase(slot) : modelBadRequest;
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

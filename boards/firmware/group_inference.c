/* Group 64, inference: status, manifest, input, run, output, tier, reset, trust, challenge, message, slots, device key. */
#include <string.h>

#include "../link/frame.h"
#include "../link/smp.h"
#include "../ports/port.h"
#include "../runtime/inspect.h"
#include "../store/activation.h"
#include "../update/upload.h"
#include "admission.h"
#include "answer_piece.h"
#include "application.h"
#include "engine.h"
#include "permission.h"
#ifdef WASMOTE_TRUST
#include "../store/ledger.h"
#include "../trust/keys.h"
#endif
#ifdef WASMOTE_SEALED
#include "../ports/random.h"
#include "../trust/device_key.h"
#endif

enum { answerHeadBytes = 48 };     /* of an answer with data: header, offsets, heads */

static bool find_u32(cbor_reader request, const char *key, uint32_t *value)
{
    cbor_reader at;
    return cbor_find(request, key, &at) && cbor_read_u32(&at, value);
}

/* As much of the model's name as the answer has room for, and at most so many bytes; no character is cut in two. */
static void answer_name(cbor_writer *answer, const manifest *model, uint32_t most)
{
    enum { longestHead = 3 };
    const uint32_t room = (uint32_t) (answer->end - answer->at);
    if (answer->overflow || room < longestHead) most = 0;
    else if (most > room - longestHead) most = room - longestHead;
    uint32_t length = model->nameLength;
    if (length > most)
    {
        length = most;
        while (length > 0 && (model->name[length] & 0xc0) == 0x80) length--;
    }
    cbor_string(answer, cborText, model->name, length);
}

static void status(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    const manifest *model = engine_manifest();
    cbor_head(answer, cborMap, 15);
    cbor_pair(answer, "abi", firmwareAbi);
    cbor_text(answer, "board");
    cbor_text(answer, BOARD_NAME);
    cbor_pair(answer, "ram", engine_memory_bytes());
    cbor_pair(answer, "used", engine_used_bytes());
    cbor_pair(answer, "memory", model ? model->memoryBytes : 0);
    cbor_pair(answer, "file", engine_file_bytes());
    cbor_pair(answer, "steps", model ? model->steps : 0);
    cbor_text(answer, "unit");
    cbor_text(answer, port_counter_unit());
    cbor_pair(answer, "hz", BOARD_CLOCK_HZ);
    cbor_pair(answer, "mtu", LINK_MTU);
    cbor_pair(answer, "flash", port_flash.slots[0].length);
    cbor_text(answer, "floats");
    cbor_bool(answer, WASMOTE_FLOATS);
    /* Bits in place of accelerators' names, so that there is room for the model's. */
    cbor_text(answer, "imports");
    cbor_head(answer, cborArray, 1);
    cbor_text(answer, strchr(wasmote_import_name(0), '.') + 1);
    cbor_pair(answer, "accelerators", wasmote_accelerator_bits);
    cbor_text(answer, "model");
    if (model) answer_name(answer, model, model->nameLength);
    else cbor_null(answer);
}

void answer_piece(cbor_writer *answer, const uint8_t *bytes, uint32_t length, uint32_t offset)
{
    const uint32_t most = LINK_MTU - answerHeadBytes;
    const uint32_t rest = length - offset;

    cbor_head(answer, cborMap, 3);
    cbor_pair(answer, "off", offset);
    cbor_pair(answer, "len", length);
    cbor_text(answer, "data");
    cbor_string(answer, cborBytes, bytes + offset, rest < most ? rest : most);
}

static void read_manifest(cbor_reader request, cbor_writer *answer)
{
    const manifest *model = engine_manifest();
    uint32_t offset;
    if (!model) smp_model_error(answer, modelNoModel);
    else if (!find_u32(request, "off", &offset) || offset > model->section.length) smp_model_error(answer, modelBadRequest);
    else answer_piece(answer, model->section.bytes, model->section.length, offset);
}

static void input(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    uint32_t index, offset, length, tensorLength;
    const uint8_t *data;
    uint8_t *tensor;
    upload_pause();
    application_pause();
    if (!engine_manifest()) smp_model_error(answer, modelNoModel);
    else if (!find_u32(request, "i", &index) || !find_u32(request, "off", &offset)
        || !cbor_find(request, "data", &at) || !cbor_read_string(&at, cborBytes, &data, &length)
        || !(tensor = engine_tensor("inputs", index, &tensorLength))
        || offset > tensorLength || length > tensorLength - offset) smp_model_error(answer, modelBadRequest);
    else
    {
        memcpy(tensor + offset, data, length);
        cbor_head(answer, cborMap, 1);
        cbor_pair(answer, "off", offset + length);
    }
}

static void run(cbor_reader request, cbor_writer *answer)
{
    upload_pause();
    application_pause();
    const manifest *model = engine_manifest();
    uint32_t first, last;
    uint64_t limit = 0;
    cbor_reader at;
    const bool hasLimit = cbor_find(request, "limit", &at);
    if (!model)
    {
        smp_model_error(answer, modelNoModel);
        return;
    }
    if (!find_u32(request, "first", &first) || !find_u32(request, "last", &last) || first > last || last > model->steps
        || (hasLimit && !cbor_read_u64(&at, &limit)))
    {
        smp_model_error(answer, modelBadRequest);
        return;
    }
    model_error error = hasLimit ? permission_to_change() : modelOk;
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    int32_t code;
    uint64_t count;
    const bool toTheEnd = last == model->steps;
    error = engine_run(first, last, limit, &code, &count);
    const bool wasReset = error && engine_keeps_state(), cameBack = (error || toTheEnd) && activation_ran(!error);
    if (error)
    {
        smp_run_error(answer, error, wasReset, cameBack);
        return;
    }
    cbor_head(answer, cborMap, 2);
    cbor_text(answer, "code");
    if (code < 0) cbor_head(answer, cborNegative, ~(uint32_t) code);
    else cbor_head(answer, cborUnsigned, (uint32_t) code);
    cbor_pair(answer, "count", count);
}

static void output(cbor_reader request, cbor_writer *answer)
{
    uint32_t index, offset, length;
    const uint8_t *tensor;
    application_stay_paused();
    if (!engine_manifest()) smp_model_error(answer, modelNoModel);
    else if (!find_u32(request, "i", &index) || !find_u32(request, "off", &offset)
        || !(tensor = engine_tensor("outputs", index, &length)) || offset > length) smp_model_error(answer, modelBadRequest);
    else if (permission_to_read()) smp_model_error(answer, permission_to_read());
    else answer_piece(answer, tensor, length, offset);
}

static void tier(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    bool accelerated;
    if (!cbor_find(request, "accelerated", &at) || !cbor_read_bool(&at, &accelerated))
    {
        smp_model_error(answer, modelBadRequest);
        return;
    }
    model_error error = accelerated == engine_accelerates() ? modelOk : permission_to_change();
    if (!error) error = engine_accelerate(accelerated);
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "accelerated");
    cbor_bool(answer, engine_accelerates());
}

static void reset(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    application_pause();
    const model_error error = engine_reset();
    if (error) smp_model_error(answer, error);
    else cbor_head(answer, cborMap, 0);
}

/* What is trusted, and whether a model is on trial. */
static void trust(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    const bool onTrial = activation_active() != activation_confirmed();
#ifdef WASMOTE_TRUST
    uint32_t keys = 0;
    while (keys_at(keys)) keys++;
    uint8_t device[deviceIdBytes], id[keyIdBytes];
    session_device_id(device);
    cbor_head(answer, cborMap, 7);
    cbor_text(answer, "device");
    cbor_string(answer, cborBytes, device, sizeof device);
    cbor_text(answer, "keys");
    cbor_head(answer, cborArray, keys);
    for (uint32_t i = 0; i < keys; i++)
    {
        keys_id(keys_at(i), id);
        cbor_string(answer, cborBytes, id, sizeof id);
    }
    cbor_pair(answer, "seq", ledger_key_number());
    cbor_text(answer, "session");
    cbor_bool(answer, session_is_open());
#else
    cbor_head(answer, cborMap, 3);
#endif
    cbor_text(answer, "signed");
    cbor_bool(answer, runsSignedOnly);
    cbor_text(answer, "trial");
    cbor_bool(answer, onTrial);
    cbor_pair(answer, "runs", activation_runs_left());
}

#ifdef WASMOTE_TRUST
static void give_challenge(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    uint8_t challenge[challengeBytes], device[deviceIdBytes];
    const model_error error = session_challenge(challenge);
    if (error)
    {
        smp_model_error(answer, error);
        return;
    }
    session_device_id(device);
    cbor_head(answer, cborMap, 2);
    cbor_text(answer, "device");
    cbor_string(answer, cborBytes, device, sizeof device);
    cbor_text(answer, "challenge");
    cbor_string(answer, cborBytes, challenge, sizeof challenge);
}

static void take_message(cbor_reader request, cbor_writer *answer)
{
    cbor_reader at;
    const uint8_t *message;
    uint32_t length;
    model_error error = modelBadRequest;
    if (cbor_find(request, "message", &at) && cbor_read_string(&at, cborBytes, &message, &length))
        error = session_take(message, length);
    if (error) smp_model_error(answer, error);
    else cbor_head(answer, cborMap, 0);
}
#endif

#ifdef WASMOTE_SEALED
/* The public half of the key that files are sealed to; the board makes one where it has none and can. */
static void device_key(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    uint8_t bytes[x25519Bytes];
    const bool makes = !device_key_exists();
    if (makes && !port_random(bytes, sizeof bytes)) smp_error(answer, smpNotSupported);
    else if (makes && !device_key_make(bytes)) smp_model_error(answer, modelFlash);
    else
    {
        engine_call_on_memory(device_key_public, bytes);
        cbor_head(answer, cborMap, 1);
        cbor_text(answer, "key");
        cbor_string(answer, cborBytes, bytes, sizeof bytes);
    }
}
#endif

/* What lies in one slot. */
static void answer_slot(cbor_writer *answer, uint32_t slot)
{
    enum { mostNameBytes = 64 };
    static const char *const states[] = { "empty", "incomplete", "complete" };
    const slot_contents *contents = slots_at(slot);
    manifest model;
    cbor_head(answer, cborMap, 4);
    cbor_pair(answer, "bytes", port_flash.slots[slot].length);
    cbor_text(answer, "state");
    cbor_text(answer, states[contents->state]);
    cbor_pair(answer, "file", contents->state == slotEmpty ? 0 : contents->length);
    cbor_text(answer, "model");
    if (contents->state == slotComplete && manifest_open(slots_model(slot), contents->length, &model))
        answer_name(answer, &model, mostNameBytes);
    else cbor_null(answer);
}

static void list_slots(cbor_reader request, cbor_writer *answer)
{
    (void) request;
    cbor_head(answer, cborMap, 1);
    cbor_text(answer, "slots");
    cbor_head(answer, cborArray, port_flash.slotCount);
    for (uint32_t i = 0; i < port_flash.slotCount; i++) answer_slot(answer, i);
}

const smp_command inference_commands[] = {
    { groupInference, 0, opRead, status },
    { groupInference, 1, opRead, read_manifest },
    { groupInference, 2, opWrite, input },
    { groupInference, 3, opWrite, run },
    { groupInference, 4, opRead, output },
    { groupInference, 5, opWrite, tier },
    { groupInference, 6, opWrite, reset },
    { groupInference, 7, opRead, trust },
#ifdef WASMOTE_TRUST
    { groupInference, 8, opWrite, give_challenge },
    { groupInference, 9, opWrite, take_message },
#endif
    { groupInference, 10, opRead, list_slots },
#ifdef WASMOTE_SEALED
    { groupInference, 11, opWrite, device_key },
#endif
};
const uint32_t inferenceCommandCount = sizeof inference_commands / sizeof inference_commands[0];

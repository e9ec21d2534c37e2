/*
 * The firmware on this machine, under sanitizers: all of it but main.c, memory.c and the ports, with a simulated flash.
 * Packets go in and out as bytes on the line. Each test begins with an erased board.
 *
 * Arguments: a file with the model whose `run` returns first + last, with an input and an output of 8 int8 at the same
 * address; the same with a module that has no page of memory; a model that keeps state, whose `run` counts its calls from
 * 100 on, and traps in step 1; and one whose `reset` traps. Prints "ok TESTS", or what is wrong, with exit code 1.
 */
#include "ask.h"
#include "runtime/arena.h"
#include "formats/custom_sections.h"
#include "runtime/manifest.h"
#include "log_format.h"
#include "store/records.h"

static bytes model, modelWithoutMemory, statefulModel, brokenModel;

static cbor_reader write_input(uint32_t index, uint32_t offset, uint32_t length)
{
    static const uint8_t data[64] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    begin(3);
    cbor_pair(&ask, "i", index);
    cbor_pair(&ask, "off", offset);
    put_bytes("data", data, length);
    return send(opWrite, groupInference, 2);
}

static cbor_reader read_output(uint32_t index, uint32_t offset)
{
    begin(2);
    cbor_pair(&ask, "i", index);
    cbor_pair(&ask, "off", offset);
    return send(opRead, groupInference, 4);
}

static cbor_reader run(uint32_t first, uint32_t last)
{
    begin(2);
    cbor_pair(&ask, "first", first);
    cbor_pair(&ask, "last", last);
    return send(opWrite, groupInference, 3);
}

/* ------------------------------------------------------------------------------------------------------ the tests */

static void test_inference(void)
{
    CHECK(error_of(run(0, 1)) == modelNoModel && error_of(read_output(0, 0)) == modelNoModel);
    CHECK(error_of(write_input(0, 0, 8)) == modelNoModel);
    install(model);
    CHECK(number_of(write_input(0, 0, 8), "off") == 8);
    const cbor_reader ran = run(0, 1);
    CHECK(number_of(ran, "code") == 1 && number_of(ran, "count") == 10);

    cbor_reader at;
    const uint8_t *data;
    uint32_t length;
    CHECK(cbor_find(read_output(0, 2), "data", &at) && cbor_read_string(&at, cborBytes, &data, &length));
    CHECK(length == 6 && memcmp(data, (uint8_t[]) { 3, 4, 5, 6, 7, 8 }, 6) == 0);
}

/* At a tensor's end there is nothing to read or write; a byte further is refused. */
static void test_tensor_bounds(void)
{
    install(model);
    CHECK(number_of(read_output(0, 8), "len") == 8);
    CHECK(error_of(read_output(0, 9)) == modelBadRequest && error_of(read_output(0, 0xffffffff)) == modelBadRequest);
    CHECK(error_of(read_output(1, 0)) == modelBadRequest && error_of(write_input(1, 0, 1)) == modelBadRequest);
    CHECK(error_of(write_input(0, 8, 0)) == modelOk && error_of(write_input(0, 0, 8)) == modelOk);
    CHECK(error_of(write_input(0, 0, 9)) == modelBadRequest && error_of(write_input(0, 8, 1)) == modelBadRequest);
    CHECK(error_of(write_input(0, 9, 0)) == modelBadRequest && error_of(write_input(0, 0xffffffff, 2)) == modelBadRequest);
}

static uint32_t ask_reset(void)
{
    begin(0);
    return error_of(send(opWrite, groupInference, 6));
}

/* State is kept between runs, and is as at first when a model becomes active, after `reset`, and after a trap. */
static void test_state(void)
{
    CHECK(ask_reset() == modelNoModel);
    install(statefulModel);
    CHECK(number_of(run(0, 1), "code") == 101 && number_of(run(0, 1), "code") == 102);
    CHECK(ask_reset() == modelOk && number_of(run(0, 1), "code") == 101);

    cbor_reader at;
    bool wasReset = false;
    CHECK(number_of(run(0, 1), "code") == 102);
    const cbor_reader failed = run(1, 2);
    CHECK(error_of(failed) == modelTrap && cbor_find(failed, "reset", &at) && cbor_read_bool(&at, &wasReset) && wasReset);
    CHECK(number_of(run(0, 1), "code") == 101);
    CHECK(error_of(run(2, 1)) == modelBadRequest && number_of(run(0, 1), "code") == 102);
    start();
    CHECK(number_of(run(0, 1), "code") == 101);

    CHECK(upload(brokenModel) == modelOk && activate(brokenModel) == modelBadModel);
    CHECK(number_of(run(0, 1), "code") == 101);
    install(model);
    CHECK(ask_reset() == modelOk && number_of(run(0, 1), "code") == 1);
}

static void test_steps(void)
{
    install(model);
    CHECK(error_of(run(1, 1)) == modelOk && error_of(run(0, 0)) == modelOk);
    CHECK(error_of(run(0, 2)) == modelBadRequest && error_of(run(1, 0)) == modelBadRequest);
    CHECK(error_of(run(2, 2)) == modelBadRequest);
}

static cbor_reader read_manifest(uint32_t offset)
{
    begin(1);
    cbor_pair(&ask, "off", offset);
    return send(opRead, groupInference, 1);
}

static void test_manifest_bounds(void)
{
    CHECK(error_of(read_manifest(0)) == modelNoModel);
    install(model);
    const uint32_t length = number_of(read_manifest(0), "len");
    CHECK(length > 100 && error_of(read_manifest(length)) == modelOk);
    CHECK(error_of(read_manifest(length + 1)) == modelBadRequest);
}

static void test_memory_below_manifest(void)
{
    CHECK(upload(modelWithoutMemory) == modelOk);
    CHECK(activate(modelWithoutMemory) == modelBadModel);
    CHECK(activation_active() == noSlot && !engine_manifest());
}

/* A piece beyond the upload's end is refused, and the upload goes on as if it had not come. */
static void test_piece_beyond_upload(void)
{
    const uint32_t last = last_piece(model), rest = model.length - last;
    CHECK(upload_until(model, last) == modelOk);
    CHECK(error_of(upload_piece(model, last, rest + 4, model.length)) == modelBadRequest);
    CHECK(error_of(upload_piece(model, last, rest + 1, model.length)) == modelBadRequest);
    const uint8_t *slot = slots_model(0);
    for (uint32_t i = last; i < flashSlotBytes; i++) CHECK(slot[i] == 0xff);
    CHECK(number_of(upload_piece(model, last, rest, model.length), "off") == model.length);
    CHECK(activate(model) == modelOk);
}

/* SMP lets clients leave the hash out. Such an upload is begun anew each time, and gets the file's own hash. */
static void test_upload_without_hash(void)
{
    for (uint32_t i = 0; i < 2; i++)
    {
        begin(3);
        cbor_pair(&ask, "off", 0);
        cbor_pair(&ask, "len", model.length);
        put_bytes("data", model.at, pieceBytes);
        CHECK(number_of(send(opWrite, groupImage, 1), "off") == pieceBytes);
    }
    uint32_t offset = pieceBytes;
    while (offset < model.length)
    {
        const uint32_t rest = model.length - offset;
        offset = number_of(upload_piece(model, offset, rest < pieceBytes ? rest : pieceBytes, model.length), "off");
    }
    CHECK(activate(model) == modelOk);
}

static void test_upload_requests(void)
{
    CHECK(error_of(upload_piece(model, 0, 10, flashSlotBytes + 1)) == modelFlash);
    CHECK(error_of(upload_piece(model, 0, 10, 0)) == modelBadRequest);
    CHECK(error_of(upload_piece(model, 4, 10, model.length)) == modelBusy);
    install(model);
    /* The last piece once more, since its answer was lost; but nothing else. */
    const uint32_t last = last_piece(model);
    CHECK(number_of(upload_piece(model, last, model.length - last, model.length), "off") == model.length);
    CHECK(error_of(upload_piece(model, last - 4, model.length - last, model.length)) == modelBusy);
    begin(1);
    cbor_pair(&ask, "slot", SLOTS);
    CHECK(error_of(send(opWrite, groupImage, 5)) == modelBadRequest);
    begin(1);
    cbor_pair(&ask, "slot", activation_active());
    CHECK(error_of(send(opWrite, groupImage, 5)) == modelBusy);
    CHECK(activate((bytes) { model.at, 10 }) == modelNoModel);
}

static void test_worn_flash(void)
{
    flashIsWorn = true;
    CHECK(error_of(upload_piece(model, 0, pieceBytes, model.length)) == modelFlash);
    flashIsWorn = false;
    CHECK(number_of(upload_piece(model, 0, pieceBytes, model.length), "off") == pieceBytes);
    flashIsWorn = true;
    CHECK(error_of(upload_piece(model, pieceBytes, pieceBytes, model.length)) == modelFlash);
    flashIsWorn = false;
    CHECK(error_of(upload_piece(model, pieceBytes, pieceBytes, model.length)) == modelBusy);
    CHECK(upload(model) == modelOk);
    flashIsWorn = true;
    CHECK(activate(model) == modelFlash && activation_active() == noSlot);
    flashIsWorn = false;
}

static bool is_active(bytes file)
{
    const uint32_t slot = activation_active();
    return slot != noSlot && slots_at(slot)->length == file.length && engine_manifest();
}

/* A trial that nothing confirms ends with the next start, and the model before is active again. */
static void test_trial_ends_with_reset(void)
{
    install(model);
    CHECK(upload(statefulModel) == modelOk && choose(statefulModel, NULL) == modelOk);
    CHECK(is_active(model));
    start();
    CHECK(is_active(statefulModel) && activation_confirmed() != activation_active());
    start();
    CHECK(is_active(model) && activation_was_rejected(1 - activation_active()));
    start();
    CHECK(is_active(model));
    CHECK(choose(statefulModel, "now") == modelOk && is_active(statefulModel));
    begin(1);
    cbor_text(&ask, "confirm");
    cbor_bool(&ask, true);
    CHECK(error_of(send(opWrite, groupImage, 0)) == modelOk);
    start();
    CHECK(is_active(statefulModel) && activation_confirmed() == activation_active());
}

/* A trap ends a trial at once; good runs confirm it. */
static void test_trial_ends_with_trap(void)
{
    install(model);
    CHECK(upload(statefulModel) == modelOk && choose(statefulModel, "now") == modelOk);
    cbor_reader failed = run(1, 2), at;
    bool reverted = false;
    CHECK(error_of(failed) == modelTrap && cbor_find(failed, "reverted", &at) && cbor_read_bool(&at, &reverted) && reverted);
    CHECK(is_active(model) && number_of(run(0, 1), "code") == 1);
    start();
    CHECK(is_active(model));
}

static void test_good_runs_confirm(void)
{
    install(statefulModel);
    CHECK(upload(model) == modelOk && choose(model, "now") == modelOk);
    CHECK(activation_runs_left() == 16);
    for (uint32_t i = 0; i < 15; i++) CHECK(error_of(run(0, 1)) == modelOk);
    CHECK(activation_runs_left() == 1 && activation_confirmed() != activation_active());
    CHECK(error_of(run(0, 1)) == modelOk && activation_confirmed() == activation_active());
    start();
    CHECK(is_active(model));
}

/* During a trial no slot is free; choosing the model before ends it. */
static void test_trial_needs_both_slots(void)
{
    install(model);
    CHECK(upload(statefulModel) == modelOk && choose(statefulModel, "now") == modelOk);
    CHECK(error_of(upload_piece(modelWithoutMemory, 0, 300, modelWithoutMemory.length)) == modelBusy);
    begin(1);
    cbor_pair(&ask, "slot", activation_confirmed());
    CHECK(error_of(send(opWrite, groupImage, 5)) == modelBusy);
    CHECK(choose(model, "confirm") == modelOk && is_active(model));
    CHECK(choose(brokenModel, "now") == modelNoModel);
    CHECK(upload(brokenModel) == modelOk && choose(brokenModel, "now") == modelBadModel && is_active(model));
    start();
    CHECK(is_active(model));
}

/* A slot whose model has lost a bit since it was checked is empty after a restart. */
static void test_corrupt_slot(void)
{
    install(model);
    const uint32_t slot = activation_active();
    start();
    CHECK(activation_active() == slot && engine_manifest());
    flash[(uint32_t) (uintptr_t) slots_model(slot) - flashBase + model.length - 1] ^= 1;
    start();
    CHECK(activation_active() == noSlot && slots_at(slot)->state == slotEmpty && !engine_manifest());
}

/* The CRC of a record is all that tells a record from one that was cut off. */
static void test_forged_record(void)
{
    install(model);
    const uint32_t slot = activation_active();
    uint32_t position = sizeof(record);
    while (flash[position] != 0xff) position += sizeof(record);
    record forged = { .kind = recordEmpty, .slot = slot, .length = model.length };
    memcpy(flash + position, &forged, sizeof forged);
    start();
    CHECK(activation_active() == slot && slots_at(slot)->state == slotComplete);

    /* A record of a slot that is not there, with the right CRC, is none either. */
    memset(flash + position, 0xff, sizeof forged);
    start();
    forged = (record) { .kind = recordActive, .slot = SLOTS };
    bool (*const none)(uint32_t, record *) = NULL;
    CHECK(records_append(&forged, none));
    start();
    CHECK(activation_active() == slot);
}

/* A header of a log's sector whose CRC is wrong is no header. */
static void test_forged_log(void)
{
    install(model);
    const uint32_t slot = activation_active();
    const uint32_t other = flash[0] == 0xff ? 0 : flashSector, used = flashSector - other;
    memcpy(flash + other, flash + used, sizeof(record));
    flash[other + 4]++;
    start();
    CHECK(activation_active() == slot);
}

/* The log of the first firmware, whose header has no number where the format is: read, and followed by one of today. */
static void test_log_without_number(void)
{
    install(model);
    CHECK(log_format() == formatOfToday);
    log_set_format(formatWithoutNumber);
    start();
    CHECK(activation_active() == 0 && engine_manifest());
    install(statefulModel);
    CHECK(log_format() == formatOfToday);
    start();
    CHECK(activation_active() == 1 && slots_at(0)->state == slotComplete && slots_at(0)->length == model.length);
}

/* The log of a newer format is not read: the models are kept, the first is active, and a log of ours follows. */
static void test_log_of_newer_format(void)
{
    install(model);
    install(statefulModel);
    log_set_format(formatOfTomorrow);
    start();
    CHECK(activation_active() == 0 && engine_manifest());
    CHECK(slots_at(0)->state == slotComplete && slots_at(0)->length == model.length);
    CHECK(slots_at(1)->state == slotComplete && slots_at(1)->length == statefulModel.length);
    CHECK(log_format() == formatOfTomorrow);
    CHECK(activate(statefulModel) == modelOk && log_format() == formatOfToday);
    start();
    CHECK(activation_active() == 1 && slots_at(0)->state == slotComplete);

    /* It says nothing of an upload that was cut off, whose missing bytes are erased: that is no model. */
    CHECK(upload_until(modelWithoutMemory, modelWithoutMemory.length - 200) == modelOk && slots_at(0)->state == slotUploading);
    log_set_format(formatOfTomorrow);
    start();
    CHECK(activation_active() == 1 && slots_at(0)->state == slotEmpty);
}

/* A log whose header was cut off is none, whatever its format would have been: the one before it counts. */
static void test_torn_header(void)
{
    install(model);
    const uint32_t other = flash[0] == 0xff ? 0 : flashSector, used = flashSector - other;
    memcpy(flash + other, flash + used, sizeof(record));
    memset(flash + other + sizeof(record) - 4, 0xff, 4);
    flash[other + 4]++;
    flash[other + 8] = formatOfTomorrow;
    start();
    CHECK(activation_active() == 0 && slots_at(0)->length == model.length);
}

static void test_wrong_crc(void)
{
    static const uint8_t echo[] = { 0xa1, 0x61, 'd', 0x61, 'x' };
    uint8_t packet[64], frame[128];
    const uint32_t length = frame_of(packet, packet_of(opWrite, groupOs, 0, echo, sizeof echo, packet), frame);
    take(frame, length);
    CHECK(sentLength > 0);

    /* Any one character of packet or CRC that is another one. */
    for (uint32_t i = 6; i + 1 < length; i++)
    {
        if (frame[i] == '=') continue;
        const uint8_t right = frame[i];
        frame[i] = right == 'A' ? 'B' : 'A';
        sentLength = 0;
        take(frame, length);
        /* The last character may have bits that no byte takes. */
        CHECK(sentLength == 0 || (i + 2 < length && frame[i + 1] == '='));
        frame[i] = right;
    }
    sentLength = 0;
    take(frame, length);
    CHECK(sentLength > 0);
}

static void test_frame_lengths(void)
{
    static const uint8_t zeros[LINK_MTU];
    uint8_t packet[LINK_MTU], frame[2 * LINK_MTU];
    /* The largest packet is taken, and what says it is longer is not. */
    const uint32_t most = packet_of(opWrite, groupOs, 99, zeros, LINK_MTU - headerBytes, packet);
    take(frame, frame_of(packet, most, frame));
    CHECK(sentLength > 0);
    sentLength = 0;
    const uint8_t tooLong[] = { 6, 9, 'f', '/', '8', 'A', '\n' }, tooShort[] = { 6, 9, 'A', 'A', 'k', 'A', '\n' };
    take(tooLong, sizeof tooLong);
    take(tooShort, sizeof tooShort);
    for (uint32_t i = 0; i < 3 * LINK_MTU; i++) frame_take('A');
    frame_take('\n');
    CHECK(sentLength == 0);
}

static void test_smp(void)
{
    static const uint8_t echo[] = { 0xa1, 0x61, 'd', 0x63, 'a', 'b', 'c' };
    cbor_reader at, answer = ask_raw(opWrite, groupOs, 0, echo, sizeof echo);
    const uint8_t *text;
    uint32_t length;
    CHECK(cbor_find(answer, "r", &at) && cbor_read_string(&at, cborText, &text, &length));
    CHECK(length == 3 && memcmp(text, "abc", 3) == 0);

    CHECK(smp_error_of(ask_raw(opWrite, groupOs, 99, echo, sizeof echo)) == smpNotSupported);
    CHECK(smp_error_of(ask_raw(opRead, groupOs, 0, echo, sizeof echo)) == smpNotSupported);
    CHECK(number_of(ask_raw(opRead, groupOs, 6, echo, sizeof echo), "buf_size") == LINK_MTU);

    /* A header that says another length. */
    uint8_t packet[64], frame[128];
    const uint32_t packetLength = packet_of(opWrite, groupOs, 0, echo, sizeof echo, packet);
    packet[3]++;
    take(frame, frame_of(packet, packetLength, frame));
    for (uint32_t i = 0; i < sentLength; i++) frame_take(sentLine[i]);
    CHECK(number_of((cbor_reader) { frame_packet + headerBytes, frame_packet + headerBytes + 5 }, "rc") == smpInvalid);
    packet[3]--;

    /* An answer is no request. */
    packet[0] = version2 | opWriteAnswer;
    take(frame, frame_of(packet, packetLength, frame));
    CHECK(sentLength == 0);
}

static void test_reset(void)
{
    if (setjmp(powerOff) == 0) ask_raw(opWrite, groupOs, 5, "\xa0", 1);
    CHECK(wasReset && sentLength > 0);
}

/* Text that is longer than its packet: nothing of what lies behind comes back. */
static void test_string_beyond_packet(void)
{
    static const uint8_t longer[] = { 0xa1, 0x61, 'd', 0x78, 0x40, 'a', 'b' };
    static const uint8_t enormous[] = { 0xa1, 0x61, 'd', 0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'a' };
    static const uint8_t byOne[] = { 0xa1, 0x61, 'd', 0x63, 'a', 'b' };
    CHECK(smp_error_of(ask_raw(opWrite, groupOs, 0, longer, sizeof longer)) == smpInvalid);
    CHECK(smp_error_of(ask_raw(opWrite, groupOs, 0, enormous, sizeof enormous)) == smpInvalid);
    CHECK(smp_error_of(ask_raw(opWrite, groupOs, 0, byOne, sizeof byOne)) == smpInvalid);
}

/* Runs `use` on bytes behind which the sanitizer watches. */
#define EXACTLY(name, ...)                                                                      \
    const uint8_t name##Bytes[] = { __VA_ARGS__ };                                              \
    uint8_t *const name##Copy = malloc(sizeof name##Bytes);                                     \
    memcpy(name##Copy, name##Bytes, sizeof name##Bytes);                                        \
    cbor_reader name = { name##Copy, name##Copy + sizeof name##Bytes };

static bool skips(const uint8_t *from, uint32_t length)
{
    uint8_t *const copy = malloc(length ? length : 1);
    memcpy(copy, from, length);
    cbor_reader at = { copy, copy + length };
    const bool skipped = cbor_skip(&at);
    CHECK(!skipped || at.at == at.end);
    free(copy);
    return skipped;
}

#define SKIPS(...) skips((uint8_t[]) { __VA_ARGS__ }, sizeof((uint8_t[]) { __VA_ARGS__ }))

static void test_cbor(void)
{
    /* RFC 8949, section 3: heads of each length, containers of definite and indefinite length, tags, simple values. */
    CHECK(SKIPS(0x17) && SKIPS(0x18, 1) && SKIPS(0x19, 1, 2) && SKIPS(0x1a, 1, 2, 3, 4) && SKIPS(0x1b, 1, 2, 3, 4, 5, 6, 7, 8));
    CHECK(!SKIPS(0x18) && !SKIPS(0x19, 1) && !SKIPS(0x1b, 1, 2, 3, 4, 5, 6, 7) && !SKIPS(0x1c) && !SKIPS(0x1f));
    CHECK(SKIPS(0x42, 1, 2) && !SKIPS(0x42, 1) && !SKIPS(0x5b, 255, 255, 255, 255, 255, 255, 255, 255));
    CHECK(SKIPS(0x80) && SKIPS(0x82, 1, 2) && !SKIPS(0x82, 1) && SKIPS(0xa1, 1, 2) && !SKIPS(0xa1, 1));
    CHECK(SKIPS(0x9f, 1, 2, 0xff) && !SKIPS(0x9f, 1, 2) && SKIPS(0xbf, 1, 2, 0xff) && SKIPS(0x7f, 0x61, 'a', 0xff));
    CHECK(SKIPS(0xc1, 0x00) && !SKIPS(0xc1) && SKIPS(0xf5) && !SKIPS(0xff));
    CHECK(SKIPS(0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0));
    CHECK(!SKIPS(0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0));
    CHECK(!SKIPS(0x9b, 0, 0, 0, 1, 0, 0, 0, 0) && !skips((uint8_t[]) { 0 }, 0));

    EXACTLY(map, 0xa3, 0x01, 0x02, 0x61, 'a', 0x82, 1, 2, 0x61, 'b', 0x18, 77);
    CHECK(number_of(map, "b") == 77);
    cbor_reader at;
    CHECK(!cbor_find(map, "c", &at) && !cbor_find(map, "", &at));
    EXACTLY(cut, 0xa2, 0x61, 'a', 0x01, 0x61);
    CHECK(!cbor_find(cut, "b", &at));
    EXACTLY(open, 0xbf, 0x61, 'a', 0x01, 0xff);
    CHECK(number_of(open, "a") == 1 && !cbor_find(open, "b", &at));
    EXACTLY(array, 0x81, 0x61, 'a');
    CHECK(!cbor_find(array, "a", &at));

    bool value;
    EXACTLY(truth, 0xf4, 0xf5, 0xf6);
    CHECK(cbor_read_bool(&truth, &value) && !value && cbor_read_bool(&truth, &value) && value && !cbor_read_bool(&truth, &value));
    uint32_t number;
    EXACTLY(wide, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0);
    CHECK(!cbor_read_u32(&wide, &number));
    EXACTLY(negative, 0x20);
    CHECK(!cbor_read_u32(&negative, &number));
    EXACTLY(container, 0x9b, 0, 0, 0, 1, 0, 0, 0, 0);
    CHECK(!cbor_read_container(&container, cborArray, &number));
    free(mapCopy), free(cutCopy), free(openCopy), free(arrayCopy), free(truthCopy), free(wideCopy), free(negativeCopy), free(containerCopy);

    uint8_t small[9];
    cbor_writer to = { small, small, small + sizeof small, false };
    cbor_head(&to, cborUnsigned, UINT64_MAX);
    CHECK(!to.overflow && to.at == to.end);
    cbor_null(&to);
    CHECK(to.overflow);
}

static bool has_section(const uint8_t *from, uint32_t length, wasmote_section *found)
{
    uint8_t *const copy = malloc(length);
    memcpy(copy, from, length);
    const bool result = wasmote_find_custom_section(copy, length, "abc", found);
    if (result) CHECK(found->bytes >= copy && found->length <= (uint32_t) (copy + length - found->bytes));
    free(copy);
    return result;
}

#define MODULE(...) (uint8_t[]) { 0, 'a', 's', 'm', 1, 0, 0, 0, __VA_ARGS__ }
#define HAS_SECTION(...) has_section(MODULE(__VA_ARGS__), sizeof(MODULE(__VA_ARGS__)), &found)

static void test_custom_sections(void)
{
    wasmote_section found;
    CHECK(HAS_SECTION(0, 5, 3, 'a', 'b', 'c', 9) && found.length == 1);
    CHECK(HAS_SECTION(1, 1, 0, 0, 4, 3, 'a', 'b', 'c') && found.length == 0);
    CHECK(HAS_SECTION(0, 0x84, 0x80, 0x80, 0x80, 0, 3, 'a', 'b', 'c'));
    /* A name that is longer than its section, whose bytes would go on in the next one. */
    CHECK(!HAS_SECTION(0, 2, 3, 'a', 'b', 'c', 0, 0));
    CHECK(!HAS_SECTION(0, 3, 3, 'a', 'b', 'c', 0));
    CHECK(!HAS_SECTION(0, 5, 3, 'a', 'b', 'c') && !HAS_SECTION(0, 4, 3, 'a', 'b', 'd') && !HAS_SECTION(1, 4, 3, 'a', 'b', 'c'));
    CHECK(!HAS_SECTION(0, 0x84, 0x80, 0x80, 0x80, 0x10, 3, 'a', 'b', 'c') && !HAS_SECTION(0) && !HAS_SECTION(0, 0x80));
    CHECK(!has_section((uint8_t[]) { 0, 'a', 's' }, 3, &found));

    const uint8_t *module = MODULE(1, 1, 0, 0, 2, 1, 'a', 0xff, 0xff);
    CHECK(wasmote_module_length(module, 17) == 15 && wasmote_module_length(module, 12) == 11);
    CHECK(wasmote_module_length(module, 8) == 8 && wasmote_module_length(module, 7) == 0);
    CHECK(wasmote_module_length(MODULE(13, 1, 0), 11) == 8 && wasmote_module_length(MODULE(1, 0), 10) == 8);
}

/* A manifest of this one tensor, in a file. */
static bool place_of(const char *address, uint32_t memoryBytes, tensor_place *place)
{
    uint8_t contents[128];
    cbor_writer to = { contents, contents, contents + sizeof contents, false };
    cbor_head(&to, cborMap, 1);
    cbor_text(&to, "inputs");
    cbor_head(&to, cborArray, 1);
    cbor_head(&to, cborMap, 3);
    cbor_pair(&to, "address", strtoul(address, NULL, 0));
    cbor_text(&to, "dtype");
    cbor_text(&to, "int16");
    cbor_text(&to, "shape");
    cbor_head(&to, cborArray, 2);
    cbor_head(&to, cborUnsigned, 3);
    cbor_head(&to, cborUnsigned, 5);
    const manifest of = { .section = { contents, (uint32_t) (to.at - contents) }, .memoryBytes = memoryBytes };
    return manifest_tensor(&of, "inputs", 0, place);
}

static void test_manifest_tensors(void)
{
    tensor_place place;
    CHECK(place_of("16", 46, &place) && place.address == 16 && place.length == 30);
    CHECK(!place_of("16", 45, &place) && !place_of("17", 46, &place) && !place_of("0", 29, &place));
    CHECK(!place_of("0xfffffff0", 46, &place) && !place_of("47", 46, &place));
}

/* The arena against a plain count of what is in use. */
static void test_arena(void)
{
    enum { most = 32 };
    uint8_t *blocks[most] = { NULL };
    uint32_t lengths[most] = { 0 }, state = 1;
    arena of;
    arena_open(&of, board_arena + 3, sizeof board_arena - 5);
    for (uint32_t round = 0; round < 4000; round++)
    {
        state = state * 1664525u + 1013904223u;
        const uint32_t i = state >> 8 & (most - 1), length = (state >> 16) % 12000;
        uint8_t *const before = blocks[i];
        const uint32_t kept = length < lengths[i] ? length : lengths[i];
        if (round % 3 == 0)
        {
            arena_free(&of, before);
            blocks[i] = arena_calloc(&of, 1, length);
            for (uint32_t at = 0; blocks[i] && at < length; at++) CHECK(blocks[i][at] == 0);
        }
        else if (before && round % 3 == 1 && length < lengths[i]) arena_trim(&of, before, length);
        else
        {
            uint8_t *const moved = arena_realloc(&of, before, length);
            if (!moved) continue;
            for (uint32_t at = 0; before && at < kept; at++) CHECK(moved[at] == (uint8_t) i);
            blocks[i] = moved;
        }
        lengths[i] = blocks[i] ? length : 0;
        if (!blocks[i]) continue;
        CHECK(((uintptr_t) blocks[i] & 7) == 0);
        memset(blocks[i], (int) i, length);
        uint32_t sum = 0;
        for (uint32_t n = 0; n < most; n++)
        {
            if (!blocks[n]) continue;
            sum += (lengths[n] + 4 + 7) & ~7u;
            for (uint32_t at = 0; at < lengths[n]; at += 97) CHECK(blocks[n][at] == (uint8_t) n);
        }
        CHECK(of.used >= sum && of.used <= arena_bytes(&of) && of.peak >= of.used);
    }
    for (uint32_t i = 0; i < most; i++) arena_free(&of, blocks[i]);
    CHECK(of.used == 0);
    CHECK(arena_calloc(&of, 1, arena_bytes(&of) - 4) && !arena_calloc(&of, 1, 1) && of.exhausted);
    arena_reset(&of);
    CHECK(!arena_calloc(&of, 1, arena_bytes(&of) + 1) && !arena_calloc(&of, SIZE_MAX / 2, 4) && !of.exhausted == false);
    arena_reset(&of);
}

/* FIPS 180-4's examples, and lengths around a block's padding. */
static void test_sha256(void)
{
    uint8_t digest[sha256Bytes];
    sha256((const uint8_t *) "abc", 3, digest);
    CHECK(memcmp(digest, "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad", 32) == 0);
    sha256((const uint8_t *) "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
    CHECK(memcmp(digest, "\x24\x8d\x6a\x61\xd2\x06\x38\xb8\xe5\xc0\x26\x93\x0c\x3e\x60\x39\xa3\x3c\xe4\x59\x64\xff\x21\x67\xf6\xec\xed\xd4\x19\xdb\x06\xc1", 32) == 0);
}

int main(int count, char **arguments)
{
    static const struct
    {
        const char *name;
        void (*run)(void);
    } tests[] = {
        { "inference", test_inference },
        { "bounds of tensors", test_tensor_bounds },
        { "state", test_state },
        { "steps", test_steps },
        { "bounds of the manifest", test_manifest_bounds },
        { "memory smaller than the manifest says", test_memory_below_manifest },
        { "a piece beyond the upload", test_piece_beyond_upload },
        { "requests of uploads", test_upload_requests },
        { "an upload without a hash", test_upload_without_hash },
        { "worn flash", test_worn_flash },
        { "a trial ends with a reset", test_trial_ends_with_reset },
        { "a trial ends with a trap", test_trial_ends_with_trap },
        { "good runs confirm a trial", test_good_runs_confirm },
        { "a trial needs both slots", test_trial_needs_both_slots },
        { "a corrupt slot", test_corrupt_slot },
        { "a forged record", test_forged_record },
        { "a forged log", test_forged_log },
        { "a log without a number", test_log_without_number },
        { "a log of a newer format", test_log_of_newer_format },
        { "a torn header", test_torn_header },
        { "a wrong CRC", test_wrong_crc },
        { "lengths of frames", test_frame_lengths },
        { "SMP", test_smp },
        { "a string beyond its packet", test_string_beyond_packet },
        { "CBOR", test_cbor },
        { "custom sections", test_custom_sections },
        { "tensors of a manifest", test_manifest_tensors },
        { "arena", test_arena },
        { "SHA-256", test_sha256 },
        { "reset", test_reset },        /* last: whoever asks for it once is never asked again */
    };
    if (count != 5 || !flash_map()) return 2;
    model = read_file(arguments[1]);
    modelWithoutMemory = read_file(arguments[2]);
    statefulModel = read_file(arguments[3]);
    brokenModel = read_file(arguments[4]);
    const uint32_t number = sizeof tests / sizeof *tests;
    for (uint32_t i = 0; i < number; i++)
    {
        testName = tests[i].name;
        memset(flash, 0xff, flashBytes);
        sentLength = 0;
        start();
        tests[i].run();
    }
    free(model.at);
    free(modelWithoutMemory.at);
    free(statefulModel.at);
    free(brokenModel.at);
    printf("ok %u\n", number);
    return 0;
}

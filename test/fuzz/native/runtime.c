/*
 * Damaged model files through the library, and damaged packets and frames through the firmware, under sanitizers. Every
 * choice comes of the seed and the case's number.
 *
 * Arguments: "models", "packets" or "found", first case, end of the cases, seed, folder for what is found, and model files;
 * "packets" takes the first one, which has an input and an output, and "found" all in turn, as they are. What is found is written to FOLDER/case-N.bin.
 * Prints "case N" where a case fails, else "ok OPENED RAN REFUSED TRAPPED" of models or "ok ANSWERED DROPPED" of packets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cases.h"
#include "damage.h"
#include "firmware/engine.h"
#include "formats/sha256.h"
#include "link/frame.h"
#include "link/smp.h"
#include "ports/port.h"
#include "runtime/wasmote.h"
#include "simulated_flash.h"
#include "simulated_port.h"
#include "store/activation.h"
#include "store/slots.h"
#include "update/upload.h"

/* ---------------------------------------------------------------------------------------------- what a port gives */

void port_reset(void) { abort(); }

/* In the place of what has the board restarted once it has answered (by the linker's --wrap). */
void __wrap_smp_reset_afterwards(void) {}

/* ---------------------------------------------------------------------------------------------------------- models */

static uint32_t opened, ran, refused, trapped;

static uint64_t looks;
static uint64_t look(void) { return ++looks; }

enum { stackBytes = 4 << 20, mostMemory = 1 << 20 };

static void call_here(void (*function)(void *), void *argument, void *stackEnd)
{
    (void) stackEnd;
    function(argument);
}

static void touch_tensors(wasmote *model, const wasmote_needs *needs)
{
    wasmote_tensor tensor;
    for (uint32_t i = 0; i < 3; i++)
    {
        float values[16] = { 1, -2.5f, 1e9f };
        uint32_t length;
        if (!wasmote_input(model, i, &tensor))
        {
            if (tensor.bytes) memset(tensor.data, (int) next(), tensor.bytes);
            wasmote_write_reals(&tensor, values, below(17));
        }
        if (!wasmote_output(model, i, &tensor)) wasmote_read_reals(&tensor, values, below(17));
        if (!wasmote_output(model, i, &tensor) && wasmote_label(&tensor, below(12), &length) && length > needs->nameLength + work.length)
            abort();
    }
}

static void use(wasmote *model, const wasmote_needs *needs)
{
    for (uint32_t turn = 0; turn < 3; turn++)
    {
        touch_tensors(model, needs);
        wasmote_status status = WASMOTE_OK;
        switch (below(4))
        {
            case 0: status = wasmote_run_steps(model, below(3), below(needs->steps + 2), 1 + below(2000)); break;
            case 1: status = wasmote_reset(model); break;
            default: status = wasmote_run(model); break;
        }
        if (status == WASMOTE_OK) ran++;
        if (status == WASMOTE_TRAP || status == WASMOTE_LIMIT) trapped++;
    }
    touch_tensors(model, needs);
}

/* Opens and uses the model that is the case's input. */
static void try_model(void)
{
    uint8_t *file = malloc(work.length + 1);            /* which the sanitizer watches the end of */
    file = realloc(file, work.length ? work.length : 1);
    memcpy(file, work.at, work.length);

    wasmote_needs needs = { 0 };
    const wasmote_status told = wasmote_needs_of(file, work.length, &needs);
    const uint32_t enough = told || needs.memoryBytes > mostMemory ? mostMemory : needs.memoryBytes;
    const uint32_t length = below(16) ? enough : below(enough + 1);
    uint8_t *memory = malloc(length ? length : 1);
    const wasmote_options options = {
        .portable = below(2), .stackBytes = stackBytes, .counter = look, .limit = 3000, .overheadBytes = below(4) ? 0 : below(65536),
        .callOnStack = below(2) ? call_here : NULL,
    };
    wasmote *model;
    const wasmote_status status = wasmote_open(&model, memory, length, file, work.length, &options);
    if (!status != !!model) abort();
    if (!status && told) abort();
    if (status) refused++;
    else
    {
        opened++;
        use(model, &needs);
        wasmote_close(model);
    }
    free(memory);
    free(file);
}

/* --------------------------------------------------------------------------------------------------------- packets */

static uint32_t answered, dropped;
static uint8_t installed[flashBytes];
static bytes uploaded;

static uint32_t take(const uint8_t *from, uint32_t length)
{
    uint32_t packets = 0;
    for (uint32_t i = 0; i < length; i++)
    {
        const uint32_t packet = frame_take(from[i]);
        if (!packet) continue;
        packets++;
        smp_answer(packet);
    }
    return packets;
}

static void start(void)
{
    engine_unload();
    slots_open();
    upload_open();
    activation_start();
}

enum { smpHeader = 8, mostPayload = LINK_MTU - smpHeader };

static void put_packet(const smp_command *to, const uint8_t *payload, uint32_t length)
{
    const uint8_t head[smpHeader] = {
        8 | to->operation, 0, (uint8_t) (length >> 8), (uint8_t) length, (uint8_t) (to->group >> 8), (uint8_t) to->group,
        (uint8_t) below(256), to->command,
    };
    work.length = smpHeader + length;
    memcpy(work.at, head, smpHeader);
    memcpy(work.at + smpHeader, payload, length);
}

/* A piece of an upload that goes on from where the last one ended, or from anywhere. */
static void put_piece(cbor_writer *to, uint32_t offset)
{
    uint8_t hash[sha256Bytes];
    const uint32_t rest = uploaded.length - offset, length = rest < 300 ? rest : 300;
    sha256(uploaded.at, uploaded.length, hash);
    cbor_head(to, cborMap, offset ? 2 : 4);
    cbor_pair(to, "off", offset);
    cbor_text(to, "data");
    cbor_string(to, cborBytes, uploaded.at + offset, length);
    if (offset) return;
    cbor_pair(to, "len", uploaded.length);
    cbor_text(to, "sha");
    cbor_string(to, cborBytes, hash, sizeof hash);
}

/* What requests of inference and images are made of. */
static void put_numbers(cbor_writer *to)
{
    static const char *const keys[] = { "i", "off", "first", "last", "limit", "slot", "len", "on", "n" };
    uint8_t some[64], hash[sha256Bytes];
    const uint32_t pairs = below(5);
    sha256(uploaded.at, uploaded.length, hash);
    for (uint32_t i = 0; i < sizeof some; i++) some[i] = (uint8_t) next();
    cbor_head(to, cborMap, pairs + 2);
    for (uint32_t i = 0; i < pairs; i++) cbor_pair(to, keys[below(sizeof keys / sizeof *keys)], below(2) ? below(9) : odd_number());
    cbor_text(to, "data");
    cbor_string(to, below(8) ? cborBytes : cborText, some, below(sizeof some));
    cbor_text(to, below(2) ? "hash" : "d");
    cbor_string(to, cborBytes, hash, below(8) ? sizeof hash : below(sizeof hash));
}

static void make_request(uint32_t *offset)
{
    static uint8_t payload[mostPayload];
    cbor_writer to = { payload, payload, payload + sizeof payload, false };
    const uint32_t group = below(3);
    const smp_command *const commands = group == 0 ? os_commands : group == 1 ? image_commands : inference_commands;
    smp_command asked = commands[below(group == 0 ? osCommandCount : group == 1 ? imageCommandCount : inferenceCommandCount)];
    if (below(3) == 0)
    {
        asked = (smp_command) { .group = groupImage, .command = 1, .operation = opWrite };
        put_piece(&to, *offset);
        *offset = *offset + 300 < uploaded.length ? *offset + 300 : below(uploaded.length);
    }
    else put_numbers(&to);
    if (below(32) == 0) asked.operation = (uint8_t) below(8);
    if (below(32) == 0) asked.command = (uint8_t) next();
    put_packet(&asked, payload, (uint32_t) (to.at - payload));
}

static void send_request(uint32_t damage)
{
    if (damage < 2) change_cbor(smpHeader, work.length);
    if (damage < 3) change(damage == 2 ? 0 : smpHeader, work.length);
    if (damage < 3 && below(4) && work.length >= smpHeader)
    {
        work.at[2] = (uint8_t) ((work.length - smpHeader) >> 8);
        work.at[3] = (uint8_t) (work.length - smpHeader);
    }
    if (work.length > LINK_MTU) work.length = LINK_MTU;
    memcpy(frame_packet, work.at, work.length);
    sentLength = 0;
    frame_send(work.length);
    work.length = sentLength;
    memcpy(work.at, sentLine, sentLength);
    if (damage == 3) change(0, work.length);
    sentLength = 0;
    if (take(work.at, work.length)) answered++;
    else dropped++;
}

static void try_packets(void)
{
    uint32_t offset = 0;
    memcpy(flash, installed, flashBytes);
    start();
    take((const uint8_t *) "\n", 1);
    for (uint32_t requests = 1 + below(4); requests > 0; requests--)
    {
        make_request(&offset);
        send_request(below(6));
    }
}

/* Installs a model as an upload does. */
static bool install(void)
{
    uint8_t hash[sha256Bytes];
    memset(flash, 0xff, flashBytes);
    start();
    sha256(uploaded.at, uploaded.length, hash);
    for (uint32_t at = 0; at < uploaded.length; at += 300)
    {
        static uint8_t payload[mostPayload];
        cbor_writer to = { payload, payload, payload + sizeof payload, false };
        put_piece(&to, at);
        put_packet(&(smp_command) { .group = groupImage, .command = 1, .operation = opWrite }, payload, (uint32_t) (to.at - payload));
        send_request(5);
    }
    uint8_t payload[64];
    cbor_writer to = { payload, payload, payload + sizeof payload, false };
    cbor_head(&to, cborMap, 2);
    cbor_text(&to, "hash");
    cbor_string(&to, cborBytes, hash, sizeof hash);
    cbor_text(&to, "confirm");
    cbor_bool(&to, true);
    put_packet(&(smp_command) { .group = groupImage, .command = 0, .operation = opWrite }, payload, (uint32_t) (to.at - payload));
    send_request(5);
    memcpy(installed, flash, flashBytes);
    return engine_manifest();
}

/* ----------------------------------------------------------------------------------------------------------- cases */

int main(int argumentCount, char **arguments)
{
    enum { firstFile = 6, mostFiles = 32 };
    if (argumentCount <= firstFile || argumentCount > firstFile + mostFiles || !flash_map()) return 2;
    const bool packets = strcmp(arguments[1], "packets") == 0, found = strcmp(arguments[1], "found") == 0;
    const uint32_t first = (uint32_t) atol(arguments[2]), end = (uint32_t) atol(arguments[3]);
    const uint64_t seed = strtoull(arguments[4], NULL, 10);
    const uint32_t files = (uint32_t) argumentCount - firstFile;
    bytes originals[mostFiles];
    for (uint32_t i = 0; i < files; i++) originals[i] = read_file(arguments[firstFile + i]);
    work.at = malloc(mostBytes);
    uploaded = originals[0];
    if (packets && !install()) return 2;

    cases_watch(arguments[5], "");
    for (uint32_t current = first; current < end; current++)
    {
        cases_begin(seed, current);
        looks = portCount = 0;
        if (packets) try_packets();
        else
        {
            take_model(originals[found ? current % files : below(files)]);
            if (!found) damage_model();
            try_model();
        }
        if (current % 16384 == 16383) fprintf(stderr, "%s %u\n", arguments[1], current + 1);
    }
    if (packets) printf("ok %u %u\n", answered, dropped);
    else printf("ok %u %u %u %u\n", opened, ran, refused, trapped);
    return 0;
}

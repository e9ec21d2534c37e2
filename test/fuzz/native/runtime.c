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
#include "firmware/application.h"
#include "firmware/engine.h"
#include "formats/sha256.h"
#include "link/frame.h"
#include "link/smp.h"
#include "ports/port.h"
#include "requests.h"
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

static uint8_t installed[flashBytes];
static bytes uploaded;

static void start(void)
{
    engine_unload();
    slots_open();
    upload_open();
    application_open();
    activation_start();
}

/* A piece of an upload. */
static cbor_writer piece_at(uint32_t offset)
{
    uint8_t hash[sha256Bytes];
    sha256(uploaded.at, uploaded.length, hash);
    return piece_of(uploaded, offset, hash);
}

/* What requests of inference and images are made of. */
static cbor_writer any_payload(void)
{
    cbor_writer to = payload_of();
    uint8_t some[64], hash[sha256Bytes];
    const uint32_t pairs = below(5);
    sha256(uploaded.at, uploaded.length, hash);
    for (uint32_t i = 0; i < sizeof some; i++) some[i] = (uint8_t) next();
    cbor_head(&to, cborMap, pairs + 2);
    put_pairs(&to, pairs);
    cbor_text(&to, "data");
    cbor_string(&to, below(8) ? cborBytes : cborText, some, below(sizeof some));
    cbor_text(&to, below(2) ? "hash" : "d");
    cbor_string(&to, cborBytes, hash, below(8) ? sizeof hash : below(sizeof hash));
    return to;
}

/* A request into the input. An upload goes on from where the last piece ended, or from anywhere. */
static void make_request(uint32_t *offset)
{
    cbor_writer payload;
    smp_command asked = any_command();
    if (below(3) == 0)
    {
        asked = (smp_command) { .group = groupImage, .command = 1, .operation = opWrite };
        payload = piece_at(*offset);
        *offset = *offset + pieceBytes < uploaded.length ? *offset + pieceBytes : below(uploaded.length);
    }
    else payload = any_payload();
    if (below(32) == 0) asked.operation = (uint8_t) below(8);
    if (below(32) == 0) asked.command = (uint8_t) next();
    work.length = put_packet(work.at, &asked, (uint8_t) below(256), &payload);
}

static void try_packets(void)
{
    uint32_t offset = 0;
    memcpy(flash, installed, flashBytes);
    start();
    take_line((const uint8_t *) "\n", 1);
    for (uint32_t requests = 1 + below(4); requests > 0; requests--)
    {
        make_request(&offset);
        send_request(below(damageKinds));
        application_step();
    }
}

/* Installs a model as an upload does. */
static bool install(void)
{
    uint8_t hash[sha256Bytes];
    memset(flash, 0xff, flashBytes);
    start();
    sha256(uploaded.at, uploaded.length, hash);
    for (uint32_t at = 0; at < uploaded.length; at += pieceBytes)
    {
        const cbor_writer piece = piece_at(at);
        work.length = put_packet(work.at, &(smp_command) { groupImage, 1, opWrite, NULL }, 1, &piece);
        send_request(undamaged);
    }
    cbor_writer to = payload_of();
    cbor_head(&to, cborMap, 2);
    cbor_text(&to, "hash");
    cbor_string(&to, cborBytes, hash, sizeof hash);
    cbor_text(&to, "confirm");
    cbor_bool(&to, true);
    work.length = put_packet(work.at, &(smp_command) { groupImage, 0, opWrite, NULL }, 1, &to);
    send_request(undamaged);
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

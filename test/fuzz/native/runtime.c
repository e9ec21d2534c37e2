/*
 * Damaged model files through the library, and damaged packets and frames through the firmware, under sanitizers. Every
 * choice comes of the seed and the case's number.
 *
 * Arguments: "models", "packets" or "found", first case, end of the cases, seed, folder for what is found, and model files;
 * "packets" takes the first one, which has an input and an output, and "found" all in turn, as they are. What is found is written to FOLDER/case-N.bin.
 * Prints "case N" where a case fails, else "ok OPENED RAN REFUSED TRAPPED" of models or "ok ANSWERED DROPPED" of packets.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
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

/* ------------------------------------------------------------------------------------------------------- choices */

static uint64_t state;

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (SplitMix64). */
static uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(uint32_t end) { return end ? (uint32_t) (next() >> 32) % end : 0; }

static uint32_t odd_number(void)
{
    static const uint32_t numbers[] = {
        0, 1, 2, 3, 4, 7, 8, 63, 64, 65, 126, 127, 128, 255, 256, 1000, 4096, 10000, 65535, 65536, 100000, 1u << 20, 1u << 24,
        0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
    };
    return below(4) ? numbers[below(sizeof numbers / sizeof *numbers)] : (uint32_t) next() >> below(32);
}

/* --------------------------------------------------------------------------------------------------- damaged bytes */

enum { mostBytes = 1 << 20 };

static bytes work;      /* the case's input */

/* Puts `with` in the place of the bytes from `at` on. */
static void splice(uint32_t at, uint32_t removed, const uint8_t *with, uint32_t length)
{
    if (work.length - removed + length > mostBytes) return;
    memmove(work.at + at + length, work.at + at + removed, work.length - at - removed);
    memcpy(work.at + at, with, length);
    work.length += length - removed;
}

static uint32_t leb_of(uint64_t value, uint8_t *to, bool padded)
{
    uint32_t length = 0;
    do
    {
        to[length++] = (uint8_t) (value & 0x7f) | 0x80;
        value >>= 7;
    }
    while (value);
    while (padded && length < 5) to[length++] = 0x80;
    to[length - 1] &= 0x7f;
    return length;
}

/* A number at a place, and its length in bytes; 0 where there is none. */
static uint32_t leb_at(uint32_t at, uint32_t end, uint64_t *value)
{
    *value = 0;
    for (uint32_t i = 0; i < 10 && at + i < end; i++)
    {
        *value |= (uint64_t) (work.at[at + i] & 0x7f) << 7 * i;
        if (work.at[at + i] < 0x80) return i + 1;
    }
    return 0;
}

typedef struct part
{
    uint32_t start, size, contents, end;    /* of its head, of its length, of what is in it */
} part;

enum { mostParts = 64 };

/* The sections of a module; how many. */
static uint32_t sections(part *to)
{
    uint32_t at = 8, found = 0;
    while (at < work.length && found < mostParts)
    {
        uint64_t length;
        const uint32_t digits = leb_at(at + 1, work.length, &length);
        if (!digits || length > work.length - at - 1 - digits) break;
        to[found++] = (part) { at, at + 1, at + 1 + digits, at + 1 + digits + (uint32_t) length };
        at = to[found - 1].end;
    }
    return found;
}

/* Gives a part whose contents grew by so much the length that it has now. */
static void resize(part of, int32_t grown)
{
    uint8_t digits[10];
    splice(of.size, of.contents - of.size, digits, leb_of(of.end - of.contents + (uint32_t) grown, digits, false));
}

/* A function's body in the code section `code`; false where none is found. */
static bool body_in(part code, part *body)
{
    uint64_t functions, size;
    uint32_t at = code.contents;
    at += leb_at(at, code.end, &functions);
    if (!functions || functions > 10000) return false;
    for (uint32_t skipped = below((uint32_t) functions); ; skipped--)
    {
        const uint32_t digits = leb_at(at, code.end, &size);
        if (!digits || size > code.end - at - digits) return false;
        *body = (part) { at, at, at + digits, at + digits + (uint32_t) size };
        if (skipped == 0) return true;
        at = body->end;
    }
}

/* Changes some bytes, as many as there were or not; by how many they grew. */
static int32_t change(uint32_t from, uint32_t end)
{
    const uint32_t before = work.length;
    if (from >= end) return 0;
    const uint32_t at = from + below(end - from), left = end - at, some = 1 + below(left < 8 ? left : 8);
    uint8_t with[32];
    for (uint32_t i = 0; i < sizeof with; i++) with[i] = (uint8_t) next();
    uint64_t value;
    switch (below(7))
    {
        case 0: work.at[at] ^= (uint8_t) (1 << below(8)); break;
        case 1: work.at[at] = with[0]; break;
        case 2: splice(at, some, with, 0); break;
        case 3: splice(at, 0, with, 1 + below(8)); break;
        case 4:
            memcpy(with, work.at + from + below(end - from - some + 1), some);
            splice(at, below(2) ? some : 0, with, some);
            break;
        case 5:
        {
            const uint32_t digits = leb_at(at, end, &value);
            if (digits) splice(at, digits, with, leb_of(below(2) ? odd_number() : value + below(9) - 4, with, below(8) == 0));
            break;
        }
        default: work.at[at] = (uint8_t) odd_number(); break;
    }
    return (int32_t) (work.length - before);
}

/* An instruction, its operands, or a few of them, in the place of what a body has. */
static int32_t change_instructions(uint32_t from, uint32_t end)
{
    static const uint8_t operations[] = {
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x1a, 0x1b, 0x20, 0x21, 0x22, 0x23, 0x24,
        0x28, 0x29, 0x2a, 0x2b, 0x36, 0x37, 0x38, 0x39, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x6a, 0x7c, 0x92, 0xa7, 0xac,
        0xb6, 0xbb, 0xc0, 0xc4, 0xfc,
    };
    const uint32_t before = work.length;
    if (from >= end) return 0;
    const uint32_t at = from + below(end - from);
    uint8_t with[16];
    uint32_t length = 0;
    with[length++] = below(4) ? operations[below(sizeof operations)] : (uint8_t) below(0xc5);
    if (below(2)) length += leb_of(odd_number(), with + length, false);
    if (below(4) == 0) with[length++] = (uint8_t) below(64);
    splice(at, below(3) ? (length < end - at ? length : end - at) : 0, with, length);
    return (int32_t) (work.length - before);
}

/* A head of CBOR with another number, RFC 8949's section 3. */
static int32_t change_cbor(uint32_t from, uint32_t end)
{
    const uint32_t before = work.length;
    if (from >= end) return 0;
    const uint32_t at = from + below(end - from), additional = work.at[at] & 31;
    const uint32_t digits = additional < 24 || additional > 27 ? 0 : 1u << (additional - 24);
    if (digits + 1 > end - at) return 0;
    uint8_t with[9];
    const uint32_t kind = below(4) ? work.at[at] & 0xe0 : below(8) << 5, size = below(6);
    const uint64_t value = below(8) ? odd_number() : next();
    if (size == 0) with[0] = (uint8_t) (kind | below(32));
    else if (size == 1) with[0] = (uint8_t) (kind | below(24));
    else with[0] = (uint8_t) (kind | (22 + size));
    const uint32_t length = size < 2 ? 0 : 1u << (size - 2);
    for (uint32_t i = 0; i < length; i++) with[1 + i] = (uint8_t) (value >> 8 * (length - 1 - i));
    splice(at, 1 + digits, with, 1 + length);
    return (int32_t) (work.length - before);
}

static void change_section(void)
{
    part all[mostParts], body;
    const uint32_t found = sections(all);
    if (!found) return;
    part of = all[below(found)];
    for (uint32_t i = 0, code = below(2); code && i < found; i++) if (work.at[all[i].start] == 10) of = all[i];
    const uint8_t id = work.at[of.start];
    if (id == 10 && below(8) && body_in(of, &body))
    {
        const int32_t grown = below(3) ? change_instructions(body.contents, body.end) : change(body.contents, body.end);
        const uint32_t before = work.length;
        resize(body, grown);
        resize(of, grown + (int32_t) (work.length - before));
    }
    else resize(of, id == 0 && below(2) ? change_cbor(of.contents, of.end) : change(of.contents, of.end));
}

/* Another length, id, place or number of a section. */
static void change_order(void)
{
    part all[mostParts];
    static uint8_t copy[mostBytes];
    const uint32_t found = sections(all);
    if (!found) return;
    const part of = all[below(found)], other = all[below(found)];
    const uint32_t length = of.end - of.start;
    memcpy(copy, work.at + of.start, length);
    switch (below(5))
    {
        case 0: splice(of.start, length, copy, 0); break;
        case 1: splice(other.start, 0, copy, length); break;
        case 2: work.at[of.start] = (uint8_t) below(14); break;
        case 3:
        {
            uint8_t digits[10];
            const uint32_t size = below(2) ? odd_number() : of.end - of.contents + below(9) - 4;
            splice(of.size, of.contents - of.size, digits, leb_of(size, digits, below(4) == 0));
            break;
        }
        default: work.length = below(work.length + 1); break;
    }
}

static void take_model(bytes original)
{
    work.length = original.length;
    memcpy(work.at, original.at, original.length);
}

static void damage_model(void)
{
    for (uint32_t changes = below(3) ? 1 : 1 + below(4); changes > 0; changes--)
    {
        const uint32_t kind = below(32);
        if (kind == 0) change(0, work.length);
        else if (kind < 4) change_order();
        else change_section();
    }
}

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

static uint32_t current;
static const char *findings;

static void save(void)
{
    char path[4096];
    printf("case %u\n", current);
    fflush(stdout);
    snprintf(path, sizeof path, "%s/case-%u.bin", findings, current);
    FILE *file = fopen(path, "wb");
    if (!file) return;
    fwrite(work.at, 1, work.length, file);
    fclose(file);
}

/* Cases that take longer than this hang. */
enum { mostSeconds = 60 };

static void stop(int signal)
{
    if (signal == SIGALRM) fprintf(stderr, "the case hangs\n");
    save();
    _exit(1);
}

/* Findings of both sanitizers end in `stop`. */
const char *__asan_default_options(void) { return "abort_on_error=1:handle_abort=0:detect_leaks=0"; }
const char *__ubsan_default_options(void) { return "abort_on_error=1:print_stacktrace=1"; }

int main(int argumentCount, char **arguments)
{
    enum { firstFile = 6, mostFiles = 32 };
    if (argumentCount <= firstFile || argumentCount > firstFile + mostFiles || !flash_map()) return 2;
    const bool packets = strcmp(arguments[1], "packets") == 0, found = strcmp(arguments[1], "found") == 0;
    const uint32_t first = (uint32_t) atol(arguments[2]), end = (uint32_t) atol(arguments[3]);
    const uint64_t seed = strtoull(arguments[4], NULL, 10);
    const uint32_t files = (uint32_t) argumentCount - firstFile;
    bytes originals[mostFiles];
    findings = arguments[5];
    for (uint32_t i = 0; i < files; i++) originals[i] = read_file(arguments[firstFile + i]);
    work.at = malloc(mostBytes);
    uploaded = originals[0];
    if (packets && !install()) return 2;

    signal(SIGABRT, stop);
    signal(SIGALRM, stop);
    for (current = first; current < end; current++)
    {
        state = seed << 32 ^ current;
        looks = portCount = 0;
        if (current % 64 == 0) alarm(mostSeconds);
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

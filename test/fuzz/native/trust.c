/*
 * The firmware with trusted keys on this machine, under sanitizers, against who has no private key of theirs: changed signed files
 * through uploads or put into flash, and changed packets and signed messages. Every choice comes of the seed and the case's number.
 *
 * Arguments: "files", "updates" or "packets", first case, end of the cases, seed, folder for what is found, the secret seed of the
 * first trusted key in hexadecimal, how many files are signed by trusted keys and fit, how many are but are not to be sent here, how
 * many files there are, and files: those, these, and ones that nobody signed who is trusted; then patches and sealed files. The first
 * file is installed.
 *
 * What a board has taken holds, behind its section of signatures, the very bytes that a trusted key signed; packets change nothing
 * without a session. Prints "case N" where that is not so or a sanitizer finds something, else "ok SAME RESIGNED REFUSED LONG" of
 * files: as they were, with other signatures alone or in another form, refused, longer than a slot; "ok COMPLETED" of updates; or "ok ANSWERED DROPPED OPENED
 * REFUSED REWORDED" of packets, sessions, and messages that were refused or say the same in another form.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "cases.h"
#include "damage.h"
#include "firmware/application.h"
#include "firmware/engine.h"
#include "firmware/session.h"
#include "formats/cbor.h"
#include "formats/custom_sections.h"
#include "formats/sha256.h"
#include "link/frame.h"
#include "link/smp.h"
#include "monocypher.h"
#include "ports/port.h"
#include "requests.h"
#include "sha2.h"
#include "simulated_flash.h"
#include "simulated_port.h"
#include "store/activation.h"
#include "store/ledger.h"
#include "store/slots.h"
#include "update/upload.h"
#include "trust/ed25519.h"
#include "trust/facts.h"
#include "trust/keys.h"
#include "trust/message.h"
#include "trust/signed_module.h"

/* ---------------------------------------------------------------------------------------------- what a port gives */

void port_reset(void) { abort(); }

/* In the place of what has the board restarted once it has answered (by the linker's --wrap). */
void __wrap_smp_reset_afterwards(void) {}

/* --------------------------------------------------------------------------------------------------- the signatures */

bool __real_ed25519_verify(const uint8_t *signature, const uint8_t *key, const uint8_t *message, uint32_t length);

enum { longestRemembered = 240 };

/* A signature that was looked at. */
typedef struct looked_at
{
    uint8_t signature[64], key[32], message[longestRemembered];
    uint32_t length;    /* of the message; 0 where there is none yet */
} looked_at;

static bool is_same(const looked_at *one, const looked_at *other)
{
    return one->length == other->length && memcmp(one, other, offsetof(looked_at, message) + one->length) == 0;
}

/*
 * In the place of ed25519_verify (by the linker's --wrap), as it takes most of the time: those that held are remembered, since each
 * start looks at the same file once more, and the last one that did not.
 */
bool __wrap_ed25519_verify(const uint8_t *signature, const uint8_t *key, const uint8_t *message, uint32_t length)
{
    enum { remembered = 16 };
    static looked_at right[remembered], wrong;
    static uint32_t oldest;
    if (length == 0 || length > longestRemembered) return __real_ed25519_verify(signature, key, message, length);
    looked_at now = { .length = length };
    memcpy(now.signature, signature, sizeof now.signature);
    memcpy(now.key, key, sizeof now.key);
    memcpy(now.message, message, length);
    if (is_same(&now, &wrong)) return false;
    for (uint32_t i = 0; i < remembered; i++) if (is_same(&now, &right[i])) return true;
    const bool holds = __real_ed25519_verify(signature, key, message, length);
    *(holds ? &right[oldest++ % remembered] : &wrong) = now;
    return holds;
}

/* ------------------------------------------------------------------------------------------------------- the files */

enum { mostFiles = 32, preambleBytes = 8 };

static bytes files[mostFiles], contents[mostFiles];     /* all; what is behind their sections of signatures */
static uint32_t fileCount, fitting, trusted;
static uint8_t secret[64];      /* the first key's scalar, and what its nonces are made of */
static uint8_t installed[flashBytes];

/* Where a signed file's content begins; 0 where it has no first section of signatures. */
static uint32_t content_of(const uint8_t *file, uint32_t length)
{
    wasmote_section section;
    if (!wasmote_first_custom_section(file, length, "signature", &section)) return 0;
    return (uint32_t) (section.bytes + section.length - file);
}

/* Which trusted file it is, whatever its signatures; mostFiles where it is none. */
static uint32_t trusted_file(const uint8_t *file, uint32_t length)
{
    /* Read here anew: id and length of a first section, which ends where the content begins. */
    uint32_t at = preambleBytes + 1, size = 0;
    if (length < preambleBytes + 6 || file[preambleBytes] != 0) return mostFiles;
    for (uint32_t shift = 0; shift < 35; shift += 7)
    {
        size |= (uint32_t) (file[at] & 0x7f) << shift;
        if (file[at++] < 0x80) break;
    }
    for (uint32_t i = 0; i < trusted; i++)
    {
        if (length <= contents[i].length || size != length - contents[i].length - at) continue;
        if (memcmp(file, files[0].at, preambleBytes) == 0
            && memcmp(file + length - contents[i].length, contents[i].at, contents[i].length) == 0) return i;
    }
    return mostFiles;
}

/* ------------------------------------------------------------------------------------------------------- the board */

/* A board that starts, without a session. */
static void start(void)
{
    portCount = UINT64_MAX / 2;
    session_is_open();
    portCount = 0;
    engine_unload();
    slots_open();
    upload_open();
    application_open();
    activation_start();
}

static void require(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

/* Of what is in the slots, and which one is active: all of it signed. */
static void check_slots(uint32_t most, const char *what)
{
    for (uint32_t i = 0; i < SLOTS; i++)
    {
        if (slots_at(i)->state != slotComplete) continue;
        const uint32_t file = trusted_file(slots_model(i), slots_at(i)->length);
        require(file < most, what);
    }
    const uint32_t active = activation_active();
    require(active == noSlot || slots_at(active)->state == slotComplete, "the active model is complete");
    require(!engine_manifest() || active != noSlot, "a model runs that is the active one");
}

/* Has the board answer a request, as it stands behind a frame. The answer is in frame_packet. */
static cbor_reader ask(uint8_t operation, uint16_t group, uint8_t command, const cbor_writer *payload)
{
    const uint32_t length = put_packet(frame_packet, &(smp_command) { group, command, operation, NULL }, 1, payload);
    sentLength = 0;
    smp_answer(length);
    const uint32_t answered = (uint32_t) frame_packet[2] << 8 | frame_packet[3];
    return (cbor_reader) { frame_packet + smpHeader, frame_packet + smpHeader + answered };
}

static bool is_refused(cbor_reader answer)
{
    cbor_reader at;
    return cbor_find(answer, "err", &at) || cbor_find(answer, "rc", &at);
}

/* Uploads a file as a client does, up to its end or the first refusal. Whether all of it was taken. */
static bool upload(bytes file, const uint8_t *hash)
{
    uint32_t offset = 0, pieces = 0;
    while (offset < file.length)
    {
        require(++pieces < 100, "an upload comes to its end");
        const cbor_writer piece = piece_of(file, offset, hash);
        const cbor_reader answer = ask(opWrite, groupImage, 1, &piece);
        cbor_reader at;
        if (is_refused(answer) || !cbor_find(answer, "off", &at) || !cbor_read_u32(&at, &offset)) return false;
    }
    return true;
}

static cbor_writer choice_of(const uint8_t *hash, const char *how)
{
    cbor_writer to = payload_of();
    cbor_head(&to, cborMap, how ? 2 : 1);
    cbor_text(&to, "hash");
    cbor_string(&to, cborBytes, hash, sha256Bytes);
    if (!how) return to;
    cbor_text(&to, how);
    cbor_bool(&to, true);
    return to;
}

/* ----------------------------------------------------------------------------------------------------- the messages */

/* Ed25519 by the first key. RFC 8032, 5.1.6. */
static void sign(const uint8_t *message, uint32_t length, uint8_t signature[64])
{
    uint8_t hash[64], nonce[32], challenge[32];
    SHA2_CTX context;
    SHA512Init(&context);
    SHA512Update(&context, secret + 32, 32);
    SHA512Update(&context, message, length);
    SHA512Final(hash, &context);
    crypto_eddsa_reduce(nonce, hash);
    crypto_eddsa_scalarbase(signature, nonce);
    SHA512Init(&context);
    SHA512Update(&context, signature, 32);
    SHA512Update(&context, keys_at(0), 32);
    SHA512Update(&context, message, length);
    SHA512Final(hash, &context);
    crypto_eddsa_reduce(challenge, hash);
    crypto_eddsa_mul_add(signature + 32, challenge, secret, nonce);
}

/* The numbers of messages about keys that were taken when the first file was installed. */
enum { mostMessage = 400, usedNumbers = 2 };

static const uint8_t protectedHeader[] = { 0xa1, 0x01, 0x27 };

/* What the last message says that was signed. */
static uint8_t said[mostMessage];
static uint32_t saidLength;

/* COSE_Sign1 of a payload, by the first key; its length. */
static uint32_t message_of(const cbor_writer *payload, uint8_t *message)
{
    const uint32_t length = saidLength = (uint32_t) (payload->at - payload->start);
    memcpy(said, payload->start, length);
    uint8_t structure[mostMessage], signature[64], id[keyIdBytes];
    cbor_writer to = { structure, structure, structure + sizeof structure, false };
    cbor_head(&to, cborArray, 4);
    cbor_text(&to, "Signature1");
    cbor_string(&to, cborBytes, protectedHeader, sizeof protectedHeader);
    cbor_string(&to, cborBytes, (const uint8_t *) "wasmote", 7);
    cbor_string(&to, cborBytes, payload->start, length);
    sign(structure, (uint32_t) (to.at - structure), signature);
    keys_id(keys_at(0), id);

    to = (cbor_writer) { message, message, message + mostMessage, false };
    cbor_head(&to, cborArray, 4);
    cbor_string(&to, cborBytes, protectedHeader, sizeof protectedHeader);
    cbor_head(&to, cborMap, 1);
    cbor_head(&to, cborUnsigned, 4);
    cbor_string(&to, cborBytes, id, sizeof id);
    cbor_string(&to, cborBytes, payload->start, length);
    cbor_string(&to, cborBytes, signature, sizeof signature);
    return (uint32_t) (to.at - message);
}

/* The message that opens a session with this board, for a challenge that it has just given, or one beside it. */
static uint32_t session_message(bool right, uint8_t *message)
{
    uint8_t challenge[challengeBytes], device[deviceIdBytes], payload[128];
    require(session_challenge(challenge) == modelOk, "a challenge is given");
    session_device_id(device);
    if (!right) (below(2) ? challenge : device)[below(8)] ^= (uint8_t) (1 << below(8));
    cbor_writer to = { payload, payload, payload + sizeof payload, false };
    cbor_head(&to, cborMap, 3);
    cbor_text(&to, "do");
    cbor_text(&to, "session");
    cbor_text(&to, "device");
    cbor_string(&to, cborBytes, device, sizeof device);
    cbor_text(&to, "challenge");
    cbor_string(&to, cborBytes, challenge, sizeof challenge);
    return message_of(&to, message);
}

/* A message that adds a key, or retires one, with the number of one that was taken. */
static uint32_t key_message(uint8_t *message)
{
    uint8_t payload[128], key[32];
    for (uint32_t i = 0; i < sizeof key; i++) key[i] = (uint8_t) next();
    cbor_writer to = { payload, payload, payload + sizeof payload, false };
    cbor_head(&to, cborMap, 3);
    cbor_text(&to, "do");
    cbor_text(&to, below(2) ? "add-key" : "retire-key");
    cbor_text(&to, "key");
    cbor_string(&to, cborBytes, below(2) ? keys_at(below(2)) : key, sizeof key);
    cbor_pair(&to, "seq", below(usedNumbers + 1));
    return message_of(&to, message);
}

static bool send_message(const uint8_t *message, uint32_t length)
{
    cbor_writer to = payload_of();
    cbor_head(&to, cborMap, 1);
    cbor_text(&to, "message");
    cbor_string(&to, cborBytes, message, length);
    if (to.overflow) return false;
    return !is_refused(ask(opWrite, groupInference, 9, &to));
}

/* --------------------------------------------------------------------------------------------------- changed files */

/* Puts another file's piece, or its part from some section on, into the one that is tried. */
static void swap_with(bytes other)
{
    part own[mostParts], others[mostParts];
    const bytes kept = work;
    const uint32_t found = sections(own);
    work = other;
    const uint32_t foundOther = sections(others);
    work = kept;
    if (!found || !foundOther) return;
    const uint32_t i = below(found < 5 ? found : 5), k = below(foundOther < 5 ? foundOther : 5);
    const part to = own[i], from = others[below(2) ? k : i < foundOther ? i : k];
    switch (below(4))
    {
        case 0: splice(to.start, to.end - to.start, other.at + from.start, from.end - from.start); break;
        case 1: splice(to.start, work.length - to.start, other.at + from.start, other.length - from.start); break;
        case 2: splice(to.start, 0, other.at + from.start, from.end - from.start); break;
        default:    /* the signature itself */
            if (own[0].end < 64 || others[0].end < 64) break;
            memcpy(work.at + own[0].end - 64, other.at + others[0].end - 64, 64);
    }
}

/* One of the first sections, which are what signing adds: its bytes, its CBOR, how its length is written. */
static void change_head(void)
{
    part all[mostParts];
    const uint32_t found = sections(all);
    if (!found) return;
    const part of = all[below(found < 4 ? found : 4)];
    resize(of, below(3) == 0 ? change_cbor(of.contents, of.end) : change(of.contents, of.end));
}

/* Has the hashes in the section of signatures be those of what follows, as who changes a file would, where that is as it was. */
static void mend_hashes(void)
{
    enum { hashesAt = 10 + 3 + 3 };     /* behind the name; the version, kinds, and three lengths of one byte */
    const uint32_t body = content_of(work.at, work.length);
    wasmote_section delimiter;
    part all[mostParts];
    if (!body || !sections(all) || !wasmote_find_custom_section(work.at, work.length, "signature_delimiter", &delimiter)) return;
    const uint32_t end = (uint32_t) (delimiter.bytes + delimiter.length - work.at);
    const uint32_t lengthBytes = work.at[all[0].contents + hashesAt - 2] >= 0x80 ? 1 : 0;
    const uint32_t at = all[0].contents + hashesAt + lengthBytes;
    if (at + 2 * sha256Bytes > all[0].end || end < body) return;
    sha256(work.at + body, end - body, work.at + at);
    sha256(work.at + body, work.length - body, work.at + at + sha256Bytes);
}

static void damage_file(void)
{
    for (uint32_t changes = below(3) ? 1 : 1 + below(3); changes > 0; changes--)
        switch (below(8))
        {
            case 0: work.length = below(work.length + 1); break;
            case 1: case 2: swap_with(files[below(fileCount)]); break;
            case 3: case 4: case 5: change_head(); break;
            case 6: change(0, work.length); break;
            default: damage_model(); break;
        }
    if (below(4) == 0) mend_hashes();
}

static uint32_t same, resigned, refused, tooLong;

/* What a board may take: the file as it was, or with other signatures of its content; counts which. */
static void count_taken(bytes original)
{
    if (work.length == original.length && memcmp(work.at, original.at, work.length) == 0) same++;
    else resigned++;
}

/* All of the check's readers, on memory of its own, so that no byte beyond it is read unseen. */
static bool check_copy(void)
{
    uint8_t *copy = malloc(work.length ? work.length : 1);
    memcpy(copy, work.at, work.length);
    model_facts facts;
    facts_read(copy, work.length, &facts);
    facts_fit(copy, work.length, BOARD_FAMILY, BOARD_NAME, 1);
    const bool head = signed_module_check(copy, work.length, false), whole = signed_module_check(copy, work.length, true);
    require(head || !whole, "what is signed as a whole is signed at its head");
    require(!whole || trusted_file(copy, work.length) < trusted, "what holds is what a trusted key signed");
    free(copy);
    return whole;
}

static void put_into_flash(void)
{
    const uint32_t slot = below(SLOTS);
    if (below(2)) memset(flash, 0xff, flashBytes);
    uint8_t *at = flash + 4 * flashSector + slot * flashSlotBytes;
    memset(at, 0xff, flashSlotBytes);
    memcpy(at, work.at, work.length);
    start();
}

static void try_file(void)
{
    const bytes original = files[below(fileCount)];
    take_model(original);
    if (below(64)) damage_file();
    const bool holds = check_copy();
    memcpy(flash, installed, flashBytes);
    start();
    if (work.length > flashSlotBytes) { tooLong++; return; }
    if (below(8) == 0)
    {
        put_into_flash();
        check_slots(trusted, "what lies in flash is not taken unless it is signed");
        if (holds) count_taken(original);
        else refused++;
        return;
    }
    uint8_t hash[sha256Bytes];
    const bytes of = below(16) ? work : original;
    sha256(of.at, of.length, hash);
    const bool taken = upload(work, hash) && holds;     /* one that does not hold was there already, by its hash */
    check_slots(fitting, "an upload is not taken unless it is signed and fits");
    require(activation_active() == activation_confirmed() && engine_manifest(), "the model before is active");
    if (taken) count_taken(original);
    else refused++;
    if (below(4) == 0)
    {
        start();
        check_slots(fitting, "a start takes nothing unless it is signed and fits");
        require(engine_manifest(), "the model before is active after a start");
    }
}

/* --------------------------------------------------------------------------------------------------------- updates */

enum { mostUpdates = 128 };

/* Patches to the installed model and files sealed to this board, of what is signed and of what is not. */
static bytes updates[mostUpdates];
static uint32_t updateCount, completed;

static void damage_update(void)
{
    const bytes other = updates[below(updateCount)];
    switch (below(4))
    {
        case 0: work.length = below(work.length + 1); break;
        case 1: splice(below(work.length), 0, other.at, below(other.length)); break;
        default: change(0, work.length);
    }
}

/* What an update is named by: what it is, the installed model, or any file. */
static void name_update(uint8_t hash[sha256Bytes])
{
    const uint32_t what = below(4);
    const bytes file = files[below(fileCount)];
    if (what == 0) memcpy(hash, slots_at(activation_active())->hash, sha256Bytes);
    else if (what == 1) sha256(file.at, file.length, hash);
    else sha256(work.at, work.length, hash);
}

static void try_update(void)
{
    take_model(updates[below(updateCount)]);
    if (below(4) == 0) damage_update();
    memcpy(flash, installed, flashBytes);
    start();
    const uint8_t *active = slots_model(activation_active()), *before = installed + (active - flash);
    uint8_t hash[sha256Bytes];
    name_update(hash);
    if (upload(work, hash)) completed++;
    check_slots(fitting, "an update is not taken unless what it gives is signed and fits");
    require(memcmp(active, before, flashSlotBytes) == 0, "the active model is as it was");
    require(slots_model(activation_active()) == active && engine_manifest(), "the model before is active");
    if (below(4)) return;
    start();
    check_slots(fitting, "a start takes nothing unless it is signed and fits");
    require(engine_manifest(), "the model before is active after a start");
}

/* --------------------------------------------------------------------------------------------------------- packets */

static uint32_t opened, kept, reworded;

/* What requests are made of. */
static cbor_writer any_payload(const uint8_t *hash)
{
    cbor_writer to = payload_of();
    const uint32_t pairs = below(4);
    cbor_head(&to, cborMap, pairs + 2);
    put_pairs(&to, pairs);
    cbor_text(&to, "hash");
    cbor_string(&to, cborBytes, hash, below(8) ? sha256Bytes : below(sha256Bytes));
    cbor_text(&to, below(2) ? "confirm" : "now");
    cbor_bool(&to, true);
    return to;
}

/* A request into the input: of an upload, to change or read something, or with a message. */
static void make_request(uint32_t *offset)
{
    const uint32_t kind = below(8);
    uint8_t hash[sha256Bytes], message[mostMessage];
    const bytes file = files[below(fileCount)];
    sha256(file.at, file.length, hash);
    cbor_writer payload;
    smp_command asked = { groupImage, 1, opWrite, NULL };
    if (kind < 2)
    {
        const uint32_t at = *offset < file.length ? *offset : 0, rest = file.length - at;
        payload = piece_of(file, at, hash);
        *offset = at + (rest < pieceBytes ? rest : pieceBytes);
    }
    else if (kind < 4)
    {
        payload = choice_of(hash, below(2) ? "confirm" : below(2) ? "now" : NULL);
        asked.command = 0;
    }
    else if (kind == 4)
    {
        const uint32_t length = below(2) ? session_message(false, message) : key_message(message);
        payload = payload_of();
        cbor_head(&payload, cborMap, 1);
        cbor_text(&payload, "message");
        cbor_string(&payload, cborBytes, message, length);
        asked = (smp_command) { groupInference, 9, opWrite, NULL };
    }
    else
    {
        asked = any_command();
        payload = any_payload(hash);
    }
    work.length = put_packet(work.at, &asked, 1, &payload);
}

/*
 * A message of this board and challenge, or about keys, that is changed. It is right only where what it says is as it was, in
 * another form or with another name of its key; else it is refused.
 */
static void try_message(void)
{
    uint8_t message[mostMessage];
    const bool isSession = below(2);
    const uint32_t length = isSession ? session_message(true, message) : key_message(message);
    cbor_reader map;
    work.length = length;
    memcpy(work.at, message, length);
    for (uint32_t changes = 1 + below(2); changes > 0; changes--)
        if (below(3) == 0) change_cbor(0, work.length);
        else change(0, work.length);
    uint8_t *copy = malloc(work.length ? work.length : 1);
    memcpy(copy, work.at, work.length);
    const bool right = message_check(copy, work.length, &map);
    require(!right || ((uint32_t) (map.end - map.at) == saidLength && memcmp(map.at, said, saidLength) == 0),
            "a changed message says nothing else");
    free(copy);
    if (right) { reworded++; return; }
    require(!send_message(work.at, work.length), "a changed message is not taken");
    require(!session_is_open() && ledger_key_number() == usedNumbers, "a changed message changes nothing");
    kept++;
}

/* Which keys are trusted. */
static void hash_of_keys(uint8_t hash[sha256Bytes])
{
    uint8_t all[8 * ed25519KeyBytes];
    uint32_t count = 0;
    for (; count < 8 && keys_at(count); count++) memcpy(all + count * ed25519KeyBytes, keys_at(count), ed25519KeyBytes);
    sha256(all, count * ed25519KeyBytes, hash);
}

static void try_packets(void)
{
    memcpy(flash, installed, flashBytes);
    start();
    uint8_t keys[sha256Bytes], keysAfter[sha256Bytes], active[sha256Bytes], message[mostMessage];
    hash_of_keys(keys);
    memcpy(active, slots_at(activation_active())->hash, sha256Bytes);
    try_message();
    const bool inSession = below(4) == 0;
    if (inSession)
    {
        const uint32_t length = session_message(true, message);
        require(send_message(message, length) && session_is_open(), "the owner's session is opened");
        opened++;
        require(!send_message(message, length), "but once");
    }
    take_line((const uint8_t *) "\n", 1);
    uint32_t offset = 0;
    for (uint32_t requests = 1 + below(6); requests > 0; requests--)
    {
        make_request(&offset);
        send_request(below(damageKinds));
        check_slots(fitting, "packets bring nothing that is not signed and fits");
        hash_of_keys(keysAfter);
        require(memcmp(keys, keysAfter, sizeof keys) == 0, "the keys stay");
        if (inSession) continue;
        require(!session_is_open(), "no session is opened");
        require(activation_active() != noSlot && memcmp(active, slots_at(activation_active())->hash, sha256Bytes) == 0
            && activation_confirmed() == activation_active() && activation_pending() == noSlot, "the active model stays");
    }
}

/* Installs the first file as its owner does. */
static bool install(void)
{
    uint8_t hash[sha256Bytes], message[mostMessage];
    memset(flash, 0xff, flashBytes);
    start();
    sha256(files[0].at, files[0].length, hash);
    if (!upload(files[0], hash)) return false;
    if (!send_message(message, session_message(true, message))) return false;
    const cbor_writer choice = choice_of(hash, "confirm");
    if (is_refused(ask(opWrite, groupImage, 0, &choice))) return false;

    /* A key is added and retired again, so that numbers up to 2 were used. */
    uint8_t payload[128], key[32] = { 9 };
    for (uint32_t number = 1; number <= usedNumbers; number++)
    {
        cbor_writer to = { payload, payload, payload + sizeof payload, false };
        cbor_head(&to, cborMap, 3);
        cbor_text(&to, "do");
        cbor_text(&to, number == 1 ? "add-key" : "retire-key");
        cbor_text(&to, "key");
        cbor_string(&to, cborBytes, key, sizeof key);
        cbor_pair(&to, "seq", number);
        if (!send_message(message, message_of(&to, message))) return false;
    }
    memcpy(installed, flash, flashBytes);
    return engine_manifest();
}

/* ----------------------------------------------------------------------------------------------------------- cases */

/* The scalar of a seed, and what its nonces are made of. RFC 8032, 5.1.5. */
static void read_secret(const char *hex)
{
    uint8_t seed[32];
    for (uint32_t i = 0; i < sizeof seed; i++)
    {
        const char digits[3] = { hex[2 * i], hex[2 * i + 1] };
        seed[i] = (uint8_t) strtoul(digits, NULL, 16);
    }
    SHA2_CTX context;
    SHA512Init(&context);
    SHA512Update(&context, seed, sizeof seed);
    SHA512Final(secret, &context);
    crypto_eddsa_trim_scalar(secret, secret);
}

int main(int argumentCount, char **arguments)
{
    enum { firstFile = 10 };
    if (argumentCount <= firstFile || !flash_map()) return 2;
    const char *kind = arguments[1];
    const uint32_t first = (uint32_t) atol(arguments[2]), end = (uint32_t) atol(arguments[3]);
    const uint64_t seed = strtoull(arguments[4], NULL, 10);
    read_secret(arguments[6]);
    fitting = (uint32_t) atol(arguments[7]);
    trusted = fitting + (uint32_t) atol(arguments[8]);
    fileCount = (uint32_t) atol(arguments[9]);
    updateCount = (uint32_t) argumentCount - firstFile - fileCount;
    if (fileCount > mostFiles || updateCount > mostUpdates) return 2;
    for (uint32_t i = 0; i < updateCount; i++) updates[i] = read_file(arguments[firstFile + fileCount + i]);
    for (uint32_t i = 0; i < fileCount; i++)
    {
        files[i] = read_file(arguments[firstFile + i]);
        const uint32_t at = content_of(files[i].at, files[i].length);
        contents[i] = (bytes) { files[i].at + at, files[i].length - at };
    }
    work.at = malloc(mostBytes);
    if (!install()) return 2;

    cases_watch(arguments[5], "trust-");
    for (uint32_t current = first; current < end; current++)
    {
        cases_begin(seed, current);
        if (*kind == 'p') try_packets();
        else if (*kind == 'u') try_update();
        else try_file();
    }
    if (*kind == 'u') printf("ok %u\n", completed);
    else if (*kind == 'p') printf("ok %u %u %u %u %u\n", answered, dropped, opened, kept, reworded);
    else printf("ok %u %u %u %u\n", same, resigned, refused, tooLong);
    return 0;
}

/*
 * What the store does over the life of a board, on flash whose power fails before, inside and after every operation, and once
 * more while the board starts again. Each start is a process of its own. Arguments: a folder, every how many moments to try, how many
 * kinds of torn operations, and with how many logs that are nearly full: with room for 0 records, for 1, and so on. The folder holds
 * `patch`, from the old model to the new one; where files are sealed (WASMOTE_SEALED), `secret`, of which the board's own key is made,
 * and the new model and the patch sealed to that, `sealed` and `sealed-patch`. Prints the scenarios with their numbers of states; exit
 * code 1 at the first violation. With two arguments, `models` and a folder, writes the two models into the files `old` and `new` there,
 * and ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/sha256.h"
#include "stand_in_models.h"
#include "store/activation.h"
#include "store/flash.h"
#include "store/ledger.h"
#include "store/slots.h"
#include "torn_flash.h"
#include "update/upload.h"
#ifdef WASMOTE_SEALED
#include "trust/device_key.h"
#endif

/* ------------------------------------------------------------------------------------------- what a board is told */

/* What was answered: it stays so, whatever happens to the power. Outlives the processes. */
typedef struct promises
{
    uint32_t version, keyNumber, challenge;
    bool newKeyAdded, newKeyRetiring, newKeyRetired, deviceKeyMade;
    uint32_t confirmed;         /* the file, or none */
    uint32_t confirming;        /* the file that is asked to be, or may be by its runs */
    bool tried;                 /* a trial was begun and is over with this start */
    uint32_t operations;        /* of the last start */
} promises;

enum { none = 0xffffffff };
static promises *told;

static const char *scenarioName = "";
static uint32_t cutAt, cutHow, secondCutAt, secondCutHow;

static void fail(const char *what)
{
    printf("%s: cut at %u.%u, then at %d.%u: %s\n", scenarioName, cutAt, cutHow, (int) secondCutAt, secondCutHow, what);
    fflush(stdout);
    _exit(1);
}

static void must(model_error error, const char *what)
{
    char text[100];
    if (!error) return;
    snprintf(text, sizeof text, "%s: error %d", what, error);
    fail(text);
}

static void start(void)
{
    engine_unload();
    slots_open();
    upload_open();
    activation_start();
}

static model_error send(const uint8_t *bytes, uint32_t length)
{
    uint8_t hash[sha256Bytes];
    uint32_t wanted;
    sha256(bytes, length, hash);
    model_error error = upload_begin(length, hash, bytes, pieceBytes, true, &wanted);
    while (!error && wanted < length)
    {
        const uint32_t rest = length - wanted;
        error = upload_write(wanted, bytes + wanted, rest < pieceBytes ? rest : pieceBytes, &wanted);
    }
    return error;
}

static model_error upload(uint32_t file)
{
    return send(files[file], described[file].length);
}

static bool holds(uint32_t slot, uint32_t file)
{
    return slot != noSlot && slots_at(slot)->state == slotComplete && slots_at(slot)->length == described[file].length
        && memcmp(slots_model(slot), files[file], described[file].length) == 0;
}

static uint32_t slot_of(uint32_t file)
{
    for (uint32_t i = 0; i < port_flash.slotCount; i++) if (holds(i, file)) return i;
    return noSlot;
}

static uint32_t file_in(uint32_t slot)
{
    for (uint32_t i = 0; i < fileCount; i++) if (holds(slot, i)) return i;
    return none;
}

static void was_confirmed(uint32_t file)
{
    if (described[file].version > told->version) told->version = described[file].version;
    told->confirmed = file;
    told->confirming = none;
}

static void confirm(uint32_t file)
{
    told->confirming = file;
    must(activation_confirm(slot_of(file)), "confirm");
    was_confirmed(file);
}

static model_error try_now(uint32_t file)
{
    const model_error error = activation_try(slot_of(file), true);
    told->tried = true;
    return error;
}

static void install(uint32_t file)
{
    if (port_flash.slotCount == 1) told->confirmed = none;
    must(upload(file), "upload");
    confirm(file);
}

/* As firmware/session.c does. */
static void change_key(bool retired, uint32_t number)
{
    told->newKeyRetiring = retired;
    must(ledger_change_key(key_bytes(keyNew), retired, number), "key");
    if (retired) activation_key_retired();
    told->keyNumber = number;
    if (retired) told->newKeyRetired = true;
    else told->newKeyAdded = true;
}

static void challenge(void)
{
    const uint32_t number = ledger_count_challenges();
    if (number == 0) fail("no challenge");
    if (number <= told->challenge) fail("a challenge's number comes again");
    told->challenge = number;
}

/* ------------------------------------------------------------------------------------------------------- scenarios */

/* Where only one slot is, the old model is gone once another is uploaded. */
static void begins_to_replace(void)
{
    if (port_flash.slotCount == 1) told->confirmed = none;
}

static void upload_new(void) { begins_to_replace(); must(upload(newFile), "upload"); }
static void send_patch(void) { must(send(patchFile.bytes, patchFile.length), "patch"); }

/* The slot of another model may be needed for its trial, which was begun where a key that was to be retired was not. */
static void complete_new(void)
{
    const uint32_t active = activation_active();
    if (active != activation_confirmed() && !holds(active, newFile)) must(activation_revert(), "revert");
    must(upload(newFile), "upload afterwards");
}

static void upload_failing(void) { begins_to_replace(); must(upload(failingFile), "upload"); }
static void ask_trial(void) { must(activation_try(slot_of(newFile), false), "try"); }
static void upload_and_ask(void) { upload_new(); ask_trial(); }
static void nothing(void) { }
static void try_it(void) { must(try_now(newFile), "try"); }
static void try_and_confirm(void) { try_it(); confirm(newFile); }
static void confirm_new(void) { confirm(newFile); }
static void trial_traps(void) { try_it(); if (!activation_ran(false)) fail("a trap ends no trial"); }
static void trial_is_ended(void) { try_it(); must(activation_revert(), "revert"); }
static void try_failing(void) { if (try_now(failingFile) != modelSelfTest) fail("a model that fails its test is tried"); }
static void add_key(void) { change_key(false, 5); }
static void retire_key(void) { change_key(true, 7); }
static void replace(void) { begins_to_replace(); install(newFile); }
static void upload_other_key(void) { begins_to_replace(); must(upload(otherKeyFile), "upload"); }
static void added_and_uploaded(void) { add_key(); upload_other_key(); }
static void retire_and_confirm(void)
{
    retire_key();
    told->tried = true;
    if (activation_confirm(slot_of(otherKeyFile)) != modelUntrusted) fail("a model of a retired key is confirmed");
    if (activation_try(slot_of(otherKeyFile), true) != modelUntrusted) fail("a model of a retired key is tried");
}

/* A model whose key is retired while it is tried comes to nothing, at once. */
static void retire_during_trial(void)
{
    must(try_now(otherKeyFile), "try");
    retire_key();
    if (activation_active() != activation_confirmed()) fail("a trial goes on whose key was retired");
    activation_ran(true);
    if (activation_confirm(slot_of(otherKeyFile)) != modelUntrusted) fail("a model of a retired key is confirmed");
}

static void retire_before_trial(void)
{
    must(activation_try(slot_of(otherKeyFile), false), "try");
    retire_key();
    if (activation_pending() != noSlot) fail("a trial is to come whose key was retired");
}

static void good_runs(void)
{
    try_it();
    told->confirming = newFile;
    for (uint32_t i = 0; i < described[newFile].runs; i++) activation_ran(true);
    if (activation_confirmed() != slot_of(newFile)) fail("good runs confirm nothing");
    was_confirmed(newFile);
}

/* Breaks an upload off after some of its packets, as a client that goes away does. */
static void send_some(const uint8_t *bytes, uint32_t length)
{
    uint8_t hash[sha256Bytes];
    uint32_t wanted;
    sha256(bytes, length, hash);
    must(upload_begin(length, hash, bytes, pieceBytes, true, &wanted), "upload");
    for (uint32_t i = 0; i < 2; i++) must(upload_write(wanted, bytes + wanted, pieceBytes, &wanted), "upload");
    if (wanted >= length) fail("it is no interrupted upload");
}

static void begin_patch(void) { send_some(patchFile.bytes, patchFile.length); }
static void begin_file(void) { send_some(files[newFile], described[newFile].length); }
static void patch_and_ask(void) { send_patch(); ask_trial(); }
static void patch_try_and_confirm(void) { send_patch(); try_and_confirm(); }

/* Where the new file has no slot but that of the old one. */
static void refuse_patch(void)
{
    if (port_flash.slotCount == 1 && send(patchFile.bytes, patchFile.length) != modelBusy) fail("a patch is to replace what it is for");
}

#ifdef WASMOTE_SEALED
static void send_sealed(void) { begins_to_replace(); must(send(sealedFile.bytes, sealedFile.length), "sealed file"); }
static void begin_sealed(void) { begins_to_replace(); send_some(sealedFile.bytes, sealedFile.length); }
static void send_sealed_patch(void) { must(send(sealedPatch.bytes, sealedPatch.length), "sealed patch"); }
static void begin_sealed_patch(void) { send_some(sealedPatch.bytes, sealedPatch.length); }

static void make_device_key(void)
{
    uint8_t random[x25519Bytes];
    memcpy(random, secret, sizeof random);
    if (!device_key_make(random)) fail("no key of the board's own is made");
    told->deviceKeyMade = true;
}

static void make_key_and_begin(void) { make_device_key(); begin_sealed(); }
static void make_key_and_begin_patch(void) { make_device_key(); begin_sealed_patch(); }

static void send_sealed_with_key(void)
{
    if (!device_key_exists()) make_device_key();
    send_sealed();
}

static void check_device_key(void)
{
    const uint8_t *own = ledger_device_key();
    if (own ? memcmp(own, secret, sizeof secret) != 0 : told->deviceKeyMade) fail("the board's own key is not as it was");
}
#endif

static void erase_other(void)
{
    must(slots_erase(slot_of(newFile)), "erase");
}

static void refuse_others(void)
{
    const model_error error = upload(unsignedFile);
    if (error != modelUntrusted && (error != modelBusy || activation_active() == activation_confirmed()))
        fail("an unsigned model is taken");
}

static void replace_and_refuse_older(void)
{
    replace();
    if (upload(oldFile) == modelOk && port_flash.slotCount == 1) fail("an older model is taken");
    if (port_flash.slotCount == 2 && activation_confirm(slot_of(oldFile)) != modelOlder) fail("an older model is confirmed");
}

typedef struct scenario
{
    const char *name;
    void (*before)(void);       /* during a start before */
    void (*deed)(void);         /* after another start, of which power fails during that, or during this */
    bool twoSlots;
    void (*after)(void);        /* completes the upload in the end; complete_new where this is NULL */
} scenario;

static const scenario scenarios[] = {
    { "upload", nothing, upload_new, false },
    { "trial asked", upload_new, ask_trial, false },
    { "trial at the next start", upload_and_ask, nothing, false },
    { "trial now", upload_new, try_it, false },
    { "confirm a trial", upload_new, try_and_confirm, false },
    { "confirm", upload_new, confirm_new, false },
    { "good runs", upload_new, good_runs, false },
    { "revert by reset", upload_new, nothing, true },
    { "revert by trap", upload_new, trial_traps, false },
    { "revert when asked", upload_new, trial_is_ended, false },
    { "self-test fails", upload_failing, try_failing, false },
    { "key added", nothing, add_key, false },
    { "key retired", add_key, retire_key, false },
    { "key retired, its model there", added_and_uploaded, retire_and_confirm, true },
    { "challenge", nothing, challenge, false },
    { "replace", refuse_others, replace, false },
    { "key retired during a trial", added_and_uploaded, retire_during_trial, true },
    { "key retired before a trial", added_and_uploaded, retire_before_trial, true },
    { "patch", nothing, send_patch, true, send_patch },
    { "patch, gone on with by the file", nothing, send_patch, true },
    { "file, gone on with by the patch", nothing, upload_new, true, send_patch },
    { "patch after a part of the file", begin_file, send_patch, true, send_patch },
    { "file after a part of the patch", begin_patch, upload_new, true },
    { "trial of a patched file", patch_and_ask, nothing, true, send_patch },
    { "patch, trial, confirm", nothing, patch_try_and_confirm, true, send_patch },
#ifdef WASMOTE_SEALED
    { "device key", nothing, make_device_key, false, send_sealed_with_key },
    { "sealed file", make_device_key, send_sealed, false, send_sealed },
    { "sealed file after a part of it", make_key_and_begin, send_sealed, false, send_sealed },
    { "sealed file, gone on with by the file", make_device_key, send_sealed, false },
    { "sealed patch", make_device_key, send_sealed_patch, true, send_sealed_patch },
    { "sealed patch after a part of it", make_key_and_begin_patch, send_sealed_patch, true, send_sealed_patch },
    { "sealed patch, gone on with by the sealed file", make_device_key, send_sealed_patch, true, send_sealed },
#endif
    { "version raised", nothing, replace_and_refuse_older, true },
    { "erase", upload_new, erase_other, true },
};

/* ------------------------------------------------------------------------------------------------- starts of boards */

static void power_off(void)
{
    _exit(3);
}

/* Does that as a board between one start and the next. 0 when it came to its end, 3 when power failed. */
static int as_board(void (*does)(void), uint32_t operation, uint32_t variant)
{
    fflush(stdout);
    const pid_t board = fork();
    if (board < 0) exit(2);
    if (board == 0)
    {
        alarm(60);
        flash_power_on(operation, variant, power_off);
        does();
        told->operations = flashOperations;
        _exit(0);
    }
    int status;
    if (waitpid(board, &status, 0) != board) exit(2);
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3)) return WEXITSTATUS(status);
    printf("%s: cut at %u.%u, then at %d.%u: status %x\n", scenarioName, cutAt, cutHow, (int) secondCutAt, secondCutHow, status);
    exit(1);
}

static const scenario *current;
static bool isReverting;        /* the scenario begins with a trial that a reset ends */
static uint32_t recordsLeft;

/* Records that fit into the log's newest sector. */
static uint32_t records_left(void)
{
    const uint32_t stride = (48 + port_flash.writeBytes - 1) & -port_flash.writeBytes, sectorBytes = port_flash.records[0].length;
    const uint8_t *const first = (const uint8_t *) (uintptr_t) flashBase, *const second = first + sectorBytes;
    const uint32_t magic = 0x73677277;
    uint32_t heads[2][2];
    memcpy(heads[0], first, sizeof heads[0]);
    memcpy(heads[1], second, sizeof heads[1]);
    const bool isSecond = heads[1][0] == magic && (heads[0][0] != magic || heads[1][1] > heads[0][1]);
    const uint8_t *const log = isSecond ? second : first;
    uint32_t left = 0, end = sectorBytes / stride * stride;
    for (; end >= stride && log[end - stride] == 0xff && log[end - stride + 1] == 0xff; end -= stride) left++;
    return left;
}

static void boot_first(void)
{
    start();
    install(oldFile);
}

static void boot_before(void)
{
    start();
    current->before();
    while (recordsLeft != never && records_left() != recordsLeft) challenge();
    if (isReverting) try_it();
    told->tried = isReverting;
}

static void boot_deed(void)
{
    start();
    current->deed();
}

/* What must be so after every start. */
static void check(void)
{
    const uint32_t active = activation_active(), confirmed = activation_confirmed(), file = file_in(active);
    if (active != noSlot && (file == none || file == unsignedFile)) fail("the active model is not one that was sent");
    if (active != noSlot && !is_trusted(described[file].key)) fail("the active model is not signed by a trusted key");
    if ((active == noSlot) != (loaded == NULL) || (loaded && loaded != slots_model(active))) fail("another model is loaded");
    if (port_flash.slotCount == 2 && active == noSlot) fail("no model is active");
    if (port_flash.slotCount == 2 && confirmed == noSlot) fail("no model comes back");
    if (active != noSlot && described[file].version < ledger_version(modelName)) fail("an older model is active");
    if (active != confirmed && told->tried) fail("a trial goes on after a start");
    if (confirmed != noSlot && !holds(confirmed, told->confirmed == none ? oldFile : told->confirmed)
        && !(told->confirming != none && holds(confirmed, told->confirming))) fail("what was confirmed is another model");
    if (told->confirmed != none && confirmed == noSlot) fail("the confirmed model is lost");
    if (ledger_version(modelName) < told->version) fail("a version was forgotten");
    if (ledger_key_number() < told->keyNumber) fail("a key's number was forgotten");
    if (told->newKeyRetired ? is_trusted(keyNew) : told->newKeyAdded && !told->newKeyRetiring && !is_trusted(keyNew))
        fail("a key is as it was before");
#ifdef WASMOTE_SEALED
    check_device_key();
#endif
    refuse_others();
    if (file == oldFile) refuse_patch();
}

static void boot_recovery(void)
{
    start();
    told->operations = flashOperations;
}

static void boot_check(void)
{
    start();
    check();
    challenge();
    if (current->after) current->after();
    else complete_new();
    confirm(newFile);
}

static void boot_end(void)
{
    start();
    check();
    if (!holds(activation_active(), newFile)) fail("the new model is not active afterwards");
}

static flash_state prepared, cut;

static uint32_t states, secondStates;

/* A sample of moments is one of the recoveries too: those are short. */
enum { mostRecoveryStep = 11 };

static void recover(void)
{
    const promises before = *told;
    if (as_board(boot_check, never, 0) || as_board(boot_end, never, 0)) fail("no end");
    *told = before;
    states++;
}

/* Power fails while the board starts again, at every operation of that. */
static void cut_recovery(uint32_t variants, uint32_t step)
{
    if (step > mostRecoveryStep) step = mostRecoveryStep;
    const promises before = *told;
    flash_load(&cut);
    as_board(boot_recovery, never, 0);
    const uint32_t operations = told->operations;
    for (uint32_t at = 0; at < operations; at++)
    {
        for (uint32_t how = 0; how <= variants; how++)
        {
            if ((at + how + states) % step != 0) continue;
            *told = before;
            secondCutAt = at;
            secondCutHow = how;
            flash_load(&cut);
            as_board(boot_recovery, at, how);
            recover();
            secondStates++;
        }
    }
    secondCutAt = never;
    *told = before;
}

static void run(const scenario *of, uint32_t left, uint32_t step, uint32_t variants)
{
    static uint32_t moments;
    current = of;
    scenarioName = of->name;
    recordsLeft = left;
    isReverting = strcmp(of->name, "revert by reset") == 0;
    memset(&prepared, 0, sizeof prepared);
    memset(prepared.bytes, 0xff, sizeof prepared.bytes);
    flash_load(&prepared);
    *told = (promises) { .confirmed = none, .confirming = none };
    cutAt = secondCutAt = never;
    if (as_board(boot_first, never, 0) || as_board(boot_before, never, 0)) fail("power failed");
    flash_save(&prepared);
    const promises before = *told;
    as_board(boot_deed, never, 0);
    const uint32_t operations = told->operations;
    recover();
    for (uint32_t at = 0; at < operations; at++)
    {
        for (uint32_t how = 0; how <= variants; how++)
        {
            if (moments++ % step != 0) continue;
            cutAt = at;
            cutHow = how;
            *told = before;
            told->confirming = of->deed == nothing ? none : newFile;
            flash_load(&prepared);
            if (as_board(boot_deed, at, how) != 3) fail("power did not fail");
            flash_save(&cut);
            recover();
            cut_recovery(variants, step);
        }
    }
}

/* ------------------------------------------------------------------------------------------------- flash that wears */

static uint32_t wornSlot;

static void boot_two_models(void) { boot_first(); upload_new(); }

static void boot_worn(void)
{
    start();
    if (slots_at(wornSlot)->state == slotComplete) fail("a file that wore out counts as whole");
    if (activation_active() == wornSlot) fail("a file that wore out is active");
    install(newFile);
    if (!holds(activation_active(), newFile)) fail("no file arrives after another wore out");
}

/* Bytes within a whole file change; where flash has codes, they cannot be read any more. */
static void wear(void)
{
    scenarioName = "flash wears";
    memset(&prepared, 0, sizeof prepared);
    memset(prepared.bytes, 0xff, sizeof prepared.bytes);
    flash_load(&prepared);
    *told = (promises) { .confirmed = none, .confirming = none };
    cutAt = secondCutAt = never;
    as_board(boot_two_models, never, 0);
    flash_save(&prepared);
    for (wornSlot = 0; wornSlot < port_flash.slotCount; wornSlot++)
    {
        const uint32_t at = port_flash.slots[wornSlot].address - flashBase + described[newFile].length / 2;
        cut = prepared;
        cut.bytes[at] ^= 1;
        cut.torn[at / port_flash.writeBytes] = 1;
        flash_load(&cut);
        as_board(boot_worn, never, 0);
    }
}

int main(int count, char **arguments)
{
    make_files();
    if (count == 3 && strcmp(arguments[1], "models") == 0)
        return write_model(arguments[2], "old", oldFile) && write_model(arguments[2], "new", newFile) ? 0 : 2;
    if (count != 5 || !flash_map() || !read_updates(arguments[1])) return 2;
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED) return 2;
    const uint32_t step = (uint32_t) atoi(arguments[2]), variants = (uint32_t) atoi(arguments[3]);
    const uint32_t fills = (uint32_t) atoi(arguments[4]);
    wear();
    uint32_t all = 0, allSecond = 0;
    for (uint32_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
    {
        if (scenarios[i].twoSlots && port_flash.slotCount == 1) continue;
        states = secondStates = 0;
        run(&scenarios[i], never, step, variants);
        for (uint32_t left = 0; left < fills; left++) run(&scenarios[i], left, step, variants);
        printf("%s: %u states, %u of them after a second cut\n", scenarios[i].name, states, secondStates);
        all += states;
        allSecond += secondStates;
    }
    printf("%u states, %u of them after a second cut\n", all, allSecond);
    return 0;
}

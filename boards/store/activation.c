#include "activation.h"

#include <string.h>

#include "flash.h"
#include "ledger.h"
#include "log.h"

static uint32_t confirmed = noSlot, pending = noSlot, trial = noSlot;
static bool rejected[maxSlots];
static uint32_t runsLeft;       /* of the trial; 0: being told confirms */

uint32_t activation_active(void)
{
    return trial != noSlot ? trial : confirmed;
}

uint32_t activation_confirmed(void)
{
    return confirmed;
}

uint32_t activation_pending(void)
{
    return pending;
}

bool activation_was_rejected(uint32_t slot)
{
    return rejected[slot];
}

uint32_t activation_runs_left(void)
{
    return trial != noSlot ? runsLeft : 0;
}

static void describe(uint32_t slot, record_kind kind, record *entry)
{
    *entry = (record) { .kind = kind, .slot = slot };
    memcpy(entry->hash, slots_at(slot)->hash, sha256Bytes);
}

static bool log_slot(uint32_t slot, record_kind kind)
{
    record entry;
    describe(slot, kind, &entry);
    return log_append(&entry);
}

static model_facts facts_of(uint32_t slot)
{
    model_facts facts = { .runs = runsThatConfirm };
    engine_facts(slots_model(slot), slots_at(slot)->length, &facts);
    return facts;
}

static model_error load(uint32_t slot)
{
    return engine_load(slots_model(slot), slots_at(slot)->length);
}

static bool is_trusted(uint32_t slot)
{
    return engine_trusts(slots_model(slot), slots_at(slot)->length);
}

/* Whether a slot's model may become the active one: since it came, its key may have been retired, or a higher version confirmed. */
static model_error admits(uint32_t slot)
{
    return is_trusted(slot) ? engine_admits_version(slots_model(slot), slots_at(slot)->length) : modelUntrusted;
}

static void load_confirmed(void)
{
    engine_unload();
    if (confirmed != noSlot) load(confirmed);
}

/* What is confirmed, older versions do not replace. Where flash could not be written, the next start does it. */
static void remember_version(uint32_t slot)
{
#ifdef WASMOTE_TRUST
    const model_facts facts = facts_of(slot);
    ledger_raise(facts.name, facts.version);
#else
    (void) slot;
#endif
}

/* The trial ends in vain. What cannot be logged happens all the same: the log has the trial as not confirmed. */
static void reject(void)
{
    const uint32_t slot = trial;
    trial = noSlot;
    rejected[slot] = true;
    log_slot(slot, recordRejected);
    load_confirmed();
}

/* Loads a slot's model and has it prove itself; it is as just loaded then. */
static model_error load_and_prove(uint32_t slot)
{
    const model_error error = load(slot);
    return error ? error : engine_prove(slots_model(slot), slots_at(slot)->length);
}

static model_error begin_trial(uint32_t slot)
{
    pending = noSlot;
    trial = slot;
    rejected[slot] = false;
    runsLeft = facts_of(slot).runs;
    model_error error = log_slot(slot, recordTrial) ? modelOk : modelFlash;
    if (!error) error = load_and_prove(slot);
    if (error) reject();
    return error;
}

void activation_start(void)
{
    if (confirmed != noSlot) remember_version(confirmed);
    if (trial != noSlot) reject();
    else if (pending != noSlot) begin_trial(pending);
    else load_confirmed();
}

model_error activation_try(uint32_t slot, bool now)
{
    if (slot == activation_active()) return modelOk;
    if (trial != noSlot) return modelBusy;
    const model_error error = admits(slot);
    if (error) return error;
    if (now) return begin_trial(slot);
    pending = slot;
    return log_slot(slot, recordPending) ? modelOk : modelFlash;
}

/* The log says so first: a power cut leaves one or the other. */
static model_error make_confirmed(uint32_t slot)
{
    const uint32_t before = confirmed, tried = trial;
    confirmed = slot;
    trial = pending = noSlot;
    rejected[slot] = false;
    if (!log_slot(slot, recordActive))
    {
        confirmed = before;
        trial = tried;
        return modelFlash;
    }
    remember_version(slot);
    return modelOk;
}

model_error activation_confirm(uint32_t slot)
{
    if (slot == trial) return make_confirmed(slot);
    if (slot == activation_active()) return modelOk;
    if (trial != noSlot) return modelBusy;
    model_error error = admits(slot);
    if (error) return error;
    error = load_and_prove(slot);
    if (!error) error = make_confirmed(slot);
    if (error) load_confirmed();
    return error;
}

model_error activation_revert(void)
{
    if (trial != noSlot) reject();
    else if (pending != noSlot)
    {
        const uint32_t slot = pending;
        pending = noSlot;
        if (!log_slot(slot, recordRejected)) return modelFlash;
    }
    else return modelNoModel;
    return modelOk;
}

void activation_key_retired(void)
{
    const uint32_t slot = trial != noSlot ? trial : pending;
    if (slot != noSlot && !is_trusted(slot)) activation_revert();
}

bool activation_ran(bool well)
{
    if (trial == noSlot) return false;
    if (!well)
    {
        reject();
        return true;
    }
    if (runsLeft > 0 && --runsLeft == 0) make_confirmed(trial);
    return false;
}

void activation_drop(uint32_t slot)
{
    rejected[slot] = false;
    if (pending == slot) pending = noSlot;
    if (trial == slot) trial = noSlot;
    if (confirmed == slot) confirmed = noSlot;
}

void activation_adopt(uint32_t slot)
{
    if (confirmed == noSlot) confirmed = slot;
}

void activation_forget(void)
{
    confirmed = pending = trial = noSlot;
    memset(rejected, 0, sizeof rejected);
}

void activation_replay(const record *entry)
{
    switch (entry->kind)
    {
        case recordEmpty:
        case recordUploading:
            activation_drop(entry->slot);
            break;
        case recordActive:
            confirmed = entry->slot;
            pending = trial = noSlot;
            rejected[entry->slot] = false;
            break;
        case recordPending:
            pending = entry->slot;
            break;
        case recordTrial:
            trial = entry->slot;
            pending = noSlot;
            break;
        case recordRejected:
            pending = trial = noSlot;
            rejected[entry->slot] = true;
            break;
    }
}

/* The kinds of what is to be said of the slots, in the order in which it is read. */
static uint32_t describe_all(uint32_t wanted, record *entry)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
        if (rejected[i] && count++ == wanted) describe(i, recordRejected, entry);
    const struct { uint32_t slot; record_kind kind; } chosen[] = {
        { confirmed, recordActive }, { pending, recordPending }, { trial, recordTrial },
    };
    for (uint32_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++)
        if (chosen[i].slot != noSlot && count++ == wanted) describe(chosen[i].slot, chosen[i].kind, entry);
    return count;
}

uint32_t activation_count(void)
{
    return describe_all(noSlot, NULL);
}

void activation_describe(uint32_t index, record *entry)
{
    describe_all(index, entry);
}

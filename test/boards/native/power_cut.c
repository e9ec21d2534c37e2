/*
 * The firmware's slots on a simulated flash whose power fails in the middle of a write or an erase, at every moment of
 * an upload and an activation. Afterwards the old or the new model must be active, and the upload must work. So it is where
 * the log is of an older or a newer format before.
 *
 * Exit code 1 at the first violation.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/engine.h"
#include "ports/port.h"
#include "formats/sha256.h"
#include "log_format.h"
#include "simulated_flash.h"
#include "store/activation.h"
#include "store/slots.h"
#include "update/upload.h"

/* The shorter new model ends at a word's border: then no piece is left to write when its last one was interrupted. */
enum { oldLength = 1500, newLengths = 2, longestNew = 1777, pieceBytes = 100 };

static const uint32_t newLengthOf[newLengths] = { longestNew, longestNew / WRITE_BYTES * WRITE_BYTES };
static uint32_t newLength;
static bool engineHasModel;
static const uint8_t preamble[] = { 0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00 };

/* The start of a module of that length that consists of one section; its length takes two bytes. */
enum { headBytes = sizeof preamble + 3 };

static void put_head(uint8_t *model, uint32_t length)
{
    const uint32_t section = length - headBytes;
    memcpy(model, preamble, sizeof preamble);
    model[sizeof preamble] = 0;
    model[sizeof preamble + 1] = (uint8_t) (section | 0x80);
    model[sizeof preamble + 2] = (uint8_t) (section >> 7);
}

model_error engine_check(const uint8_t *file, uint32_t length)
{
    return length > 0 && file[0] == preamble[0] ? modelOk : modelBadModel;
}

model_error engine_load(const uint8_t *file, uint32_t length)
{
    engineHasModel = engine_check(file, length) == modelOk;
    return engineHasModel ? modelOk : modelBadModel;
}

void engine_unload(void)
{
    engineHasModel = false;
}

model_error engine_admits(const uint8_t *head, uint32_t length)
{
    return length > 0 && head[0] == preamble[0] ? modelOk : modelUntrusted;
}

model_error engine_admits_version(const uint8_t *file, uint32_t length)
{
    return engine_check(file, length);
}

bool engine_trusts(const uint8_t *file, uint32_t length)
{
    return engine_check(file, length) == modelOk;
}

model_error engine_prove(const uint8_t *file, uint32_t length)
{
    return engine_check(file, length);
}

void engine_facts(const uint8_t *file, uint32_t length, model_facts *facts)
{
    (void) file;
    (void) length;
    (void) facts;
}

static uint8_t oldModel[oldLength], newModel[longestNew];

/* What main does. */
static void start(void)
{
    engine_unload();
    slots_open();
    upload_open();
    activation_start();
}

static model_error upload(const uint8_t *model, uint32_t length)
{
    uint8_t hash[sha256Bytes];
    uint32_t wanted;
    sha256(model, length, hash);
    model_error error = upload_begin(length, hash, model, pieceBytes, true, &wanted);
    while (!error && wanted < length)
    {
        const uint32_t rest = length - wanted;
        error = upload_write(wanted, model + wanted, rest < pieceBytes ? rest : pieceBytes, &wanted);
    }
    return error;
}

static model_error activate(const uint8_t *model, uint32_t length)
{
    uint8_t hash[sha256Bytes];
    sha256(model, length, hash);
    for (uint32_t i = 0; i < port_flash.slotCount; i++)
    {
        const slot_contents *slot = slots_at(i);
        if (slot->state == slotComplete && memcmp(slot->hash, hash, sha256Bytes) == 0) return activation_confirm(i);
    }
    return modelNoModel;
}

static bool active_is(const uint8_t *model, uint32_t length)
{
    const uint32_t slot = activation_active();
    return slot != noSlot && slots_at(slot)->length == length && memcmp(slots_model(slot), model, length) == 0;
}

static void fail(long moment, const char *what)
{
    printf("power failed after %ld bytes: %s\n", moment, what);
    exit(1);
}

static void must(long moment, model_error error, const char *what)
{
    if (error) fail(moment, what);
}

static uint8_t prepared[flashBytes];

/*
 * The old model is active. `churn` records are written before, so that the sector of the log is full at different moments.
 * The log has that format.
 */
static void prepare(uint32_t churn, uint32_t format)
{
    memset(prepared, 0xff, flashBytes);
    flash_restore(prepared);
    start();
    must(0, upload(oldModel, oldLength), "first upload");
    must(0, activate(oldModel, oldLength), "first activation");
    for (uint32_t i = 0; i < churn; i++) must(0, slots_erase(1 - activation_active()), "erase");
    log_set_format(format);
    memcpy(prepared, flash, flashBytes);
}

/* Nobody may erase the active model of a board with one slot by an upload, unless the board may be changed. */
static void check_permission(void)
{
    uint8_t hash[sha256Bytes];
    uint32_t wanted;
    flash_restore(prepared);
    start();
    sha256(newModel, newLength, hash);
    if (upload_begin(newLength, hash, newModel, pieceBytes, false, &wanted) != modelLocked) fail(0, "an upload is begun");
    if (!active_is(oldModel, oldLength)) fail(0, "the active model is gone");
}

static bool cut_at(long moment)
{
    flash_restore(prepared);
    start();
    volatile bool finished = false;
    if (setjmp(powerOff) == 0)
    {
        bytesUntilCut = moment;
        must(moment, upload(newModel, newLength), "upload");
        must(moment, activate(newModel, newLength), "activation");
        finished = true;
    }
    bytesUntilCut = -1;
    start();
    const bool isOld = active_is(oldModel, oldLength), isNew = active_is(newModel, newLength);
    if (finished && !isNew) fail(moment, "finished, and the new model is not active");
    if (!isOld && !isNew && (port_flash.slotCount == 2 || activation_active() != noSlot)) fail(moment, "no model is active");
    must(moment, upload(newModel, newLength), "upload afterwards");
    must(moment, activate(newModel, newLength), "activation afterwards");
    start();
    if (!active_is(newModel, newLength)) fail(moment, "the new model is not active afterwards");
    return finished;
}

/* Returns at how many moments. */
static long cut_everywhere(uint32_t churn, uint32_t format, long step)
{
    long moments = 0;
    prepare(churn, format);
    if (SLOTS == 1) check_permission();
    for (long moment = 0; !cut_at(moment); moment += step) moments++;
    return moments;
}

int main(void)
{
    if (!flash_map()) return 2;

    memset(oldModel, 'm', oldLength);
    put_head(oldModel, oldLength);
    for (uint32_t i = 0; i < longestNew; i++) newModel[i] = i < headBytes || i > 1700 ? 'm' : i > 1600 ? 0xff : (uint8_t) (i * 7);

    long moments = 0;
    for (uint32_t of = 0; of < newLengths; of++)
    {
        newLength = newLengthOf[of];
        put_head(newModel, newLength);
        const uint32_t churns = SLOTS == 1 || of > 0 ? 1 : 22;
        for (uint32_t churn = 0; churn < churns; churn += churn == 0 ? 14 : 1)
        {
            /* Every byte once; where the log is full, every word; of long units, every one several times. */
            moments += cut_everywhere(churn, formatOfToday, WRITE_BYTES > 4 ? WRITE_BYTES / 4 - 1 : churn > 0 ? 3 : 1);
        }
        moments += cut_everywhere(0, formatWithoutNumber, 7) + cut_everywhere(0, formatOfTomorrow, 7);
        if (log_format() != formatOfToday) fail(0, "a log of another format is gone on with");
    }
    printf("%ld moments\n", moments);
    return 0;
}

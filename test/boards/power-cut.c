/*
 * The firmware's slots on a simulated flash whose power fails in the middle of a write or an erase, at every moment of
 * an upload and an activation. Afterwards the old or the new model must be active, and the upload must work.
 *
 * SLOTS, the number of slots, is defined when it is compiled. Exit code 1 at the first violation.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"
#include "port.h"
#include "sha256.h"
#include "slots.h"

/* A low address, since the firmware holds flash addresses in 32 bits. */
enum { base = 0x20000000, sector = 1024, slotBytes = 2048, flashBytes = 2 * sector + 2 * slotBytes };
enum { oldLength = 1500, newLength = 1777, pieceBytes = 100 };

const flash_layout port_flash = {
    .slotCount = SLOTS,
    .slots = { { base + 2 * sector, slotBytes }, { base + 2 * sector + slotBytes, slotBytes } },
    .records = { { base, sector }, { base + sector, sector } },
    .writeBytes = 4,
};

static uint8_t *flash;
static long bytesUntilCut;
static jmp_buf powerOff;
static bool engineHasModel;

/* Power fails after so many more bytes. */
static void spend(void)
{
    if (bytesUntilCut-- == 0) longjmp(powerOff, 1);
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
    {
        if (i % 64 == 0) spend();
        flash[address - base + i] = 0xff;
    }
    return true;
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    if (address % 4 != 0 || length % 4 != 0) abort();
    for (uint32_t i = 0; i < length; i++)
    {
        spend();
        flash[address - base + i] &= data[i];
    }
    return memcmp(flash + (address - base), data, length) == 0;
}

model_error engine_check(const uint8_t *file, uint32_t length)
{
    return length > 0 && file[0] == 'm' ? modelOk : modelBadModel;
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

static uint8_t oldModel[oldLength], newModel[newLength];

static model_error upload(const uint8_t *model, uint32_t length)
{
    uint8_t hash[sha256Bytes];
    uint32_t wanted;
    sha256(model, length, hash);
    model_error error = slots_begin(length, hash, &wanted);
    while (!error && wanted < length)
    {
        const uint32_t rest = length - wanted;
        error = slots_write(wanted, model + wanted, rest < pieceBytes ? rest : pieceBytes, &wanted);
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
        if (slot->state == slotComplete && memcmp(slot->hash, hash, sha256Bytes) == 0) return slots_activate(i);
    }
    return modelNoModel;
}

static bool active_is(const uint8_t *model, uint32_t length)
{
    const uint32_t slot = slots_active();
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

/* `churn` records are written before, so that the sector of the log is full at different moments. */
static bool cut_at(long moment, uint32_t churn)
{
    bytesUntilCut = -1;
    memset(flash, 0xff, flashBytes);
    slots_open();
    must(moment, upload(oldModel, oldLength), "first upload");
    must(moment, activate(oldModel, oldLength), "first activation");
    for (uint32_t i = 0; i < churn; i++) must(moment, slots_erase(1 - slots_active()), "erase");

    volatile bool finished = false;
    if (setjmp(powerOff) == 0)
    {
        bytesUntilCut = moment;
        must(moment, upload(newModel, newLength), "upload");
        must(moment, activate(newModel, newLength), "activation");
        finished = true;
    }
    bytesUntilCut = -1;
    slots_open();
    const bool isOld = active_is(oldModel, oldLength), isNew = active_is(newModel, newLength);
    if (finished && !isNew) fail(moment, "finished, and the new model is not active");
    if (!isOld && !isNew && (port_flash.slotCount == 2 || slots_active() != noSlot)) fail(moment, "no model is active");
    must(moment, upload(newModel, newLength), "upload afterwards");
    must(moment, activate(newModel, newLength), "activation afterwards");
    slots_open();
    if (!active_is(newModel, newLength)) fail(moment, "the new model is not active afterwards");
    return finished;
}

int main(void)
{
    flash = mmap((void *) (uintptr_t) base, flashBytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (flash != (uint8_t *) (uintptr_t) base) return 2;

    memset(oldModel, 'm', oldLength);
    for (uint32_t i = 0; i < newLength; i++) newModel[i] = i < 8 || i > 1700 ? 'm' : i > 1600 ? 0xff : (uint8_t) (i * 7);

    long moments = 0;
    for (uint32_t churn = 0; churn < 22; churn += churn == 0 ? 14 : 1)
    {
        if (churn > 0 && SLOTS == 1) break;
        for (long moment = 0; !cut_at(moment, churn); moment++) moments++;
    }
    printf("%ld moments\n", moments);
    return 0;
}

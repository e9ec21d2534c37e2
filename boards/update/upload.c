#include "upload.h"

#include <string.h>

#include "../store/flash.h"
#include "../store/slots.h"
#include "patch.h"
#ifdef WASMOTE_SEALED
#include "../trust/device_key.h"
#include "../trust/seal.h"
#endif

/* Flash chips program at most so many bytes at once, in no order. */
enum { mostPageBytes = 256 };

/* What an upload needs that is more than to write what is sent, in memory that is lent to it. */
typedef struct stages
{
    uint8_t sentHash[sha256Bytes];      /* of what is sent */
    patch patch;
#ifdef WASMOTE_SEALED
    seal_state seal;
    x25519_pair own;
#endif
} stages;

/* The upload that goes on. */
static struct
{
    bool goesOn;
    bool mayReplace;
    bool hasHash;               /* that of all that is sent is known */
    bool isSealed, isPatch;
    bool isRead;                /* what the sealed file holds is known */
    bool isSought;              /* the bytes from `seek` on are wanted, of the patch or of what is sealed */
    model_error error;
    stages *stages;             /* NULL where the file itself is sent, and is admitted */
    uint32_t sent, wanted;      /* bytes of what is sent, and the offset wanted next */
    uint32_t slot;              /* noSlot until it is known that the file is admitted */
    uint32_t length;            /* of the file */
    uint32_t at;                /* bytes of it that are in flash */
    uint32_t unitBytes;         /* further ones, which do not fill a unit of flash yet */
    uint32_t gathered;          /* bytes of its head, before it is admitted */
    uint32_t base;              /* the slot of the file that the patch is for */
    uint32_t seek, skip;
    uint8_t unit[mostWriteBytes];
} current;

/* The last upload, where all of it came since the start; noSlot: none. */
static struct
{
    uint32_t slot, sent;
    uint32_t offset, length;    /* of its last piece */
    model_error error;          /* what was answered to that */
    bool isMade;                /* what was sent was not the file */
} finished = { .slot = noSlot };

/* In place of a hash that nobody said. */
static const uint8_t noHash[sha256Bytes];

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void fail(model_error error)
{
    if (!current.error) current.error = error;
}

/* ------------------------------------------------------------------------------------------------------ into the slot */

/*
 * Where an interrupted upload may go on: a page before the last byte that is not erased, since of the page that was being
 * programmed any bytes may be missing. To write the same once more changes nothing.
 */
static uint32_t written_bytes(uint32_t slot)
{
    const uint8_t *bytes = slots_model(slot);
    uint32_t length = slots_at(slot)->length;
    while (length > 0 && bytes[length - 1] == 0xff) length--;
    length = length > mostPageBytes ? length - mostPageBytes : 0;
    return length - length % port_flash.writeBytes;
}

/* Goes on with what a slot holds of that very file, all of it perhaps. False where none holds any of it. */
static bool find_file(uint32_t length, const uint8_t *hash)
{
    const uint32_t slot = slots_with(length, hash);
    if (slot == noSlot) return false;
    const bool isComplete = slots_at(slot)->state == slotComplete;
    if (!isComplete && !slots_readable(slot))
    {
        slots_spoil(slot);
        return false;
    }
    current.slot = slot;
    current.length = length;
    current.at = isComplete ? length : written_bytes(slot);
    return true;
}

/* Finds a slot for the file that begins with `head`, and empties it. */
static model_error make_room(uint32_t length, const uint8_t *hash, const uint8_t *head, uint32_t headLength)
{
    const uint32_t slot = slots_replaceable(current.base, current.mayReplace);
    if (slot == noSlot) return port_flash.slotCount == 1 && current.base == noSlot ? modelLocked : modelBusy;
    if (length > port_flash.slots[slot].length) return modelFlash;
    model_error error = engine_admits(head, headLength);
    if (!error) error = slots_expect(slot, length, hash);
    if (error) return error;
    current.slot = slot;
    current.length = length;
    current.at = 0;
    return modelOk;
}

static void write_units(const uint8_t *bytes, uint32_t length)
{
    if (length == 0 || current.error) return;
    if (slots_at(current.slot)->state != slotUploading) fail(modelBadRequest);
    else if (!port_flash_write(port_flash.slots[current.slot].address + current.at, bytes, length)) fail(modelFlash);
    current.at += length;
}

/* Writes bytes of the file, which come in order. */
static void put(const uint8_t *bytes, uint32_t length)
{
    const uint32_t unit = port_flash.writeBytes;
    if (length > current.length - current.at - current.unitBytes)
    {
        fail(modelBadRequest);
        return;
    }
    if (current.unitBytes > 0)
    {
        const uint32_t copied = smaller(length, unit - current.unitBytes);
        memcpy(current.unit + current.unitBytes, bytes, copied);
        current.unitBytes += copied;
        bytes += copied;
        length -= copied;
        if (current.unitBytes < unit) return;
        current.unitBytes = 0;
        write_units(current.unit, unit);
    }
    const uint32_t rest = length % unit;
    write_units(bytes, length - rest);
    memcpy(current.unit, bytes + length - rest, rest);
    current.unitBytes = rest;
}

/* The last unit is not full. */
static void put_last(void)
{
    if (current.unitBytes == 0) return;
    memset(current.unit + current.unitBytes, 0xff, sizeof current.unit - current.unitBytes);
    write_units(current.unit, port_flash.writeBytes);
}

/* ---------------------------------------------------------------------------------------------------------- its head */

/* The hash by which an interrupted upload is found again: the file's, where that is known before all of it is there. */
static const uint8_t *known_hash(void)
{
    return current.isPatch ? patch_new_hash(&current.stages->patch) : current.stages->sentHash;
}

/* Takes bytes of a file that is not admitted yet, until there are enough of them to tell. */
static void gather(const uint8_t *bytes, uint32_t length)
{
    patch *of = &current.stages->patch;
    uint8_t *head = patch_spare(of);
    const uint32_t most = smaller(current.isPatch ? of->clearBytes : current.length, patchSpareBytes);
    const uint32_t copied = smaller(length, most - current.gathered);
    memcpy(head + current.gathered, bytes, copied);
    current.gathered += copied;
    if (current.gathered < most) return;
    fail(make_room(current.length, known_hash(), head, most));
    if (current.error) return;
    put(head, most);
    put(bytes + copied, length - copied);
}

static void take_file(const uint8_t *bytes, uint32_t length)
{
    if (current.slot == noSlot) gather(bytes, length);
    else put(bytes, length);
}

/* ------------------------------------------------------------------------------------------------------------ patches */

static bool is_complete(void)
{
    return current.slot != noSlot && current.at + current.unitBytes == current.length;
}

/* What a patch gives. */
static bool take_patched(void *context, const uint8_t *bytes, uint32_t length)
{
    (void) context;
    take_file(bytes, length);
    return !current.error;
}

/* The patch's head is there: finds the file that it is for, and what there is of the one that it gives. */
static void begin_patch(void)
{
    patch *of = &current.stages->patch;
    current.base = slots_with(of->oldLength, patch_old_hash(of));
    if (current.base == noSlot || slots_at(current.base)->state != slotComplete)
    {
        fail(modelNoBase);
        return;
    }
    current.length = of->newLength;
    const bool isKnown = find_file(of->newLength, patch_new_hash(of));
    patch_begin(of, slots_model(current.base), isKnown ? current.at : 0);
    if (!isKnown && of->clearBytes == 0) gather(patch_spare(of), 0);
}

static void take_patch(const uint8_t *bytes, uint32_t length)
{
    patch *of = &current.stages->patch;
    while (!current.error && !is_complete())
    {
        const patch_state state = patch_take(of, &bytes, &length);
        if (state == patchHasHead)
        {
            begin_patch();
            continue;
        }
        if (state == patchDamaged) fail(modelBadPatch);
        current.isSought = state == patchSeeks;
        current.seek = of->offset;
        return;
    }
}

/* ------------------------------------------------------------------------------------------------------- sealed files */

static bool begins_with(const uint8_t *bytes, uint32_t length, const char magic[4])
{
    return length >= 4 && memcmp(bytes, magic, 4) == 0;
}

#ifdef WASMOTE_SEALED
/* Finds out what was sealed; a file of which a part is there already goes on at the chunk that is not. */
static void read_first_chunk(const uint8_t *bytes, uint32_t length)
{
    current.isRead = true;
    current.isPatch = begins_with(bytes, length, "WMPT");
    if (current.isPatch)
    {
        patch_open(&current.stages->patch, take_patched, NULL);
        return;
    }
    current.length = current.stages->seal.length;
    if (!current.hasHash || !find_file(current.length, current.stages->sentHash)) return;
    if (is_complete())
    {
        /* A file that is here has the hash that was said, which is another one's then: of what is sealed, the hash is not known. */
        current.slot = noSlot;
        current.at = 0;
        return;
    }
    current.at -= current.at % sealChunkBytes;
    current.seek = current.at;
    current.isSought = current.at > 0;
}

/* What was sealed, chunk by chunk. */
static bool take_opened(void *context, const uint8_t *bytes, uint32_t length)
{
    (void) context;
    if (!current.isRead) read_first_chunk(bytes, length);
    if (current.isSought) return false;
    const uint32_t skipped = smaller(current.skip, length);
    current.skip -= skipped;
    if (current.isPatch) take_patch(bytes + skipped, length - skipped);
    else take_file(bytes + skipped, length - skipped);
    return !current.error && !current.isSought && !is_complete();
}

/* Bytes that go to the seal, on a stack of their own where that needs it. */
typedef struct sealed_piece
{
    const uint8_t *bytes;
    uint32_t length;
    seal_result result;
} sealed_piece;

static void open_piece(void *argument)
{
    sealed_piece *of = argument;
    of->result = seal_take(&current.stages->seal, of->bytes, of->length);
}

/* The head is taken by itself: where it ends, keys are agreed upon, for which the stack is too small. */
static uint32_t next_piece(uint32_t length)
{
    const seal_state *seal = &current.stages->seal;
    if (seal->opened) return length;
    return smaller(length, (seal->headBytes ? seal->headBytes : sealPreludeBytes) - seal->taken);
}

static void take_sealed(const uint8_t *bytes, uint32_t length)
{
    seal_state *seal = &current.stages->seal;
    sealed_piece piece = { .bytes = bytes, .result = sealGood };
    while (length > 0 && piece.result == sealGood)
    {
        piece.length = next_piece(length);
        if (!seal->opened && seal->taken + piece.length == seal->headBytes) engine_call_on_memory(open_piece, &piece);
        else open_piece(&piece);
        piece.bytes += piece.length;
        length -= piece.length;
    }
    if (current.isSought)
    {
        const uint32_t chunk = current.seek / sealChunkBytes;
        current.skip = current.seek % sealChunkBytes;
        seal_seek(seal, chunk);
        current.seek = seal->headBytes + chunk * sealStrideBytes;
    }
    else if (piece.result != sealGood && !is_complete()) fail(modelSealed);
}

static void read_key(void *argument)
{
    bool *isThere = argument;
    *isThere = device_key_read(&current.stages->own);
}

static void open_seal(void)
{
    bool isThere;
    engine_call_on_memory(read_key, &isThere);
    seal_open(&current.stages->seal, &current.stages->own, take_opened, NULL);
    if (!isThere) fail(modelSealed);
}
#endif

/* ---------------------------------------------------------------------------------------------------------- the upload */

static void end_upload(void)
{
    if (current.stages)
    {
#ifdef WASMOTE_SEALED
        seal_close(&current.stages->seal);
        device_key_wipe(&current.stages->own);
#endif
        engine_take_back();
    }
    memset(&current, 0, sizeof current);
    current.slot = current.base = noSlot;
}

void upload_open(void)
{
    end_upload();
    finished.slot = noSlot;
}

void upload_pause(void)
{
    if (current.stages) end_upload();
}

const uint8_t *upload_made(void)
{
    if (current.goesOn || finished.slot == noSlot || !finished.isMade) return NULL;
    return !finished.error && slots_at(finished.slot)->state == slotComplete ? slots_at(finished.slot)->hash : NULL;
}

/* What could not be written, or came of a bad patch, is not gone on with: the slot is erased once more. */
static model_error give_up(model_error error)
{
    if (current.slot != noSlot && slots_at(current.slot)->state == slotUploading && error != modelSealed) slots_spoil(current.slot);
    end_upload();
    return error;
}

/* All of the file is there, since now or since before; the last piece of what was sent had so many bytes. */
static model_error finish(uint32_t length, uint32_t *wanted)
{
    const uint32_t slot = current.slot;
    const bool isNew = slots_at(slot)->state == slotUploading, hasOwnHash = current.isPatch || (current.hasHash && !current.isSealed);
    if (isNew) put_last();
    if (current.error) return give_up(current.error);
    *wanted = finished.sent = current.sent;
    finished.slot = slot;
    finished.offset = current.wanted;
    finished.length = length;
    finished.isMade = current.isPatch || current.isSealed;
    end_upload();
    return finished.error = isNew ? slots_settle(slot, hasOwnHash) : modelOk;
}

/* What is missing at the end of all that was sent. */
static model_error cut_off(void)
{
    return current.isPatch ? modelBadPatch : current.isSealed ? modelSealed : modelBadRequest;
}

static model_error take(const uint8_t *data, uint32_t length, uint32_t *wanted)
{
#ifdef WASMOTE_SEALED
    if (current.isSealed) take_sealed(data, length);
    else
#endif
    if (current.isPatch) take_patch(data, length);
    else take_file(data, length);
    if (current.error) return give_up(current.error);
    if (is_complete()) return finish(length, wanted);

    *wanted = current.wanted = current.isSought ? current.seek : current.wanted + length;
    current.isSought = false;
    return current.wanted < current.sent ? modelOk : give_up(cut_off());
}

static void borrow_stages(const uint8_t *hash)
{
    current.stages = engine_lend(sizeof(stages));
    memset(current.stages, 0, sizeof(stages));
    memcpy(current.stages->sentHash, hash, sha256Bytes);
}

/* Begins with what is not the file itself. */
static void begin_stages(const uint8_t *hash)
{
    borrow_stages(hash);
    if (current.isPatch) patch_open(&current.stages->patch, take_patched, NULL);
#ifdef WASMOTE_SEALED
    else open_seal();
#else
    else fail(modelSealed);
#endif
}

/*
 * Begins with the file itself, or goes on with it: *length is 0 then, since what it begins with is there already. Where a small packet
 * has not all that tells whether the file is admitted, that is gathered.
 */
static void begin_file(const uint8_t *hash, const uint8_t *data, uint32_t *length)
{
    if (current.hasHash && find_file(current.sent, hash))
    {
        current.wanted = current.at;
        if (current.at > 0) *length = 0;
        return;
    }
    const model_error error = make_room(current.sent, hash, data, *length);
    if (error == modelUntrusted && *length < smaller(current.sent, patchSpareBytes))
    {
        borrow_stages(hash);
        current.length = current.sent;
    }
    else fail(error);
}

/* Whether that very file is on its way, and some of it is there: then it goes on to the byte where it was. */
static bool goes_on_with(uint32_t sent, const uint8_t *hash)
{
    const bool isFile = current.goesOn && !current.stages && current.hasHash && current.wanted > 0;
    return isFile && slots_with(sent, hash) == current.slot && slots_at(current.slot)->state == slotUploading;
}

model_error upload_begin(uint32_t sent, const uint8_t *hash, const uint8_t *data, uint32_t length, bool mayReplace,
                         uint32_t *wanted)
{
    if (length > sent) return modelBadRequest;
    if (hash && goes_on_with(sent, hash))
    {
        *wanted = current.wanted;
        return modelOk;
    }
    end_upload();
    finished.slot = noSlot;
    current.goesOn = true;
    current.mayReplace = mayReplace;
    current.sent = sent;
    current.hasHash = hash != NULL;
    if (!hash) hash = noHash;
    current.isPatch = begins_with(data, length, "WMPT");
    current.isSealed = begins_with(data, length, "WMSE");
    if (current.isPatch || current.isSealed) begin_stages(hash);
    else begin_file(hash, data, &length);
    return current.error ? give_up(current.error) : take(data, length, wanted);
}

model_error upload_write(uint32_t offset, const uint8_t *data, uint32_t length, uint32_t *wanted)
{
    if (!current.goesOn)
    {
        /* The last piece once more, since its answer was lost. */
        if (finished.slot == noSlot || offset != finished.offset || length != finished.length) return modelBusy;
        *wanted = finished.sent;
        return finished.error;
    }
    if (current.slot != noSlot && slots_at(current.slot)->state == slotEmpty)
    {
        end_upload();
        return modelBusy;
    }
    *wanted = current.wanted;
    if (offset != current.wanted) return modelOk;
    return length <= current.sent - offset ? take(data, length, wanted) : modelBadRequest;
}

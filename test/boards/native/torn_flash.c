#include "torn_flash.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "store/flash.h"

enum { flashBytes = 2 * SECTOR_BYTES + SLOTS * SLOT_BYTES, flashUnits = flashBytes / WRITE_BYTES, rowBytes = 256 };

_Static_assert(flashBytes <= sizeof ((flash_state *) NULL)->bytes && flashUnits <= sizeof ((flash_state *) NULL)->torn, "room");

static uint8_t *flash, *torn;
static uint32_t cutOperation = never, cutVariant, random_;
static void (*powerOff)(void);
uint32_t flashOperations;

static bool is_readable(uint32_t address, uint32_t length)
{
    for (uint32_t i = 0; i < length; i += WRITE_BYTES) if (torn[(address - flashBase + i) / WRITE_BYTES]) return false;
    return true;
}

const flash_layout port_flash = {
    .slotCount = SLOTS,
    .slots = {
        { flashBase + 2 * SECTOR_BYTES, SLOT_BYTES },
#if SLOTS > 1
        { flashBase + 2 * SECTOR_BYTES + SLOT_BYTES, SLOT_BYTES },
#endif
    },
    .records = { { flashBase, SECTOR_BYTES }, { flashBase + SECTOR_BYTES, SECTOR_BYTES } },
    .writeBytes = WRITE_BYTES,
    .readable = CODES ? is_readable : NULL,
};

static uint32_t next_random(void)
{
    random_ = random_ * 1664525u + 1013904223u;
    return random_ >> 8;
}

static void set_torn(uint32_t at, bool isTorn)
{
    if (!CODES) return;
    torn[at / WRITE_BYTES] = isTorn;
    if (isTorn) __asan_poison_memory_region(flash + at, WRITE_BYTES);
    else __asan_unpoison_memory_region(flash + at, WRITE_BYTES);
}

/* Whether power fails at this operation; where it fails before, that is the end. */
static bool begins_torn(void)
{
    if (flashOperations++ != cutOperation) return false;
    if (cutVariant == 0) powerOff();
    random_ = cutVariant * 2654435761u + cutOperation;
    return true;
}

static uint32_t offset_of(uint32_t address, uint32_t length)
{
    const uint32_t at = address - flashBase;
    if (address < flashBase || at > flashBytes || length > flashBytes - at) abort();
    return at;
}

static void tear_row(uint32_t at, uint32_t length, uint32_t how)
{
    for (uint32_t i = 0; i < length; i++)
        flash[at + i] = how == 0 ? flash[at + i] : how == 1 ? 0xff : (uint8_t) (flash[at + i] | next_random());
    for (uint32_t i = 0; how != 1 && i < length; i += WRITE_BYTES) set_torn(at + i, how == 2 && next_random() % 4 != 0);
}

/* Rows that are through, one that anything may have come of, and rows of each kind where the flash erases all at once. */
static void tear_erase(uint32_t at, uint32_t length)
{
    const uint32_t rows = length / rowBytes, reached = next_random() % (rows + 1), inOrder = next_random() % 2;
    for (uint32_t i = 0; i < length; i += WRITE_BYTES) set_torn(at + i, false);
    for (uint32_t row = 0; row < rows; row++)
    {
        const uint32_t how = !inOrder ? next_random() % 3 : row < reached ? 1 : row == reached ? 2 : 0;
        tear_row(at + row * rowBytes, rowBytes, how);
    }
}

bool port_flash_erase(uint32_t address, uint32_t length)
{
    const uint32_t at = offset_of(address, length), border = at < 2 * SECTOR_BYTES ? SECTOR_BYTES : rowBytes;
    if (at % border != 0 || length % border != 0) abort();
    const bool isTorn = begins_torn();
    if (isTorn) tear_erase(at, length);
    if (isTorn) powerOff();
    for (uint32_t i = 0; i < length; i += WRITE_BYTES) set_torn(at + i, false);
    memset(flash + at, 0xff, length);
    return true;
}

/* Any of the bits that were to be programmed are. Of units with codes, those that are neither as before nor whole are torn. */
static void tear_program(uint32_t at, const uint8_t *data, uint32_t length)
{
    const uint32_t reached = next_random() % length, inOrder = next_random() % 2;
    for (uint32_t unit = 0; unit < length; unit += WRITE_BYTES)
    {
        bool isWhole = true, isBefore = true;
        for (uint32_t i = unit; i < unit + WRITE_BYTES; i++)
        {
            const uint8_t before = flash[at + i], after = before & data[i];
            const uint8_t left = inOrder ? (i < reached ? 0 : i == reached ? (uint8_t) next_random() : 0xff) : (uint8_t) next_random();
            flash[at + i] = (uint8_t) (after | (before & left));
            isWhole = isWhole && flash[at + i] == after;
            isBefore = isBefore && flash[at + i] == before;
        }
        set_torn(at + unit, CODES && ((!isWhole && !isBefore) || (isBefore && !isWhole && !inOrder && next_random() % 2)));
    }
}

static bool is_blank(const uint8_t *bytes, uint32_t length)
{
    while (length-- > 0) if (*bytes++ != 0xff) return false;
    return true;
}

static void program(uint32_t at, const uint8_t *data, uint32_t length)
{
    if (memcmp(flash + at, data, length) == 0) return;
    if (CODES && !is_blank(flash + at, length)) abort();
    const bool isTorn = begins_torn();
    if (isTorn) tear_program(at, data, length);
    if (isTorn) powerOff();
    for (uint32_t i = 0; i < length; i++) flash[at + i] &= data[i];
}

bool port_flash_write(uint32_t address, const uint8_t *data, uint32_t length)
{
    const uint32_t at = offset_of(address, length);
    if (at % WRITE_BYTES != 0 || length % WRITE_BYTES != 0) abort();
    for (uint32_t i = 0, piece; i < length; i += piece)
    {
        const uint32_t toBorder = PAGE_BYTES - (at + i) % PAGE_BYTES, rest = length - i;
        piece = rest < toBorder ? rest : toBorder;
        program(at + i, data + i, piece);
    }
    return memcmp(flash + at, data, length) == 0;
}

static void allow_all(void)
{
    __asan_unpoison_memory_region(flash, flashBytes);
}

void flash_save(flash_state *state)
{
    allow_all();
    memcpy(state->bytes, flash, flashBytes);
    memcpy(state->torn, torn, flashUnits);
}

void flash_load(const flash_state *state)
{
    allow_all();
    memcpy(flash, state->bytes, flashBytes);
    memcpy(torn, state->torn, flashUnits);
}

void flash_power_on(uint32_t operation, uint32_t variant, void (*off)(void))
{
    allow_all();
    for (uint32_t i = 0; i < flashUnits; i++) set_torn(i * WRITE_BYTES, torn[i]);
    cutOperation = operation;
    cutVariant = variant;
    powerOff = off;
    flashOperations = 0;
}

bool flash_map(void)
{
    const int shared = PROT_READ | PROT_WRITE;
    flash = mmap((void *) (uintptr_t) flashBase, flashBytes, shared, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    torn = mmap(NULL, flashUnits, shared, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (flash != (uint8_t *) (uintptr_t) flashBase || torn == MAP_FAILED) return false;
    memset(flash, 0xff, flashBytes);
    return true;
}

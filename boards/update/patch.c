#include "patch.h"

#include <string.h>

enum { formatVersion = 1, leastBlockShift = 8, mostBlockShift = 15, mostLength = 1 << 30, entryBytes = 2 };

/* Parts of a patch. */
enum { inHead, inClear, inIndex, inBlock };

/* Kinds of pieces. */
enum { copied, differing, literal, noKind };

/* Symbols, by what they tell. */
enum
{
    askedKind, askedLengthExponent, askedLength, askedMoved, askedDirection, askedSeekExponent, askedSeek,
    askedUpper, askedLower, askedToken, askedDifference,
    askedNothing,   /* the block is complete, and the rest of its bytes is still to be read */
};

/* Where contexts are: trees of 2, 4 or 5 bits, whose number 0 is not used. */
enum
{
    kindTrees = 0,
    lengthTrees = kindTrees + 4 * 4,
    movedTree = lengthTrees + 3 * 16,
    seekTree = movedTree + 2,
    upperTree = seekTree + 32,
    lowerTrees = upperTree + 16,
    differenceTrees = lowerTrees + 4 * 16,
    oldClasses = 7,
    allContexts = differenceTrees + (oldClasses + 2) * 16,
    noContexts = 0xffff,
};
_Static_assert((int) allContexts == (int) patchContexts, "as many contexts as there is room for");

enum { freshContext = 2048 << 4, mostSeekBits = 24, largeDifference = 8, anyDifference = 15 };

static const uint32_t leastRange = 1u << 24;

/* By how much of the distance a probability moves, in 65536ths, by its count. */
static const uint16_t rates[16] = {
    65536 / 2, 65536 / 3, 65536 / 4, 65536 / 5, 65536 / 6, 65536 / 7, 65536 / 8, 65536 / 9, 65536 / 10, 65536 / 11, 65536 / 12,
    65536 / 13, 65536 / 14, 65536 / 15, 65536 / 16, 65536 / 32,
};

static uint32_t read_u16(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t) bytes[1] << 8;
}

static uint32_t read_u32(const uint8_t *bytes)
{
    return read_u16(bytes) | read_u16(bytes + 2) << 16;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

void patch_open(patch *of, patch_write write, void *context)
{
    memset(of, 0, sizeof *of);
    of->write = write;
    of->context = context;
}

const uint8_t *patch_old_hash(const patch *of)
{
    return of->head + 16;
}

const uint8_t *patch_new_hash(const patch *of)
{
    return of->head + 16 + sha256Bytes;
}

uint8_t *patch_spare(patch *of)
{
    return (uint8_t *) of->contexts + patchHeadBytes;
}

/* Ends the work, or lets it wait, unless it has ended. */
static void end_as(patch *of, patch_state state)
{
    if (of->state == patchWantsBytes) of->state = state;
}

static void write_out(patch *of, const uint8_t *bytes, uint32_t length)
{
    if (length > 0 && !of->write(of->context, bytes, length)) end_as(of, patchUnwritten);
}

static void flush_output(patch *of)
{
    const uint32_t length = of->outputBytes;
    of->outputBytes = 0;
    write_out(of, of->output, length);
}

static void put(patch *of, uint8_t byte)
{
    if (of->position++ < of->have) return;
    of->output[of->outputBytes++] = byte;
    if (of->outputBytes == patchOutputBytes) flush_output(of);
}

/* Bytes that lie somewhere in order. */
static void put_all(patch *of, const uint8_t *bytes, uint32_t length)
{
    const uint32_t known = of->have > of->position ? of->have - of->position : 0;
    const uint32_t skipped = smaller(known, length);
    flush_output(of);
    of->position += length;
    write_out(of, bytes + skipped, length - skipped);
}

/* Asks for a number of so many bits by a tree of contexts, or by none. */
static void ask(patch *of, uint8_t what, uint32_t base, uint32_t bits)
{
    of->asked = what;
    of->base = (uint16_t) base;
    of->value = 1;
    of->end = 1u << bits;
}

static void ask_kind(patch *of)
{
    ask(of, askedKind, kindTrees + of->kind * 4u, 2);
}

static void begin_block(patch *of)
{
    const uint32_t left = of->newLength - of->position;
    if (left == 0)
    {
        end_as(of, patchComplete);
        return;
    }
    of->blockEnd = of->position + smaller(left, 1u << of->blockShift);
    of->source = of->position;
    of->kind = noKind;
    of->largeOnes = 0;
    of->codeBytes = 0;
    of->range = 0xffffffff;
    for (uint32_t i = 0; i < patchContexts; i++) of->contexts[i] = freshContext;
    ask_kind(of);
}

static void end_block(patch *of)
{
    flush_output(of);
    if (of->state == patchWantsBytes) begin_block(of);
}

/* Class of an old byte: 0; negative and positive, by magnitude. */
static uint32_t class_of(uint8_t byte)
{
    const uint32_t magnitude = byte < 128 ? byte : 256u - byte;
    if (byte == 0) return 0;
    return (byte < 128 ? 4u : 1u) + (magnitude >= 40 ? 2u : magnitude >= 12 ? 1u : 0u);
}

/* Goes on with a piece of which bytes are left, or behind it. */
static void next_byte(patch *of)
{
    if (of->length == 0)
    {
        if (of->position == of->blockEnd) of->asked = askedNothing;
        else ask_kind(of);
    }
    else if (of->kind == literal) ask(of, askedUpper, upperTree, 4);
    else
    {
        /* Large differences one and four bytes before. */
        const uint32_t near = of->largeOnes & 9u;
        const uint32_t context = near == 9 ? oldClasses + 1u : near == 8 ? oldClasses : class_of(of->old[of->source]);
        ask(of, askedToken, differenceTrees + context * 16, 4);
    }
}

static void put_byte(patch *of, uint32_t byte)
{
    put(of, (uint8_t) byte);
    of->source++;
    of->length--;
    next_byte(of);
}

static void put_difference(patch *of, uint32_t magnitude, bool isNegative)
{
    of->largeOnes = (uint8_t) (of->largeOnes << 1 | (magnitude >= largeDifference));
    put_byte(of, of->old[of->source] + (isNegative ? 0u - magnitude : magnitude));
}

/* A piece of the old file, whose place is known. */
static void begin_piece(patch *of)
{
    if (of->source > of->oldLength || of->length > of->oldLength - of->source)
    {
        end_as(of, patchDamaged);
        return;
    }
    if (of->kind == copied)
    {
        put_all(of, of->old + of->source, of->length);
        of->source += of->length;
        of->length = 0;
    }
    next_byte(of);
}

/* The token of a difference: 0; 1 to 4 by sign; ranges by sign, of which bits tell more; anything. */
static void take_token(patch *of, uint32_t token)
{
    of->detail = (uint8_t) token;
    if (token <= 8) put_difference(of, (token + 1) / 2, token % 2 == 0);
    else ask(of, askedDifference, noContexts, token == anyDifference ? 8 : token >= 13 ? 4 : token >= 11 ? 2 : 1);
}

static void take_difference(patch *of, uint32_t bits)
{
    const uint32_t token = of->detail;
    if (token == anyDifference) put_difference(of, bits < 128 ? bits : 256 - bits, bits >= 128);
    else put_difference(of, bits + (token >= 13 ? 11 : token >= 11 ? 7 : 5), token % 2 == 0);
}

static void take_seek(patch *of, uint32_t bits)
{
    const uint32_t distance = (1u << of->detail) + bits;
    if (of->isBackwards && distance > of->source)
    {
        end_as(of, patchDamaged);
        return;
    }
    of->source += of->isBackwards ? 0u - distance : distance;
    begin_piece(of);
}

static void take_length(patch *of, uint32_t bits)
{
    of->length = (1u << of->detail) + bits;
    if (of->length > of->blockEnd - of->position) end_as(of, patchDamaged);
    else if (of->kind == literal) next_byte(of);
    else ask(of, askedMoved, movedTree, 1);
}

/* A symbol that is complete. */
static void take_symbol(patch *of, uint32_t symbol)
{
    switch (of->asked)
    {
        case askedKind:
            of->kind = (uint8_t) symbol;
            if (symbol == noKind) end_as(of, patchDamaged);
            else ask(of, askedLengthExponent, lengthTrees + symbol * 16, 4);
            break;
        case askedLengthExponent:
            of->detail = (uint8_t) symbol;
            ask(of, askedLength, noContexts, symbol);
            break;
        case askedLength:
            take_length(of, symbol);
            break;
        case askedMoved:
            if (symbol == 0) begin_piece(of);
            else ask(of, askedDirection, noContexts, 1);
            break;
        case askedDirection:
            of->isBackwards = (uint8_t) symbol;
            ask(of, askedSeekExponent, seekTree, 5);
            break;
        case askedSeekExponent:
            of->detail = (uint8_t) symbol;
            if (symbol > mostSeekBits) end_as(of, patchDamaged);
            else ask(of, askedSeek, noContexts, symbol);
            break;
        case askedSeek:
            take_seek(of, symbol);
            break;
        case askedUpper:
            of->detail = (uint8_t) symbol;
            ask(of, askedLower, lowerTrees + symbol / 4 * 16, 4);
            break;
        case askedLower:
            put_byte(of, of->detail * 16u + symbol);
            break;
        case askedToken:
            take_token(of, symbol);
            break;
        case askedDifference:
            take_difference(of, symbol);
            break;
        default:
            end_block(of);
            break;
    }
}

/* Reads a bit of the symbol that is asked for (LZMA specification, "Range decoder", with other probabilities). */
static void take_bit(patch *of)
{
    uint16_t *context = of->base == noContexts ? NULL : &of->contexts[of->base + of->value];
    const uint32_t odds = context ? *context >> 4 : 0, count = context ? *context & 15u : 0;
    const uint32_t bound = context ? (of->range >> 12) * odds : of->range >> 1;
    const uint32_t bit = of->code >= bound;
    if (bit)
    {
        of->code -= bound;
        of->range -= bound;
    }
    else of->range = bound;
    if (context)
    {
        const uint32_t moved = bit ? odds - (odds * rates[count] >> 16) : odds + ((4096 - odds) * rates[count] >> 16);
        *context = (uint16_t) (moved << 4 | (count < 15 ? count + 1 : 15));
    }
    of->value = of->value * 2 + bit;
}

static void take_block_byte(patch *of, uint8_t byte)
{
    of->code = of->code << 8 | byte;
    if (of->codeBytes < 4) of->codeBytes++;
    else of->range <<= 8;
}

/* Decodes as far as the bytes so far allow: at least `range` has to be of 24 bits. */
static void decode(patch *of)
{
    while (of->state == patchWantsBytes && of->codeBytes == 4 && of->range >= leastRange)
    {
        if (of->asked != askedNothing && of->value < of->end) take_bit(of);
        else take_symbol(of, of->value - of->end);
    }
}

static void read_head(patch *of)
{
    static const uint8_t magic[4] = { 'W', 'M', 'P', 'T' };
    const uint8_t *head = of->head, shift = head[5];
    of->clearBytes = read_u16(head + 6);
    of->oldLength = read_u32(head + 8);
    of->newLength = read_u32(head + 12);
    of->blockShift = shift;
    if (memcmp(head, magic, sizeof magic) != 0 || head[4] != formatVersion || shift < leastBlockShift ||
        shift > mostBlockShift || of->newLength > mostLength || of->oldLength > mostLength || of->clearBytes > of->newLength)
        end_as(of, patchDamaged);
    end_as(of, patchHasHead);
}

/* Behind the index: at the first block of which not all is there. */
static void end_index(patch *of)
{
    const bool isElsewhere = of->seek != of->offset;
    of->stage = inBlock;
    begin_block(of);
    if (!isElsewhere || of->state != patchWantsBytes) return;
    of->offset = of->seek;
    end_as(of, patchSeeks);
}

static uint32_t block_count(const patch *of)
{
    return (of->newLength - of->clearBytes + (1u << of->blockShift) - 1) >> of->blockShift;
}

static void begin_index(patch *of)
{
    of->stage = inIndex;
    of->length = block_count(of) * entryBytes;
    of->seek = of->offset + of->length;
    of->code = 0;
    if (of->length == 0) end_index(of);
}

/* A byte of the index, the low one of a block's length first: blocks of which all is there are passed over. */
static void take_index_byte(patch *of, uint8_t byte)
{
    of->length--;
    if (of->length % entryBytes != 0)
    {
        of->code = byte;
        return;
    }
    const uint32_t left = of->newLength - of->position;
    const uint32_t bytes = smaller(left, 1u << of->blockShift);
    if (of->have >= of->position + bytes && of->codeBytes == 0)
    {
        of->seek += of->code | (uint32_t) byte << 8;
        of->position += bytes;
    }
    else of->codeBytes = 1;
    if (of->length == 0) end_index(of);
}

patch_state patch_begin(patch *of, const uint8_t *old, uint32_t have)
{
    if (of->state != patchHasHead) return (patch_state) of->state;
    of->old = old;
    of->have = have;
    of->state = patchWantsBytes;
    of->stage = inClear;
    of->length = of->clearBytes;
    if (have > of->newLength) end_as(of, patchDamaged);
    else if (of->length == 0) begin_index(of);
    return (patch_state) of->state;
}

static void take_clear_byte(patch *of, uint8_t byte)
{
    put(of, byte);
    if (--of->length > 0) return;
    flush_output(of);
    begin_index(of);
}

static void take_byte(patch *of, uint8_t byte)
{
    of->offset++;
    switch (of->stage)
    {
        case inHead:
            of->head[of->offset - 1] = byte;
            if (of->offset == patchHeadBytes) read_head(of);
            break;
        case inClear:
            take_clear_byte(of, byte);
            break;
        case inIndex:
            take_index_byte(of, byte);
            break;
        default:
            take_block_byte(of, byte);
            decode(of);
            break;
    }
}

patch_state patch_take(patch *of, const uint8_t **bytes, uint32_t *length)
{
    if (of->state == patchSeeks) of->state = patchWantsBytes;
    while (of->state == patchWantsBytes && *length > 0)
    {
        take_byte(of, **bytes);
        ++*bytes;
        --*length;
    }
    return (patch_state) of->state;
}

/*
 * The decoder of patches, on cases of a file that test/boards/patch.test.ts wrote: each is old file, new file and patch. In the mode
 *
 *     apply      the new file must come out, whatever the pieces in which the patch comes, and wherever an update goes on
 *     mutate N   N damaged patches a case: whatever comes out must be bounded, and the new file or one with another hash
 *     try        prints for each case how it ended, and the SHA-256 of what was written
 *
 * Every buffer is an allocation of its own, so that the sanitizers see each access outside of it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "formats/sha256.h"
#include "update/patch.h"

static uint32_t caseNumber, pieceBytes, haveBytes;
#define CHECK_DURING "case %u, pieces of %u bytes, %u there", caseNumber, pieceBytes, haveBytes
#include "check.h"

typedef struct patch_case
{
    bytes old, new, patch;
} patch_case;

/* What comes out of a patch. */
typedef struct output
{
    uint8_t *at;
    uint32_t position, room, refusedAt;
} output;

static bool take_output(void *context, const uint8_t *from, uint32_t length)
{
    output *to = context;
    CHECK(length > 0);
    CHECK(length <= to->room - to->position);
    if (to->position + length > to->refusedAt) return false;
    memcpy(to->at + to->position, from, length);
    to->position += length;
    return true;
}

static uint32_t random_state = 1;

/* G. Marsaglia, "Xorshift RNGs", 2003. */
static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

/* Hands over a piece in an allocation of its own; the state, and how many bytes were taken. */
static patch_state take_piece(patch *decoder, const uint8_t *from, uint32_t length, uint32_t *taken)
{
    uint8_t *piece = malloc(length);
    const uint8_t *at = piece;
    uint32_t left = length;
    memcpy(piece, from, length);
    const patch_state state = patch_take(decoder, &at, &left);
    *taken = length - left;
    CHECK(at == piece + *taken);
    free(piece);
    return state;
}

/* Runs a patch from `have` bytes on; pieces of pieceBytes, or of random sizes for 0. How it ended. */
static patch_state run(const bytes *of, const bytes *old, uint32_t have, output *to)
{
    patch decoder;
    patch_state state = patchWantsBytes;
    uint32_t at = 0;
    patch_open(&decoder, take_output, to);
    while (state == patchWantsBytes || state == patchSeeks || state == patchHasHead)
    {
        if (state == patchHasHead)
        {
            if (decoder.oldLength != old->length || decoder.newLength > to->room) return patchDamaged;
            to->room = decoder.newLength;
            to->position = have;
            state = patch_begin(&decoder, old->at, have);
            continue;
        }
        if (state == patchSeeks) at = decoder.offset;
        CHECK(at == decoder.offset);
        if (at >= of->length) return patchWantsBytes;
        uint32_t length = pieceBytes ? pieceBytes : 1 + random_below(300), taken;
        if (length > of->length - at) length = of->length - at;
        state = take_piece(&decoder, of->at + at, length, &taken);
        at += taken;
    }
    uint32_t taken;
    if (at < of->length) CHECK(take_piece(&decoder, of->at + at, 1, &taken) == state && taken == 0);
    return state;
}

static output output_of(uint32_t room)
{
    return (output) { .at = malloc(room ? room : 1), .room = room, .refusedAt = UINT32_MAX };
}

static void check_whole(const patch_case *of, uint32_t piece, uint32_t have)
{
    output to = output_of(of->new.length);
    pieceBytes = piece;
    haveBytes = have;
    CHECK(run(&of->patch, &of->old, have, &to) == patchComplete);
    CHECK(to.position == of->new.length);
    CHECK(memcmp(to.at + have, of->new.at + have, of->new.length - have) == 0);
    free(to.at);
}

static void check_refusal(const patch_case *of, uint32_t refusedAt)
{
    output to = output_of(of->new.length);
    to.refusedAt = refusedAt;
    pieceBytes = 0;
    haveBytes = 0;
    CHECK(run(&of->patch, &of->old, 0, &to) == patchUnwritten);
    CHECK(to.position <= refusedAt);
    CHECK(memcmp(to.at, of->new.at, to.position) == 0);
    free(to.at);
}

static void apply(const patch_case *of)
{
    for (uint32_t piece = 1; piece <= 130; piece++) check_whole(of, piece, 0);
    check_whole(of, of->patch.length, 0);
    /* At each border of a block, just before and behind it, and in between. */
    const uint32_t block = 1u << of->patch.at[5], clear = of->patch.at[6] | of->patch.at[7] << 8;
    for (uint32_t border = clear; border <= of->new.length; border += block)
        for (uint32_t have = border > 0 ? border - 1 : 0; have <= border + 1 && have <= of->new.length; have++)
            check_whole(of, 0, have);
    for (uint32_t i = 0; i < 20; i++) check_whole(of, 0, random_below(of->new.length + 1));
    check_whole(of, 0, of->new.length);
    for (uint32_t i = 0; i < 10 && of->new.length > 0; i++) check_refusal(of, random_below(of->new.length));
}

/* A patch with some bits or bytes changed, cut off, or with a part of itself elsewhere. */
static bytes mutated(const bytes *of)
{
    bytes result = { .at = malloc(of->length), .length = of->length };
    memcpy(result.at, of->at, of->length);
    for (uint32_t i = random_below(4); i < 4; i++)
    {
        /* The magic, the version and the hashes are changed seldom: those refusals are soon tested. */
        const uint32_t from = random_below(8) ? patchHeadBytes : 0;
        const uint32_t at = from < result.length ? from + random_below(result.length - from) : 0;
        switch (random_below(4))
        {
            case 0: result.at[at] ^= (uint8_t) (1u << random_below(8)); break;
            case 1: result.at[at] = (uint8_t) random_below(256); break;
            case 2: if (random_below(4) == 0) result.length = at + 1; break;
            default:
            {
                const uint32_t length = 1 + random_below(result.length - at);
                memmove(result.at + random_below(result.length - length + 1), result.at + at, length);
            }
        }
    }
    return result;
}

static void mutate(const patch_case *of, uint32_t count, uint32_t ends[patchUnwritten + 1])
{
    uint8_t wanted[sha256Bytes], hash[sha256Bytes];
    sha256(of->new.at, of->new.length, wanted);
    pieceBytes = 0;
    for (uint32_t i = 0; i < count; i++)
    {
        bytes damaged = mutated(&of->patch);
        output to = output_of(of->new.length + 1000);
        haveBytes = random_below(4) ? 0 : random_below(of->new.length + 1);
        memcpy(to.at, of->new.at, haveBytes);
        const patch_state state = run(&damaged, &of->old, haveBytes, &to);
        ends[state]++;
        if (state == patchComplete)
        {
            CHECK(to.position == to.room);
            sha256(to.at, to.position, hash);
            CHECK(memcmp(hash, wanted, sha256Bytes) != 0 ||
                  (to.position == of->new.length && memcmp(to.at, of->new.at, to.position) == 0));
        }
        free(to.at);
        free(damaged.at);
    }
}

static void print_end(const patch_case *of)
{
    uint8_t hash[sha256Bytes];
    output to = output_of(of->new.length + 1000);
    pieceBytes = 0;
    haveBytes = 0;
    printf("%d ", run(&of->patch, &of->old, 0, &to));
    sha256(to.at, to.position, hash);
    for (uint32_t i = 0; i < sha256Bytes; i++) printf("%02x", hash[i]);
    printf("\n");
    free(to.at);
}

/* A part of a file behind its length, in an allocation of its own. */
static bytes read_part(const bytes *file, uint32_t *at)
{
    bytes part;
    memcpy(&part.length, file->at + *at, 4);
    part.at = malloc(part.length ? part.length : 1);
    memcpy(part.at, file->at + *at + 4, part.length);
    *at += 4 + part.length;
    return part;
}

int main(int count, char **arguments)
{
    if (count < 3) return 2;
    const bytes file = read_file(arguments[1]);
    uint32_t ends[patchUnwritten + 1] = { 0 };
    for (uint32_t at = 0; at < file.length; caseNumber++)
    {
        patch_case one = { .old = read_part(&file, &at) };
        one.new = read_part(&file, &at);
        one.patch = read_part(&file, &at);
        if (strcmp(arguments[2], "apply") == 0) apply(&one);
        else if (strcmp(arguments[2], "try") == 0) print_end(&one);
        else mutate(&one, (uint32_t) atoi(arguments[3]), ends);
        free(one.old.at);
        free(one.new.at);
        free(one.patch.at);
    }
    free(file.at);
    if (strcmp(arguments[2], "mutate") == 0)
        printf("%u cut off, %u complete, %u refused\n", ends[patchWantsBytes], ends[patchComplete], ends[patchDamaged]);
    else if (strcmp(arguments[2], "apply") == 0) printf("%u cases\n", caseNumber);
    return 0;
}

#include "damage.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------- choices */

uint64_t state;

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (SplitMix64). */
uint64_t next(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint32_t below(uint32_t end) { return end ? (uint32_t) (next() >> 32) % end : 0; }

uint32_t odd_number(void)
{
    static const uint32_t numbers[] = {
        0, 1, 2, 3, 4, 7, 8, 63, 64, 65, 126, 127, 128, 255, 256, 1000, 4096, 10000, 65535, 65536, 100000, 1u << 20, 1u << 24,
        0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
    };
    return below(4) ? numbers[below(sizeof numbers / sizeof *numbers)] : (uint32_t) next() >> below(32);
}

/* --------------------------------------------------------------------------------------------------- damaged bytes */

bytes work;

/* Puts `with` in the place of the bytes from `at` on. */
void splice(uint32_t at, uint32_t removed, const uint8_t *with, uint32_t length)
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

/* The sections of a module; how many. */
uint32_t sections(part *to)
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
void resize(part of, int32_t grown)
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
int32_t change(uint32_t from, uint32_t end)
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
int32_t change_cbor(uint32_t from, uint32_t end)
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

void take_model(bytes original)
{
    work.length = original.length;
    memcpy(work.at, original.at, original.length);
}

void damage_model(void)
{
    for (uint32_t changes = below(3) ? 1 : 1 + below(4); changes > 0; changes--)
    {
        const uint32_t kind = below(32);
        if (kind == 0) change(0, work.length);
        else if (kind < 4) change_order();
        else change_section();
    }
}

/*
 * Sums, differences and products by integers against the processor's own, on random numbers, of which many are subnormal, near each
 * other, round, zero, infinite or none. Argument: number of cases. Prints "ok", or the first that differs.
 */
#define ADD_F32 add_f32
#define SUBTRACT_F32 subtract_f32
#define MULTIPLY_F32 multiply_f32
#include "ports/sums_f32.c"

#include <stdio.h>
#include <stdlib.h>

static uint64_t state = 88172645463325252u;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t) (state >> 20);
}

static f32 drawn(void)
{
    f32 number = { .bits = next() };
    switch (next() % 8)
    {
        case 0: number.bits &= signBit | (hidden - 1); break;
        case 1: number.bits |= infinity; break;
        case 2: number.bits = (number.bits & signBit) | (next() % 3 + 126) << 23 | (number.bits & 7); break;
        case 3: number.bits = (number.bits & ~infinity) | 0x3f000000 | (number.bits & hidden); break;
        case 4: number.bits &= 0xffff0000; break;
        case 5: number.bits &= next() & 1 ? signBit : signBit | infinity; break;
    }
    return number;
}

static void check(const char *what, f32 a, f32 b, float given, float expected)
{
    const f32 made = { given }, wanted = { expected };
    if (made.bits == (expected != expected ? notANumber : wanted.bits)) return;
    printf("%08x %s %08x is %08x for %08x\n", a.bits, what, b.bits, made.bits, wanted.bits);
    exit(1);
}

int main(int count, char **arguments)
{
    if (count != 2) return 2;
    for (long left = atol(arguments[1]); left > 0; left--)
    {
        const f32 a = drawn(), other = drawn(), near = { .bits = a.bits ^ signBit ^ (next() & 3) };
        const f32 b = next() % 8 ? other : near;
        check("+", a, b, ADD_F32(a.value, b.value), a.value + b.value);
        check("-", a, b, SUBTRACT_F32(a.value, b.value), a.value - b.value);
        check("*", a, b, MULTIPLY_F32(a.value, b.value), a.value * b.value);
    }
    puts("ok");
    return 0;
}

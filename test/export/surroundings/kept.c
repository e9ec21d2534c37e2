/*
 * Whether a run keeps the floating-point registers that the procedure call standard has it keep, s16 to s31, for a caller
 * that is compiled for the floating-point unit. Prints KEPT, or what is wrong.
 */
#include <stdio.h>
#include <string.h>

#include "wasmote.h"
#include MODEL_HEADER

enum { firstKept = 16, kept = 16 };

static uint8_t memory[MODEL_MEMORY_BYTES] __attribute__((aligned(16)));
static uint32_t before[kept], after[kept];

/* Runs a model with the registers set as `before` says; `after` is what is in them then. */
static __attribute__((noinline)) wasmote_status run(wasmote *model)
{
    register wasmote *argument __asm__("r0") = model;
    __asm__ volatile("vldmia %1, {s16-s31}\n"
                     "bl wasmote_run\n"
                     "vstmia %2, {s16-s31}\n"
                     : "+r"(argument)
                     : "r"(before), "r"(after)
                     : "r1", "r2", "r3", "ip", "lr", "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8",
                       "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22",
                       "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31");
    return (wasmote_status) (uintptr_t) argument;
}

int main(void)
{
    wasmote *model;
    wasmote_options options;
    memset(&options, 0, sizeof options);
    options.stackBytes = MODEL_STACK_BYTES;
    wasmote_status status = wasmote_open(&model, memory, sizeof memory, MODEL, MODEL_BYTES, &options);
    for (uint32_t i = 0; i < kept; i++) before[i] = 0x3f800000 + i;
    if (!status) status = run(model);
    if (status) printf("%s\n", wasmote_status_text(status));
    for (uint32_t i = 0; i < kept; i++) if (after[i] != before[i]) status = printf("s%lu\n", (unsigned long) (firstKept + i));
    if (!status) printf("KEPT\n");
    return 0;
}

/* The cases of a program that is fuzzed: which one is tried, and what becomes of its input where a sanitizer finds something. */
#ifndef CASES_H
#define CASES_H

#include <stdint.h>

/*
 * From here on, what aborts, which findings of both sanitizers do, prints "case N", keeps the case's input (damage.h) as
 * FOLDER/PREFIXcase-N.bin, and ends the program with exit code 1. So does a case that hangs.
 */
void cases_watch(const char *folder, const char *prefix);

/* Begins a case: all its choices come of it and the seed. */
void cases_begin(uint64_t seed, uint32_t number);

#endif

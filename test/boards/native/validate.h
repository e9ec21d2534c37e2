/* What boards/runtime/validate.c says of many modules. */
#ifndef WASMOTE_TEST_VALIDATE_H
#define WASMOTE_TEST_VALIDATE_H

/*
 * `path`: of a file of modules, each behind its length in 4 bytes, the lowest first. Prints a letter for each: v for a valid
 * one, i for one that is not, u for what the runtime does not have, m for more values than it counts with, p for what wasm3
 * does not parse. Returns 0; 2 where the file cannot be read; 1, with "memory" printed, where memory lacks or is not given back.
 */
int validate_modules(const char *path);

#endif

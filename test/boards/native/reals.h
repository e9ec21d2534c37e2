/* What the library makes of real numbers, and of bytes. */
#ifndef WASMOTE_TEST_REALS_H
#define WASMOTE_TEST_REALS_H

/*
 * `path`: of a file of tensors, each a real_case of reals.c and then its values, all in this machine's order. Prints a line for
 * each, in hexadecimal digits: the bytes that its values become, a space, and the values that these are read as. Returns 0; 2
 * where the file cannot be read.
 */
int convert_reals(const char *path);

#endif

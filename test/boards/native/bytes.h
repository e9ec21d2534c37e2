/*
 * Bytes with their number, and the bytes of a file.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct bytes
{
    uint8_t *at;
    uint32_t length;
} bytes;

/* A whole file; where it cannot be read the program ends with exit code 2. */
static bytes read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    fseek(file, 0, SEEK_END);
    bytes result = { .length = (uint32_t) ftell(file) };
    result.at = malloc(result.length);
    rewind(file);
    if (fread(result.at, 1, result.length, file) != result.length) exit(2);
    fclose(file);
    return result;
}

#endif

/*
 * Finds a custom section of a WebAssembly binary, in place: the binary may lie in flash.
 * Needs no allocation and no C library beyond string.h.
 */
#ifndef WASMOTE_CUSTOM_SECTIONS_H
#define WASMOTE_CUSTOM_SECTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct wasmote_section
{
    const uint8_t *bytes;  /* the contents, after the section's name */
    uint32_t length;
} wasmote_section;

/*
 * Finds the first section with that id (WebAssembly specification, 5.5.2) and stores where its contents lie; of a custom
 * section these begin with its name. As wasmote_find_custom_section.
 */
enum { wasmoteCodeSection = 10 };
bool wasmote_find_section(const uint8_t *binary, uint32_t length, uint8_t id, wasmote_section *section);

/*
 * Finds the first custom section called `name` and stores where its contents lie.
 *
 * Returns false, and leaves *section alone, if there is none or if the binary is malformed before it. Every
 * read is checked against `length`, so the binary need not be trusted. `name` is a C string, hence a section
 * whose name holds a zero byte is never found.
 */
bool wasmote_find_custom_section(const uint8_t *binary, uint32_t length, const char *name, wasmote_section *section);

/* As wasmote_find_custom_section, of the module's first section alone. */
bool wasmote_first_custom_section(const uint8_t *binary, uint32_t length, const char *name, wasmote_section *section);

/* Reads an unsigned LEB128 number of at most 32 bits; how many bytes it takes, 0 at the end, or if it does not fit. */
uint32_t wasmote_read_leb128(const uint8_t *bytes, uint32_t length, uint32_t *value);

/*
 * Length of the module that `bytes` begins with, of at most `limit` bytes: up to the end of its last section
 * that is well-formed. 0 if the preamble of a module is not there. What follows the module should not look like
 * a section: erased flash does not, nor do zeros.
 */
uint32_t wasmote_module_length(const uint8_t *bytes, uint32_t limit);

#endif

/*
 * CBOR (RFC 8949), as much of it as the link and the manifest need. Nothing allocates or recurses; every read
 * and write is bounded, so the bytes need not be trusted.
 */
#ifndef WASMOTE_CBOR_H
#define WASMOTE_CBOR_H

#include <stdbool.h>
#include <stdint.h>

/* A run of bytes to read. `at` is never beyond `end`. */
typedef struct cbor_reader
{
    const uint8_t *at, *end;
} cbor_reader;

typedef enum cbor_kind
{
    cborUnsigned = 0, cborNegative = 1, cborBytes = 2, cborText = 3, cborArray = 4, cborMap = 5, cborTag = 6,
    cborSimple = 7, cborNone = 8,
} cbor_kind;

/* The kind of the next item, which stays unread; cborNone at the end. */
cbor_kind cbor_peek(const cbor_reader *from);

/* Skips one item with everything in it. False if it is malformed, or nested deeper than 8. */
bool cbor_skip(cbor_reader *from);

/* Reads an unsigned number; of at most 32 bits. */
bool cbor_read_u64(cbor_reader *from, uint64_t *value);
bool cbor_read_u32(cbor_reader *from, uint32_t *value);

/* Reads a number, whole or not, as the nearest float; a whole one of at most 32 bits. */
bool cbor_read_float(cbor_reader *from, float *value);
bool cbor_read_i32(cbor_reader *from, int32_t *value);

/* Reads true or false. */
bool cbor_read_bool(cbor_reader *from, bool *value);

/* Reads a byte string or text of definite length; the bytes stay where they are. */
bool cbor_read_string(cbor_reader *from, cbor_kind kind, const uint8_t **bytes, uint32_t *length);

/* Reads the head of an array or map of definite length: number of items, or of pairs. */
bool cbor_read_container(cbor_reader *from, cbor_kind kind, uint32_t *count);

/*
 * Looks for a key in the map (of definite or indefinite length) that `map` begins with, and sets *value to read
 * what belongs to it. False if it is not there or the map is malformed before it.
 */
bool cbor_find(cbor_reader map, const char *key, cbor_reader *value);

/* Where CBOR is written. Once something does not fit, `overflow` is set and nothing more is written. */
typedef struct cbor_writer
{
    uint8_t *start, *at, *end;
    bool overflow;
} cbor_writer;

/* Writes an item's head: its kind, and its number or length. */
void cbor_head(cbor_writer *to, cbor_kind kind, uint64_t value);
void cbor_text(cbor_writer *to, const char *text);
/* Writes a string; `bytes` may lie in the writer's own buffer behind what is written. */
void cbor_string(cbor_writer *to, cbor_kind kind, const uint8_t *bytes, uint32_t length);
void cbor_bool(cbor_writer *to, bool value);
void cbor_null(cbor_writer *to);
/* Writes a number of single precision. */
void cbor_float(cbor_writer *to, float value);
/* Writes a pair of a key and an unsigned number. */
void cbor_pair(cbor_writer *to, const char *key, uint64_t value);

#endif

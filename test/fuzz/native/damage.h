/*
 * Choices that all come of one number, and changes of the input that is tried: of bytes, and of what they are in modules and CBOR.
 */
#ifndef DAMAGE_H
#define DAMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/* What all choices come of. */
extern uint64_t state;

uint64_t next(void);

/* A number below `end`; 0 where that is 0. */
uint32_t below(uint32_t end);

/* One at which bounds lie, or any. */
uint32_t odd_number(void);

enum { mostBytes = 1 << 20 };

/* The case's input, which has room for mostBytes. */
extern bytes work;

/* Puts `with` in the place of the bytes from `at` on. */
void splice(uint32_t at, uint32_t removed, const uint8_t *with, uint32_t length);

/* A section: where its head starts, its length, what is in it, and its end. */
typedef struct part
{
    uint32_t start, size, contents, end;
} part;

enum { mostParts = 64 };

/* The sections of a module; how many. */
uint32_t sections(part *to);

/* Gives a part whose contents grew by so much the length that it has now. */
void resize(part of, int32_t grown);

/* Changes some bytes, as many as there were or not; by how many they grew. */
int32_t change(uint32_t from, uint32_t end);

/* Changes a head of CBOR; by how many bytes it grew. */
int32_t change_cbor(uint32_t from, uint32_t end);

void take_model(bytes original);

/* Changes a module: sections, instructions, numbers, bytes. */
void damage_model(void);

#endif

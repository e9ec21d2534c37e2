/*
 * Signatures within a module, as the WebAssembly tool conventions have them (Signatures.md) and wasmsign2 writes them: a first
 * section `signature` with hashes of what follows, up to each section `signature_delimiter` and up to the end. Files for boards
 * have one delimiter, after the section `wasmote.trust`: what is before is their head, which can be believed when it has come.
 */
#ifndef WASMOTE_SIGNED_MODULE_H
#define WASMOTE_SIGNED_MODULE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Checks that a trusted key has signed the head of a file, of which only a beginning may be there, and with `whole` that it has
 * signed all of it: `length` bytes. Takes ed25519StackBytes of stack and some more.
 */
bool signed_module_check(const uint8_t *file, uint32_t length, bool whole);

#endif

/*
 * Files in the place of models, and who runs them: a stand-in for the engine, which trusts a whole file that was signed by a trusted
 * key, as far as the store and uploads can tell.
 */
#ifndef STAND_IN_MODELS_H
#define STAND_IN_MODELS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/ledger.h"
#ifdef WASMOTE_SEALED
#include "trust/hpke.h"
#endif

enum { keyOld = 1, keyNew = 2, pieceBytes = 200, fileCount = 5, longestFile = 2000 };

enum { oldFile, newFile, failingFile, unsignedFile, otherKeyFile };

/* What the files are: their key is one of the above, or one that was never trusted. */
typedef struct described_file
{
    uint32_t length, version;
    uint8_t key, runs, fails;
} described_file;

extern const described_file described[fileCount];
extern uint8_t files[fileCount][longestFile];

void make_files(void);

/* Writes a file into a folder. False where that cannot be. */
bool write_model(const char *folder, const char *name, uint32_t file);

/* What brings the new file, of several packets. */
typedef struct update
{
    uint32_t length;
    uint8_t bytes[longestFile + 400];
} update;

extern update patchFile;        /* from the old file */
#ifdef WASMOTE_SEALED
extern update sealedFile, sealedPatch;
extern uint8_t secret[x25519Bytes];
#endif

/* Reads these from a folder. False where they are not there, or of too few packets. */
bool read_updates(const char *folder);

const uint8_t *key_bytes(uint8_t key);

bool is_trusted(uint8_t key);

/* The name under which the files' versions are kept, and the file that runs; NULL: none. */
extern const uint8_t modelName[versionNameBytes];
extern const uint8_t *loaded;

#endif

#include "stand_in_models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/slots.h"

/*
 * How a file begins: a module with one section up to the delimiter of its signature, which a patch holds in clear. The last 4
 * bytes of the file are the sum of all others, and stand for its signature.
 */
typedef struct file_head
{
    uint8_t preamble[8], section, sectionLength, nameLength, name[19];
    uint8_t version, key, runs, fails;
} file_head;

/* What follows: one more section. */
typedef struct rest_head
{
    uint8_t section, length[2], nameLength, name[4];
} rest_head;

#define DELIMITER "signature_delimiter"

const described_file described[fileCount] = {
    [oldFile] = { 1500, 2, keyOld, 3, 0 },
    [newFile] = { 1777, 3, keyOld, 3, 0 },
    [failingFile] = { 1600, 3, keyOld, 3, 1 },
    [unsignedFile] = { 1408, 4, 9, 3, 0 },
    [otherKeyFile] = { 1800, 3, keyNew, 3, 0 },
};
uint8_t files[fileCount][longestFile];

update patchFile;
#ifdef WASMOTE_SEALED
update sealedFile, sealedPatch;
uint8_t secret[x25519Bytes];
#endif

const uint8_t modelName[versionNameBytes] = "test";
const uint8_t *loaded;

static uint32_t sum_of(const uint8_t *bytes, uint32_t length)
{
    uint32_t sum = 2166136261u;
    while (length-- > 0) sum = (sum ^ *bytes++) * 16777619u;
    return sum;
}

/* Bytes of weights, some of them as those of erased flash; the new file's are the old one's with small differences. */
static uint8_t weight(uint32_t file, uint32_t at)
{
    if (at % 300 < 40) return 0xff;
    if (file == newFile) return (uint8_t) (weight(oldFile, at) + (at * 2654435761u >> 28));
    return (uint8_t) (at * 7 + file + at / 251);
}

void make_files(void)
{
    for (uint32_t i = 0; i < fileCount; i++)
    {
        const uint32_t length = described[i].length, rest = length - sizeof(file_head) - 3;
        file_head head = {
            .preamble = { 0, 'a', 's', 'm', 1, 0, 0, 0 }, .sectionLength = sizeof head - 10, .nameLength = sizeof DELIMITER - 1,
            .version = described[i].version, .key = described[i].key, .runs = described[i].runs, .fails = described[i].fails,
        };
        memcpy(head.name, DELIMITER, sizeof head.name);
        const rest_head second = {
            .length = { (uint8_t) (rest | 0x80), (uint8_t) (rest >> 7) }, .nameLength = 4, .name = { 't', 'e', 's', 't' },
        };
        for (uint32_t at = 0; at < length; at++) files[i][at] = weight(i, at);
        memcpy(files[i], &head, sizeof head);
        memcpy(files[i] + sizeof head, &second, sizeof second);
        const uint32_t sum = sum_of(files[i], length - 4);
        memcpy(files[i] + length - 4, &sum, 4);
    }
}

bool write_model(const char *folder, const char *name, uint32_t file)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wb");
    if (!out) return false;
    const bool isWritten = fwrite(files[file], 1, described[file].length, out) == described[file].length;
    return fclose(out) == 0 && isWritten;
}

static uint32_t read_file(const char *folder, const char *name, uint8_t *bytes, uint32_t most)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "rb");
    if (!in) return 0;
    const uint32_t length = (uint32_t) fread(bytes, 1, most, in);
    fclose(in);
    return length;
}

static bool read_update(const char *folder, const char *name, update *to)
{
    to->length = read_file(folder, name, to->bytes, sizeof to->bytes);
    return to->length > 3 * pieceBytes && to->length < sizeof to->bytes;
}

bool read_updates(const char *folder)
{
#ifdef WASMOTE_SEALED
    if (read_file(folder, "secret", secret, sizeof secret) != sizeof secret || !read_update(folder, "sealed", &sealedFile)
        || !read_update(folder, "sealed-patch", &sealedPatch)) return false;
#endif
    return read_update(folder, "patch", &patchFile);
}

static const file_head *head_of(const uint8_t *file)
{
    static file_head head;
    memcpy(&head, file, sizeof head);
    return &head;
}

const uint8_t *key_bytes(uint8_t key)
{
    static uint8_t bytes[publicKeyBytes];
    memset(bytes, key, sizeof bytes);
    return bytes;
}

bool is_trusted(uint8_t key)
{
    const key_change *change;
    for (uint32_t i = 0; (change = ledger_key_change(i)) != NULL; i++)
        if (memcmp(change->key, key_bytes(key), publicKeyBytes) == 0) return !change->retired;
    return key == keyOld;
}


bool engine_trusts(const uint8_t *file, uint32_t length)
{
    uint32_t sum;
    if (length < sizeof(file_head) + 4 || !is_trusted(head_of(file)->key)) return false;
    memcpy(&sum, file + length - 4, 4);
    return sum == sum_of(file, length - 4);
}

model_error engine_check(const uint8_t *file, uint32_t length)
{
    return engine_trusts(file, length) ? modelOk : modelUntrusted;
}

model_error engine_admits_version(const uint8_t *file, uint32_t length)
{
    model_facts facts;
    engine_facts(file, length, &facts);
    return facts.version < ledger_version(facts.name) ? modelOlder : ledger_has_room(facts.name) ? modelOk : modelBusy;
}

model_error engine_admits(const uint8_t *head, uint32_t length)
{
    if (length < sizeof(file_head) || !is_trusted(head_of(head)->key)) return modelUntrusted;
    return engine_admits_version(head, length);
}

model_error engine_load(const uint8_t *file, uint32_t length)
{
    if (!engine_trusts(file, length)) abort();
    loaded = file;
    return modelOk;
}

model_error engine_prove(const uint8_t *file, uint32_t length)
{
    (void) length;
    return head_of(file)->fails ? modelSelfTest : modelOk;
}

void engine_unload(void)
{
    loaded = NULL;
}

void engine_facts(const uint8_t *file, uint32_t length, model_facts *facts)
{
    (void) length;
    const file_head *head = head_of(file);
    *facts = (model_facts) { .version = head->version, .runs = head->runs };
    memcpy(facts->name, modelName, sizeof modelName);
}

/* Which models may come and run: what slots.h asks for but loading. */
#include <string.h>

#include "../formats/cbor.h"
#include "../formats/custom_sections.h"
#include "../runtime/inspect.h"
#include "../store/ledger.h"
#include "../trust/facts.h"
#include "admission.h"
#include "engine.h"

#ifdef WASMOTE_TRUST
#include "../trust/signed_module.h"

/* A file, or the beginning of one, whose signature is to be checked. */
typedef struct signed_file
{
    const uint8_t *file;
    uint32_t length;
    bool whole, trusted;
} signed_file;

static void check_signature(void *argument)
{
    signed_file *of = argument;
    of->trusted = signed_module_check(of->file, of->length, of->whole);
}

static bool is_signed(const uint8_t *file, uint32_t length, bool whole)
{
    signed_file of = { file, length, whole, false };
    engine_call_on_memory(check_signature, &of);
    return of.trusted;
}

model_error engine_admits(const uint8_t *head, uint32_t length)
{
    model_facts facts;
    if (!facts_read(head, length, &facts) || !is_signed(head, length, false)) return modelUntrusted;
    const model_error error = facts_fit(head, length, BOARD_FAMILY, BOARD_NAME, firmwareAbi);
    return error ? error : engine_admits_version(head, length);
}

bool engine_trusts(const uint8_t *file, uint32_t length)
{
    model_facts facts;
    return facts_read(file, length, &facts) && !facts_fit(file, length, BOARD_FAMILY, BOARD_NAME, firmwareAbi)
        && is_signed(file, length, true);
}

model_error engine_admits_version(const uint8_t *file, uint32_t length)
{
    model_facts facts;
    if (!facts_read(file, length, &facts)) return modelUntrusted;
    if (facts.version < ledger_version(facts.name) && !facts.mayBeOlder) return modelOlder;
    return ledger_has_room(facts.name) ? modelOk : modelBusy;
}
#else
model_error engine_admits(const uint8_t *head, uint32_t length)
{
    (void) head;
    (void) length;
    return modelOk;
}

bool engine_trusts(const uint8_t *file, uint32_t length)
{
    (void) file;
    (void) length;
    return true;
}

model_error engine_admits_version(const uint8_t *file, uint32_t length)
{
    (void) file;
    (void) length;
    return modelOk;
}
#endif

model_error engine_check(const uint8_t *file, uint32_t length)
{
    wasmote_needs needs;
    const wasmote_status status = wasmote_needs_of(file, length, &needs);
    if (status == WASMOTE_BAD_MODEL) return modelBadModel;
    if (!engine_trusts(file, length)) return modelUntrusted;
    if (status) return (model_error) status;
    const model_error error = facts_fit(file, length, BOARD_FAMILY, BOARD_NAME, firmwareAbi);
    if (error) return error;
    return needs.linearBytes < engine_memory_bytes() ? modelOk : modelMemory;
}

void engine_facts(const uint8_t *file, uint32_t length, model_facts *facts)
{
    facts_read(file, length, facts);
}

/* Has `each` take the tensors of a list, each with the bytes that the array which `map` has for it holds. */
static bool each_tensor(cbor_reader map, const char *list, bool (*each)(uint8_t *tensor, const uint8_t *bytes, uint32_t length))
{
    cbor_reader at;
    uint32_t count;
    if (!cbor_find(map, list, &at) || !cbor_read_container(&at, cborArray, &count)) return false;
    for (uint32_t i = 0; i < count; i++)
    {
        const uint8_t *bytes;
        uint32_t length, tensorLength;
        uint8_t *tensor = engine_tensor(list, i, &tensorLength);
        if (!cbor_read_string(&at, cborBytes, &bytes, &length) || !tensor || length != tensorLength) return false;
        if (!each(tensor, bytes, length)) return false;
    }
    return true;
}

static bool write_tensor(uint8_t *tensor, const uint8_t *bytes, uint32_t length)
{
    memcpy(tensor, bytes, length);
    return true;
}

static bool is_equal(uint8_t *tensor, const uint8_t *bytes, uint32_t length)
{
    return memcmp(tensor, bytes, length) == 0;
}

model_error engine_prove(const uint8_t *file, uint32_t length)
{
    wasmote_section section;
    if (!wasmote_find_custom_section(file, length, "wasmote.selftest", &section)) return modelOk;
    const cbor_reader map = { section.bytes, section.bytes + section.length };
    if (!each_tensor(map, "inputs", write_tensor)) return modelSelfTest;
    int32_t code;
    uint64_t count;
    const model_error error = engine_run(0, engine_manifest()->steps, 0, &code, &count);
    if (error) return error;
    if (code != runDone || !each_tensor(map, "outputs", is_equal)) return modelSelfTest;
    return engine_load(file, length);
}

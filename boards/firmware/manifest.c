#include "manifest.h"

#include <string.h>

static cbor_reader contents(const manifest *of)
{
    return (cbor_reader) { of->section.bytes, of->section.bytes + of->section.length };
}

static bool find_u32(cbor_reader map, const char *key, uint32_t *value)
{
    cbor_reader at;
    return cbor_find(map, key, &at) && cbor_read_u32(&at, value);
}

static bool find_array(cbor_reader map, const char *key, cbor_reader *items, uint32_t *count)
{
    return cbor_find(map, key, items) && cbor_read_container(items, cborArray, count);
}

bool manifest_open(const uint8_t *file, uint32_t length, manifest *result)
{
    if (!wasmote_find_custom_section(file, length, WASMOTE_MANIFEST_SECTION, &result->section)) return false;

    const cbor_reader map = contents(result);
    cbor_reader at;
    return find_u32(map, "version", &result->version)
        && find_u32(map, "memoryBytes", &result->memoryBytes)
        && cbor_find(map, "name", &at) && cbor_read_string(&at, cborText, &result->name, &result->nameLength)
        && find_array(map, "steps", &at, &result->steps)
        && find_array(map, "inputs", &at, &result->inputs)
        && find_array(map, "outputs", &at, &result->outputs);
}

/* Bytes of an element; 0 for a dtype that is not known. */
static uint32_t element_bytes(const uint8_t *dtype, uint32_t length)
{
    static const struct { const char *name; uint32_t bytes; } dtypes[] = {
        { "int8", 1 }, { "uint8", 1 }, { "bool", 1 }, { "int16", 2 }, { "int32", 4 }, { "float32", 4 }, { "int64", 8 },
    };
    for (uint32_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
    {
        if (strlen(dtypes[i].name) == length && memcmp(dtypes[i].name, dtype, length) == 0) return dtypes[i].bytes;
    }
    return 0;
}

bool manifest_tensor(const manifest *of, const char *list, uint32_t index, tensor_place *place)
{
    cbor_reader tensor, shape, dtype;
    uint32_t count, rank, dimension, dtypeLength;
    const uint8_t *dtypeName;

    if (!find_array(contents(of), list, &tensor, &count) || index >= count) return false;
    while (index-- > 0) if (!cbor_skip(&tensor)) return false;

    if (!find_u32(tensor, "address", &place->address)) return false;
    if (!cbor_find(tensor, "dtype", &dtype) || !cbor_read_string(&dtype, cborText, &dtypeName, &dtypeLength)) return false;
    if (!find_array(tensor, "shape", &shape, &rank)) return false;

    uint64_t bytes = element_bytes(dtypeName, dtypeLength);
    if (bytes == 0) return false;
    while (rank-- > 0)
    {
        if (!cbor_read_u32(&shape, &dimension)) return false;
        bytes *= dimension;
        if (bytes > of->memoryBytes) return false;
    }
    place->length = (uint32_t) bytes;
    return place->address <= of->memoryBytes && bytes <= of->memoryBytes - place->address;
}

bool manifest_check_imports(const manifest *of, bool (*known)(const uint8_t *name, uint32_t length))
{
    cbor_reader imports, required;
    uint32_t count, length;
    const uint8_t *name;

    if (!cbor_find(contents(of), "imports", &imports)) return false;
    if (!find_array(imports, "required", &required, &count)) return false;
    while (count-- > 0)
    {
        if (!cbor_read_string(&required, cborText, &name, &length) || !known(name, length)) return false;
    }
    return true;
}

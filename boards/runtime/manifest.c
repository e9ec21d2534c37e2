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

/* An element type; NULL for one that is not known. */
static const struct dtype { const char *name; uint8_t bytes, dtype; } *find_dtype(cbor_reader tensor)
{
    static const struct dtype dtypes[] = {
        { "int8", 1, WASMOTE_INT8 }, { "uint8", 1, WASMOTE_UINT8 }, { "bool", 1, WASMOTE_BOOL }, { "int16", 2, WASMOTE_INT16 },
        { "int32", 4, WASMOTE_INT32 }, { "float32", 4, WASMOTE_FLOAT32 }, { "int64", 8, WASMOTE_INT64 },
    };
    cbor_reader at;
    const uint8_t *name;
    uint32_t length;
    if (!cbor_find(tensor, "dtype", &at) || !cbor_read_string(&at, cborText, &name, &length)) return NULL;
    for (uint32_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
    {
        if (strlen(dtypes[i].name) == length && memcmp(dtypes[i].name, name, length) == 0) return &dtypes[i];
    }
    return NULL;
}

/* What is said of tensor `index` of a list. */
static bool find_tensor(const manifest *of, const char *list, uint32_t index, cbor_reader *tensor)
{
    uint32_t count;
    if (!find_array(contents(of), list, tensor, &count) || index >= count) return false;
    while (index-- > 0) if (!cbor_skip(tensor)) return false;
    return true;
}

bool manifest_tensor(const manifest *of, const char *list, uint32_t index, tensor_place *place)
{
    cbor_reader tensor, shape;
    uint32_t rank, dimension;

    if (!find_tensor(of, list, index, &tensor) || !find_u32(tensor, "address", &place->address)) return false;
    const struct dtype *dtype = find_dtype(tensor);
    if (!dtype || !find_array(tensor, "shape", &shape, &rank)) return false;

    uint64_t bytes = dtype->bytes;
    while (rank-- > 0)
    {
        if (!cbor_read_u32(&shape, &dimension)) return false;
        bytes *= dimension;
        if (bytes > of->memoryBytes) return false;
    }
    place->length = (uint32_t) bytes;
    return place->address <= of->memoryBytes && bytes <= of->memoryBytes - place->address;
}

bool manifest_describe(const manifest *of, const char *list, uint32_t index, wasmote_tensor *to)
{
    cbor_reader tensor, at;
    const uint8_t *text;

    if (!find_tensor(of, list, index, &tensor)) return false;
    const struct dtype *dtype = find_dtype(tensor);
    if (!dtype || !find_array(tensor, "shape", &at, &to->rank) || to->rank > WASMOTE_MOST_DIMENSIONS) return false;
    for (uint32_t i = 0; i < to->rank; i++) if (!cbor_read_u32(&at, &to->shape[i])) return false;
    if (!cbor_find(tensor, "name", &at) || !cbor_read_string(&at, cborText, &text, &to->nameLength)) return false;
    if (cbor_find(tensor, "scale", &at) && !cbor_read_float(&at, &to->scale)) return false;
    if (cbor_find(tensor, "zeroPoint", &at) && !cbor_read_i32(&at, &to->zeroPoint)) return false;
    to->dtype = (wasmote_dtype) dtype->dtype;
    to->halvesToEven = cbor_find(tensor, "halves", &at);
    to->name = (const char *) text;
    to->entry = tensor.at;
    to->entryBytes = (uint32_t) (tensor.end - tensor.at);
    return true;
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

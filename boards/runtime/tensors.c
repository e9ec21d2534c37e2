/* Inputs and outputs of an open model, and real numbers in them. */
#include <string.h>

#include "inspect.h"
#include "state.h"

uint8_t *wasmote_tensor_data(const wasmote *model, const char *list, uint32_t index, uint32_t *bytes)
{
    tensor_place place;
    if (!model || !model->open || !manifest_tensor(&model->manifest, list, index, &place)) return NULL;
    M3MemoryHeader *memory = model->module.runtime->memory.mallocated;
    *bytes = place.length;
    return place.address <= memory->length && place.length <= memory->length - place.address
        ? m3MemData(memory) + place.address : NULL;
}

static wasmote_status find(const wasmote *model, const char *list, uint32_t index, wasmote_tensor *tensor)
{
    if (!model || !model->open) return WASMOTE_CLOSED;
    wasmote_tensor found = { 0 };
    found.data = wasmote_tensor_data(model, list, index, &found.bytes);
    if (!found.data || !manifest_describe(&model->manifest, list, index, &found)) return WASMOTE_BAD_ARGUMENT;
    *tensor = found;
    return WASMOTE_OK;
}

wasmote_status wasmote_input(wasmote *model, uint32_t index, wasmote_tensor *tensor)
{
    return find(model, "inputs", index, tensor);
}

wasmote_status wasmote_output(wasmote *model, uint32_t index, wasmote_tensor *tensor)
{
    return find(model, "outputs", index, tensor);
}

const char *wasmote_label(const wasmote_tensor *tensor, uint32_t index, uint32_t *length)
{
    cbor_reader at, entry = { tensor->entry, tensor->entry + tensor->entryBytes };
    const uint8_t *text;
    uint32_t count;
    if (!cbor_find(entry, "labels", &at) || !cbor_read_container(&at, cborArray, &count) || index >= count) return NULL;
    while (index-- > 0) if (!cbor_skip(&at)) return NULL;
    return cbor_read_string(&at, cborText, &text, length) ? (const char *) text : NULL;
}

/* ------------------------------------------------------------------------------------------------------- real numbers */

/* Integers of at most 32 bits: bytes of an element, and what it may be. */
typedef struct integers
{
    uint32_t bytes;
    int32_t low, high;
} integers;

static bool integers_of(wasmote_dtype dtype, integers *range)
{
    switch (dtype)
    {
        case WASMOTE_INT8: *range = (integers) { 1, -128, 127 }; return true;
        case WASMOTE_UINT8: *range = (integers) { 1, 0, 255 }; return true;
        case WASMOTE_BOOL: *range = (integers) { 1, 0, 1 }; return true;
        case WASMOTE_INT16: *range = (integers) { 2, -32768, 32767 }; return true;
        case WASMOTE_INT32: *range = (integers) { 4, INT32_MIN, INT32_MAX }; return true;
        default: return false;
    }
}

/* To the nearest whole number within -UINT32_MAX..UINT32_MAX, of which NaN becomes the first. */
static int64_t rounded(float value, bool halvesToEven)
{
    const float size = value < 0 ? -value : value;
    uint32_t nearest = UINT32_MAX;
    if (size < 4294967296.0f)
    {
        nearest = (uint32_t) size;
        const float rest = size - (float) nearest;
        if (rest > 0.5f || (rest == 0.5f && (!halvesToEven || (nearest & 1)))) nearest++;
    }
    return value >= 0 ? (int64_t) nearest : -(int64_t) nearest;
}

static void store(uint8_t *to, int32_t value, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) to[i] = (uint8_t) ((uint32_t) value >> 8 * i);
}

static int32_t load(const uint8_t *from, uint32_t bytes, bool isSigned)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < bytes; i++) value |= (uint32_t) from[i] << 8 * i;
    const uint32_t unused = 32 - 8 * bytes;
    return isSigned ? (int32_t) (value << unused) >> unused : (int32_t) value;
}

wasmote_status wasmote_write_reals(const wasmote_tensor *tensor, const float *values, uint32_t count)
{
    integers range;
    uint8_t *to = tensor->data;
    if (tensor->dtype == WASMOTE_FLOAT32)
    {
        if (count > tensor->bytes / sizeof *values) return WASMOTE_BAD_ARGUMENT;
        memcpy(to, values, count * sizeof *values);
        return WASMOTE_OK;
    }
    if (!integers_of(tensor->dtype, &range) || count > tensor->bytes / range.bytes) return WASMOTE_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++, to += range.bytes)
    {
        const float real = tensor->scale != 0 ? values[i] / tensor->scale : values[i];
        const int64_t value = rounded(real, tensor->halvesToEven) + tensor->zeroPoint;
        store(to, (int32_t) (value > range.low ? value < range.high ? value : range.high : range.low), range.bytes);
    }
    return WASMOTE_OK;
}

wasmote_status wasmote_read_reals(const wasmote_tensor *tensor, float *values, uint32_t count)
{
    integers range;
    const uint8_t *from = tensor->data;
    if (tensor->dtype == WASMOTE_FLOAT32)
    {
        if (count > tensor->bytes / sizeof *values) return WASMOTE_BAD_ARGUMENT;
        memcpy(values, from, count * sizeof *values);
        return WASMOTE_OK;
    }
    if (!integers_of(tensor->dtype, &range) || count > tensor->bytes / range.bytes) return WASMOTE_BAD_ARGUMENT;
    for (uint32_t i = 0; i < count; i++, from += range.bytes)
    {
        const int32_t value = load(from, range.bytes, range.low < 0);
        values[i] = tensor->scale != 0 ? tensor->scale * (float) ((int64_t) value - tensor->zeroPoint) : (float) value;
    }
    return WASMOTE_OK;
}

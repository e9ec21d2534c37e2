/*
 * The library of boards/runtime on this machine, under sanitizers: every function, and every status. Memory and files lie
 * between pages that may not be touched.
 *
 * Arguments: files of models, by name (TypeScript makes them): sum, stateful, endless, recursive, bounds, nested, broken and stuck,
 * whose state cannot be set, two whose kernels are not valid, then any number of real ones, each of which is opened in what it is said to need, and in less. Prints
 * "ok TESTS", or what is wrong. Or "validate" or "reals" and a file: see validate.h and reals.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "accelerator_calls.h"
#include "check.h"
#include "reals.h"
#include "runtime/wasmote.h"
#include "validate.h"

static const char *testName;
#define CHECK_DURING "%s", testName

enum { sum, stateful, endless, recursive, bounds, nested, broken, stuck, firstInvalid, firstReal = firstInvalid + 2, mostFiles = 32 };
static guarded files[mostFiles];
static int fileCount;

enum { stackBytes = 1 << 20 };
static uint64_t looks;
static uint64_t look(void) { return ++looks; }
static const wasmote_options limited = { .counter = look, .limit = 100000, .stackBytes = stackBytes };

/* A file between pages, aligned to 16 at its start. */
static guarded read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    fseek(file, 0, SEEK_END);
    const long length = ftell(file);
    guarded result = guarded_new((uint64_t) (length + 15) / 16 * 16);
    rewind(file);
    if (fread(result.at, 1, (size_t) length, file) != (size_t) length) exit(2);
    result.bytes = (uint64_t) length;
    fclose(file);
    return result;
}

static wasmote_needs needs_of(int file)
{
    wasmote_needs needs;
    CHECK(wasmote_needs_of(files[file].at, files[file].bytes, &needs) == WASMOTE_OK);
    return needs;
}

typedef struct room
{
    guarded memory;
    wasmote *model;
} room;

static room open_in(int file, uint64_t bytes, const wasmote_options *options, wasmote_status expected)
{
    room of = { guarded_new(bytes), (wasmote *) 1 };
    const wasmote_status status = wasmote_open(&of.model, of.memory.at, bytes, files[file].at, files[file].bytes, options);
    if (status != expected) printf("%s instead of %s\n", wasmote_status_text(status), wasmote_status_text(expected));
    CHECK(status == expected && !of.model == (status != WASMOTE_OK));
    return of;
}

static room open_model(int file, const wasmote_options *options)
{
    return open_in(file, (needs_of(file).memoryBytes + 7) & ~7u, options, WASMOTE_OK);
}

static void leave(room of)
{
    wasmote_close(of.model);
    guarded_free(of.memory);
}

/* ------------------------------------------------------------------------------------------------------ the tests */

static void test_texts(void)
{
    CHECK(strcmp(wasmote_version(), PACKAGE_VERSION) == 0);
    const char *unknown = wasmote_status_text((wasmote_status) 1);
    for (int status = -1; status < 20; status++)
    {
        const char *text = wasmote_status_text((wasmote_status) status);
        const bool known = status == 0 || (status >= 2 && status <= 6) || status == 9 || status == 10 || status == 12;
        CHECK(text && strlen(text) > 3 && (strcmp(text, unknown) != 0) == known);
    }
}

static void test_needs(void)
{
    const wasmote_needs needs = needs_of(sum);
    CHECK(needs.linearBytes == 64 && needs.steps == 1 && needs.inputs == 1 && needs.outputs == 1);
    CHECK(needs.nameLength == 3 && memcmp(needs.name, "sum", 3) == 0);
    wasmote_needs none;
    CHECK(wasmote_needs_of("no model at all", 15, &none) == WASMOTE_BAD_MODEL);
    CHECK(wasmote_needs_of(files[sum].at, 0, &none) == WASMOTE_BAD_MODEL);
    for (uint64_t length = 0; length < files[sum].bytes; length++)
    {
        guarded cut = guarded_new(length);
        memcpy(cut.at, files[sum].at, length);
        wasmote *model;
        wasmote_needs_of(cut.at, length, &none);
        guarded memory = guarded_new(65536);
        const wasmote_status status = wasmote_open(&model, memory.at, 65536, cut.at, length, NULL);
        CHECK(status == WASMOTE_BAD_MODEL && !model);
        guarded_free(memory);
        guarded_free(cut);
    }
}

static void test_arguments(void)
{
    guarded memory = guarded_new(65536);
    wasmote *model = (wasmote *) 1;
    CHECK(wasmote_open(&model, NULL, 65536, files[sum].at, files[sum].bytes, NULL) == WASMOTE_BAD_ARGUMENT && !model);
    CHECK(wasmote_open(&model, memory.at, 65536, NULL, files[sum].bytes, NULL) == WASMOTE_BAD_ARGUMENT && !model);
    CHECK(wasmote_run(NULL) == WASMOTE_CLOSED && wasmote_reset(NULL) == WASMOTE_CLOSED);
    CHECK(wasmote_run_steps(NULL, 0, 0, 0) == WASMOTE_CLOSED && !wasmote_keeps_state(NULL) && !wasmote_used_bytes(NULL));
    wasmote_tensor tensor;
    CHECK(wasmote_input(NULL, 0, &tensor) == WASMOTE_CLOSED && wasmote_output(NULL, 0, &tensor) == WASMOTE_CLOSED);
    wasmote_close(NULL);

    CHECK(!wasmote_open(&model, memory.at, 65536, files[sum].at, files[sum].bytes, NULL));
    CHECK(wasmote_input(model, 1, &tensor) == WASMOTE_BAD_ARGUMENT && wasmote_output(model, UINT32_MAX, &tensor) == WASMOTE_BAD_ARGUMENT);
    CHECK(wasmote_run_steps(model, 0, 2, 0) == WASMOTE_BAD_ARGUMENT && wasmote_run_steps(model, 1, 0, 0) == WASMOTE_BAD_ARGUMENT);
    CHECK(wasmote_run_steps(model, 1, 1, 0) == WASMOTE_OK && wasmote_run_steps(model, UINT32_MAX, UINT32_MAX, 0) == WASMOTE_BAD_ARGUMENT);
    CHECK(!wasmote_keeps_state(model) && wasmote_reset(model) == WASMOTE_OK);
    CHECK(wasmote_used_bytes(model) > 64 && wasmote_used_bytes(model) <= 65536);
    wasmote_close(model);
    wasmote_close(model);
    CHECK(wasmote_run(model) == WASMOTE_CLOSED && wasmote_reset(model) == WASMOTE_CLOSED && !wasmote_used_bytes(model));
    CHECK(wasmote_input(model, 0, &tensor) == WASMOTE_CLOSED && !wasmote_keeps_state(model));
    guarded_free(memory);
}

/* Files whose kernels are not valid: as they are damaged, wasm3 compiles them to what touches memory beside the model's. */
static void test_invalid(void)
{
    for (int i = firstInvalid; i < firstReal; i++) leave(open_in(i, needs_of(i).memoryBytes, &limited, WASMOTE_BAD_MODEL));
}

/* Every size of memory, at every alignment: the model opens, or memory is what lacks. */
static void test_sizes(int file, uint32_t step)
{
    const uint32_t enough = needs_of(file).memoryBytes + 8;
    bool wasOpen = false;
    for (uint32_t bytes = 0; bytes <= enough; bytes += bytes < 2048 ? 1 : step)
    {
        guarded memory = guarded_new(bytes);
        wasmote *model;
        const wasmote_status status = wasmote_open(&model, memory.at, bytes, files[file].at, files[file].bytes, &limited);
        if (status && status != WASMOTE_MEMORY) printf("file %d, %u bytes: %s\n", file, bytes, wasmote_status_text(status));
        CHECK(status == WASMOTE_OK || status == WASMOTE_MEMORY);
        CHECK(!wasOpen || status == WASMOTE_OK);
        wasOpen |= status == WASMOTE_OK;
        if (!status) CHECK(wasmote_used_bytes(model) <= bytes);
        wasmote_close(model);
        guarded_free(memory);
    }
    leave(open_in(file, enough, &limited, WASMOTE_OK));
}

static void test_memory_of_every_size(void)
{
    test_sizes(sum, 61);
    test_sizes(stateful, 67);
    for (int i = firstReal; i < fileCount; i++) test_sizes(i, needs_of(i).memoryBytes / 50 | 1);
}

static void test_misaligned_files(void)
{
    for (uint32_t shift = 0; shift < 16; shift++)
    {
        guarded file = guarded_new(files[sum].bytes + shift), memory = guarded_new(65536);
        uint8_t *at = (uint8_t *) ((uintptr_t) file.at & ~(uintptr_t) 15);
        while (at < file.at) at += 16;
        if (at + files[sum].bytes > file.at + file.bytes) at = file.at;
        memcpy(at, files[sum].at, files[sum].bytes);
        wasmote *model;
        const wasmote_options portable = { .portable = true };
        const wasmote_status status = wasmote_open(&model, memory.at, memory.bytes, at, files[sum].bytes, NULL);
        CHECK(status == WASMOTE_OK || status == WASMOTE_BAD_ARGUMENT);
        wasmote_close(model);
        CHECK(!wasmote_open(&model, memory.at, memory.bytes, at, files[sum].bytes, &portable) && !wasmote_run(model));
        wasmote_close(model);
        guarded_free(memory);
        guarded_free(file);
    }
}

/* Models side by side: what one is given and does is not seen by another. */
static void test_side_by_side(void)
{
    enum { models = 4 };
    room rooms[models];
    wasmote_tensor in, out;
    for (int i = 0; i < models; i++) rooms[i] = open_model(i % 2 ? stateful : sum, NULL);
    for (int turn = 1; turn < 5; turn++)
    {
        for (int i = 0; i < models; i++)
        {
            CHECK(!wasmote_input(rooms[i].model, 0, &in) && in.bytes == 8);
            memset(in.data, turn * 10 + i, 8);
        }
        for (int i = models - 1; i >= 0; i--) CHECK(!wasmote_run_steps(rooms[i].model, 0, 1, 0));
        for (int i = 0; i < models; i++)
        {
            CHECK(!wasmote_output(rooms[i].model, 0, &out));
            for (uint32_t at = 0; at < 8; at++) CHECK(((uint8_t *) out.data)[at] == turn * 10 + i);
            if (i % 2) CHECK(*(int32_t *) ((uint8_t *) out.data + 24) == 100 + turn);     /* its counter, at 40 */
        }
    }
    for (int i = 0; i < models; i++) leave(rooms[i]);
}

/* A state that cannot be set to what it begins with. */
static void test_failing_reset(void)
{
    leave(open_in(broken, needs_of(broken).memoryBytes, &limited, WASMOTE_BAD_MODEL));
    leave(open_in(stuck, needs_of(stuck).memoryBytes, &limited, WASMOTE_LIMIT));
}

static int32_t calls_of(wasmote *model)
{
    wasmote_tensor in;
    CHECK(!wasmote_input(model, 0, &in));
    return *(int32_t *) ((uint8_t *) in.data + 24);
}

static void test_state(void)
{
    room of = open_model(stateful, &limited);
    CHECK(wasmote_keeps_state(of.model) && calls_of(of.model) == 100);
    CHECK(!wasmote_run_steps(of.model, 0, 1, 0) && !wasmote_run_steps(of.model, 0, 1, 0) && calls_of(of.model) == 102);
    CHECK(!wasmote_reset(of.model) && calls_of(of.model) == 100);
    CHECK(!wasmote_run_steps(of.model, 0, 1, 0) && calls_of(of.model) == 101);
    CHECK(wasmote_run_steps(of.model, 1, 2, 0) == WASMOTE_TRAP && calls_of(of.model) == 100);
    CHECK(!wasmote_run_steps(of.model, 0, 1, 0) && calls_of(of.model) == 101);
    CHECK(wasmote_run_steps(of.model, 2, 3, 50) == WASMOTE_LIMIT && calls_of(of.model) == 100);
    CHECK(wasmote_run_steps(of.model, 2, 3, 0) == WASMOTE_LIMIT && calls_of(of.model) == 100);
    CHECK(!wasmote_run_steps(of.model, 0, 1, 0) && calls_of(of.model) == 101);
    leave(of);
}

static void test_failures(int file, wasmote_status expected)
{
    room of = open_model(file, &limited), other = open_model(stateful, &limited);
    for (int turn = 0; turn < 3; turn++)
    {
        wasmote_tensor in;
        CHECK(wasmote_run(of.model) == expected);
        CHECK(!wasmote_input(of.model, 0, &in));
        for (uint32_t i = 0; i < in.bytes; i++) CHECK(((uint8_t *) in.data)[i] == 0);
        memset(in.data, 7, in.bytes);
        CHECK(!wasmote_run_steps(of.model, 0, 0, 0) || expected != WASMOTE_OK);
        CHECK(!wasmote_run_steps(other.model, 0, 1, 0) && calls_of(other.model) == 101 + turn);
    }
    leave(of);
    leave(other);
}

static void test_traps_and_limits(void)
{
    test_failures(endless, WASMOTE_LIMIT);
    test_failures(bounds, WASMOTE_TRAP);
    test_failures(recursive, WASMOTE_TRAP);
    room of = open_model(recursive, &limited);
    CHECK(wasmote_run_steps(of.model, 0, 1, UINT64_MAX) == WASMOTE_TRAP);   /* no limit, whatever the counter says */
    leave(of);
}

static void test_stack(void)
{
    const wasmote_options small = { .stackBytes = 20000 }, large = { .stackBytes = 4 << 20 };
    open_in(nested, needs_of(nested).memoryBytes, &small, WASMOTE_STACK);
    leave(open_model(nested, &large));
}

/* ------------------------------------------------------------------------------------------------------ real numbers */

static void test_reals(void)
{
    static const struct { wasmote_dtype dtype; uint32_t bytes; float low, high; } kinds[] = {
        { WASMOTE_INT8, 1, -128, 127 }, { WASMOTE_UINT8, 1, 0, 255 }, { WASMOTE_BOOL, 1, 0, 1 },
        { WASMOTE_INT16, 2, -32768, 32767 }, { WASMOTE_INT32, 4, -2147483648.0f, 2147483648.0f },
    };
    const float values[] = { NAN, INFINITY, -INFINITY, 0, -0.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 1e30f, -1e30f, 1e-40f, 8388607.5f };
    enum { count = sizeof values / sizeof *values };
    for (uint32_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    {
        for (uint32_t form = 0; form < 16; form++)
        {
            uint8_t data[count * 4];
            float back[count];
            const wasmote_tensor tensor = {
                .data = data, .bytes = count * kinds[k].bytes, .dtype = kinds[k].dtype, .halvesToEven = form & 1,
                .scale = form & 2 ? 1.0f : form & 4 ? 1e-38f : 0, .zeroPoint = form & 8 ? INT32_MAX : 0,
            };
            CHECK(!wasmote_write_reals(&tensor, values, count) && !wasmote_read_reals(&tensor, back, count));
            CHECK(wasmote_write_reals(&tensor, values, count + 1) == WASMOTE_BAD_ARGUMENT);
            CHECK(wasmote_read_reals(&tensor, back, count + 1) == WASMOTE_BAD_ARGUMENT);
            if (form & 12) continue;
            CHECK(back[0] == kinds[k].low);
            CHECK(back[1] == kinds[k].high && back[2] == kinds[k].low && back[3] == 0 && back[4] == 0);
            if (kinds[k].dtype == WASMOTE_BOOL) continue;
            CHECK(back[5] == (form & 1 ? 0 : 1) && back[6] == 2 && back[7] == (form & 1 ? 2 : 3));
            if (kinds[k].low < 0) CHECK(back[8] == (form & 1 ? 0 : -1) && back[9] == -2 && back[10] == (form & 1 ? -2 : -3));
        }
    }
    float floats[count], back[count];
    const wasmote_tensor real = { .data = floats, .bytes = sizeof floats, .dtype = WASMOTE_FLOAT32 };
    CHECK(!wasmote_write_reals(&real, values, count) && !wasmote_read_reals(&real, back, count));
    CHECK(memcmp(values, back, sizeof values) == 0);
    CHECK(wasmote_write_reals(&real, values, count + 1) == WASMOTE_BAD_ARGUMENT);
    int64_t wide[1];
    const wasmote_tensor whole = { .data = wide, .bytes = 8, .dtype = WASMOTE_INT64 };
    CHECK(wasmote_write_reals(&whole, values, 1) == WASMOTE_BAD_ARGUMENT && wasmote_read_reals(&whole, back, 1) == WASMOTE_BAD_ARGUMENT);
}

static void test_fields(void)
{
    room of = open_model(sum, NULL);
    wasmote_tensor in;
    uint32_t length;
    CHECK(!wasmote_input(of.model, 0, &in));
    CHECK(in.dtype == WASMOTE_INT8 && in.rank == 1 && in.shape[0] == 8 && in.scale == 0.25f && in.zeroPoint == -3);
    CHECK(in.halvesToEven && in.nameLength == 2 && memcmp(in.name, "in", 2) == 0);
    CHECK(memcmp(wasmote_label(&in, 1, &length), "two", 3) == 0 && length == 3 && !wasmote_label(&in, 8, &length));
    CHECK(!wasmote_output(of.model, 0, &in) && in.scale == 0 && !in.halvesToEven && !wasmote_label(&in, 0, &length));
    leave(of);
}

int main(int count, char **arguments)
{
    static const struct { const char *name; void (*run)(void); } tests[] = {
        { "texts", test_texts }, { "needs", test_needs }, { "arguments", test_arguments }, { "fields", test_fields },
        { "files that are not valid", test_invalid },
        { "memory of every size", test_memory_of_every_size }, { "misaligned files", test_misaligned_files },
        { "models side by side", test_side_by_side }, { "state", test_state },
        { "a state that cannot be set", test_failing_reset }, { "traps and limits", test_traps_and_limits },
        { "stack", test_stack }, { "real numbers", test_reals },
    };
    if (count == 3 && strcmp(arguments[1], "validate") == 0) return validate_modules(arguments[2]);
    if (count == 3 && strcmp(arguments[1], "reals") == 0) return convert_reals(arguments[2]);
    fileCount = count - 1;
    if (fileCount < firstReal || fileCount > mostFiles) return 2;
    for (int i = 0; i < fileCount; i++) files[i] = read_file(arguments[1 + i]);
    for (uint32_t i = 0; i < sizeof tests / sizeof *tests; i++)
    {
        testName = tests[i].name;
        tests[i].run();
    }
    printf("ok %zu\n", sizeof tests / sizeof *tests);
    return 0;
}

import { inComment, type ModelStorage, macroOf } from "./model-files.js";
import type { ExportedModel } from "./types.js";

/** A sample for a model's first input. */
function sampleOf({ symbol, manifest }: ExportedModel): string {
  const [input] = manifest.inputs;
  if (input === undefined) return "";
  return `/* "${inComment(input.name)}", ${input.shape.join(" x ")}: real numbers in row-major order, begun anew where the input has more. */
static const float ${symbol}_sample[] = { 0.0f };
`;
}

function functionOf(model: ExportedModel, storage: ModelStorage): string {
  const { symbol, manifest } = model;
  const name = macroOf(model);
  const file =
    storage === "array"
      ? `    const uint8_t *file = ${symbol};`
      : `    static uint8_t file[${name}_BYTES] __attribute__((aligned(16)));
    if (!read_file("${symbol}.wasm", file, sizeof file))
    {
        print_text("${symbol}.wasm cannot be read here\\n", ${symbol.length + 26});
        return WASMOTE_BAD_MODEL;
    }`;
  const sample = `    if (!status) status = wasmote_input(model, 0, &tensor);
    if (!status) write_sample(&tensor, ${symbol}_sample, sizeof ${symbol}_sample / sizeof *${symbol}_sample);
`;
  return `/* Opens the model, runs it once with the sample, prints what comes out, and closes it. */
static wasmote_status run_${symbol}(void)
{
    static uint8_t memory[${name}_MEMORY_BYTES] __attribute__((aligned(8)));
    const wasmote_options options = { .stackBytes = ${name}_STACK_BYTES };
    wasmote *model;
    wasmote_tensor tensor;
${file}

    wasmote_status status = wasmote_open(&model, memory, sizeof memory, file, ${name}_BYTES, &options);
${manifest.inputs.length > 0 ? sample : ""}    if (!status) status = wasmote_run(model);
    for (uint32_t i = 0; i < ${manifest.outputs.length} && !status; i++)
    {
        status = wasmote_output(model, i, &tensor);
        if (!status) print_tensor(&tensor);
    }
    const char *said = wasmote_status_text(status);
    print_text("${symbol}: ", ${symbol.length + 2}), print_text(said, strlen(said)), putchar('\\n');
    wasmote_close(model);
    return status;
}
`;
}

/** An example's `main`: runs each model with its sample and prints what comes out. */
export function exampleText(models: readonly ExportedModel[], storage: ModelStorage): string {
  const readFile = `/* Reads a file of so many bytes. */
static bool read_file(const char *name, uint8_t *to, size_t bytes)
{
    FILE *file = fopen(name, "rb");
    if (!file) return false;
    const size_t length = fread(to, 1, bytes, file);
    fclose(file);
    return length == bytes;
}

`;
  return `/*
 * Runs each model once, with samples that are zeros until you put others in their place, and prints the results.
 * Written by \`wasmote export\`: yours to change.
 */
#include <stdio.h>
#include <string.h>

${models.map(({ symbol }) => `#include "${symbol}.h"`).join("\n")}
#include "wasmote.h"

${models.map(sampleOf).join("")}

/* Text, and numbers with three places, by putchar alone: printf takes more flash than all that is printed here. */
static void print_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) putchar(text[i]);
}

static void print_whole(uint32_t value, int places)
{
    if (value >= 10 || places > 1) print_whole(value / 10, places - 1);
    putchar('0' + (char) (value % 10));
}

/* To the nearest; what is beyond a million, or no number, as it is where these end. */
static void print_real(float value)
{
    if (value < 0) putchar('-');
    const float size = value < 0 ? -value : value;
    const uint32_t thousandths = size < 1e6f ? (uint32_t) (size * 1000.0f + 0.5f) : 1000000000u;
    print_whole(thousandths / 1000, 1);
    putchar('.');
    print_whole(thousandths % 1000, 3);
}

/* Makes a tensor its first element alone, and says how many there are. */
static uint32_t begin(wasmote_tensor *tensor)
{
    static const uint8_t bytesOf[] = { 1, 1, 1, 1, 2, 4, 8, 4 };
    const uint32_t bytes = tensor->bytes;
    tensor->bytes = bytesOf[tensor->dtype];
    return bytes / tensor->bytes;
}

static void next(wasmote_tensor *element)
{
    element->data = (uint8_t *) element->data + element->bytes;
}

static void write_sample(wasmote_tensor *input, const float *values, uint32_t count)
{
    const uint32_t all = begin(input);
    for (uint32_t i = 0; i < all; i++, next(input)) wasmote_write_reals(input, &values[i % count], 1);
}

/* Each element of a tensor, with its label where there is one. */
static void print_tensor(wasmote_tensor *output)
{
    const uint32_t classes = output->rank ? output->shape[output->rank - 1] : 1, all = begin(output);
    for (uint32_t i = 0; i < all; i++, next(output))
    {
        uint32_t length;
        float value;
        const char *label = wasmote_label(output, i % classes, &length);
        if (wasmote_read_reals(output, &value, 1)) continue;
        if (label) print_text(label, length), putchar(' ');
        print_real(value);
        putchar('\\n');
    }
}

${storage === "file" ? readFile : ""}${models.map((model) => functionOf(model, storage)).join("\n")}
int main(void)
{
    int failed = 0;
${models.map(({ symbol }) => `    if (run_${symbol}()) failed = 1;`).join("\n")}
    return failed;
}
`;
}

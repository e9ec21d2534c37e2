import { inComment, macroOf, type ModelStorage } from "./model-files.js";
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
    if (!read_file("${symbol}.wasm", file, sizeof file)) return WASMOTE_BAD_MODEL;`;
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
    printf("${symbol}: %s\\n", wasmote_status_text(status));
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

/* A real number with three places, without printf's own of floats, which take flash. */
static void print_real(float value)
{
    const long thousandths = (long) (value * 1000.0f + (value < 0 ? -0.5f : 0.5f));
    const long whole = thousandths < 0 ? -thousandths : thousandths;
    printf("%s%ld.%03ld", thousandths < 0 ? "-" : "", whole / 1000, whole % 1000);
}

/* Element \`index\` of a tensor as a tensor of its own. */
static wasmote_tensor element_of(const wasmote_tensor *tensor, uint32_t index)
{
    static const uint8_t bytesOf[] = { 1, 1, 1, 1, 2, 4, 8, 4 };
    wasmote_tensor element = *tensor;
    element.bytes = bytesOf[tensor->dtype];
    element.data = (uint8_t *) tensor->data + (size_t) index * element.bytes;
    return element;
}

static uint32_t count_of(const wasmote_tensor *tensor)
{
    return tensor->bytes / element_of(tensor, 0).bytes;
}

static void write_sample(const wasmote_tensor *input, const float *values, uint32_t count)
{
    for (uint32_t i = 0; i < count_of(input); i++)
    {
        const wasmote_tensor element = element_of(input, i);
        wasmote_write_reals(&element, &values[i % count], 1);
    }
}

/* Each element of a tensor, with its label where there is one. */
static void print_tensor(const wasmote_tensor *tensor)
{
    const uint32_t classes = tensor->rank ? tensor->shape[tensor->rank - 1] : 1;
    for (uint32_t i = 0; i < count_of(tensor); i++)
    {
        const wasmote_tensor element = element_of(tensor, i);
        uint32_t length;
        float value;
        const char *label = wasmote_label(tensor, i % classes, &length);
        if (wasmote_read_reals(&element, &value, 1)) continue;
        if (label) printf("%.*s ", (int) length, label);
        print_real(value);
        printf("\\n");
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

import { elementBytes } from "../graph/tensor.js";
import type { ManifestTensor } from "../package/manifest.js";
import { inComment, type ModelStorage } from "./model-files.js";
import { macroOf, sampleName } from "./names.js";
import type { ExportedModel } from "./types.js";

/** Samples for a model's inputs. */
function samplesOf({ symbol, manifest: { inputs } }: ExportedModel): string[] {
  return inputs.map(
    ({ name, shape }, i) =>
      `/* "${inComment(name)}", ${shape.join(" x ")}: real numbers in row-major order, begun anew where the input has more. */
static const float ${sampleName(symbol, i, inputs.length)}[] = { 0.0f };
`,
  );
}

/** Writes a model's samples to its inputs. */
function writingOf({ symbol, manifest: { inputs } }: ExportedModel): string {
  return inputs
    .map((_, i) => {
      const name = sampleName(symbol, i, inputs.length);
      return `    if (!status) status = wasmote_input(opened, ${i}, &tensor);
    if (!status) write_sample(&tensor, ${name}, sizeof ${name} / sizeof *${name});
`;
    })
    .join("");
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
  return `/* Opens the model, runs it once with its samples, prints what comes out, and closes it. */
static wasmote_status run_${symbol}(void)
{
    static uint8_t memory[${name}_MEMORY_BYTES] __attribute__((aligned(8)));
    const wasmote_options options = { .stackBytes = ${name}_STACK_BYTES };
    wasmote *opened;
    wasmote_tensor tensor;
${file}

    wasmote_status status = wasmote_open(&opened, memory, sizeof memory, file, ${name}_BYTES, &options);
${writingOf(model)}    if (!status) status = wasmote_run(opened);
    for (uint32_t i = 0; i < ${manifest.outputs.length} && !status; i++)
    {
        status = wasmote_output(opened, i, &tensor);
        if (!status) print_tensor(&tensor);
    }
    const char *said = wasmote_status_text(status);
    print_text("${symbol}: ", ${symbol.length + 2}), print_text(said, strlen(said)), putchar('\\n');
    wasmote_close(opened);
    return status;
}
`;
}

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

const hasInt64 = (tensors: readonly { dtype: string }[]): boolean =>
  tensors.some(({ dtype }) => dtype === "int64");

/** Largest real number whose thousandths are counted in 32 bits. */
const countedReal = 4e6;

/** Whether an output may be a real number whose thousandths are too many for 32 bits, infinite, or none. */
const isUnbounded = ({ dtype, scale }: ManifestTensor): boolean =>
  scale === undefined || 2 ** (8 * elementBytes[dtype]) * scale > countedReal;

/** Prints a real number, of any size or none too where some output has them: that takes flash as well. */
const printReal = (
  any: boolean,
): string => `/* To the nearest thousandth${any ? "; from a million on, of a number that is then to be multiplied by a power of ten: 1234567 is 123456.704e1" : ""}. */
static void print_real(float value)
{
${
  any
    ? `    if (value != value)
    {
        print_text("nan", 3);
        return;
    }
`
    : ""
}    if (value < 0) putchar('-');
    float size = value < 0 ? -value : value;
${
  any
    ? `    uint32_t tens = 0;
    for (; size >= 1e6f && tens < 99; tens++) size /= 10;
    if (tens == 99)
    {
        print_text("inf", 3);
        return;
    }
`
    : ""
}    const uint32_t thousandths = (uint32_t) (size * 1000.0f + 0.5f);
    print_whole(thousandths / 1000, 1);
    putchar('.');
    print_whole(thousandths % 1000, 3);
${any ? "    if (tens > 0) putchar('e'), print_whole(tens, 1);\n" : ""}}
`;

/** Writes an element, of 64 bits too where some input has them: that takes flash, for numbers that no real number is written as. */
const writeElement = (wide: boolean): string => `static void write_element(wasmote_tensor *input, float value)
{
${
  wide
    ? `    const int64_t whole = (int64_t) value;
    if (input->dtype == WASMOTE_INT64) memcpy(input->data, &whole, sizeof whole);
    else wasmote_write_reals(input, &value, 1);`
    : "    wasmote_write_reals(input, &value, 1);"
}
}
`;

/** Prints an element, of 64 bits too where some output has them. */
const printElement = (wide: boolean): string => `${
  wide
    ? `static void print_int64(int64_t value)
{
    char reversed[20];
    int count = 0;
    uint64_t size = value < 0 ? -(uint64_t) value : (uint64_t) value;
    if (value < 0) putchar('-');
    do reversed[count++] = (char) ('0' + size % 10); while (size /= 10);
    while (count > 0) putchar(reversed[--count]);
}

`
    : ""
}static void print_element(const wasmote_tensor *output)
{
${
  wide
    ? `    int64_t whole;
    if (output->dtype == WASMOTE_INT64)
    {
        memcpy(&whole, output->data, sizeof whole);
        print_int64(whole);
        return;
    }
`
    : ""
}    float value;
    if (!wasmote_read_reals(output, &value, 1)) print_real(value);
}
`;

/** An example's `main`: runs each model with its samples and prints what comes out. */
export function exampleText(models: readonly ExportedModel[], storage: ModelStorage): string {
  const outputs = models.flatMap(({ manifest }) => manifest.outputs);
  return `/*
 * Runs each model once, with samples that are zeros until you put others in their place, and prints the results.
 * Written by \`wasmote export\`: yours to change.
 */
#include <stdio.h>
#include <string.h>

${models.map(({ symbol }) => `#include "${symbol}.h"`).join("\n")}
#include "wasmote.h"

${models.flatMap(samplesOf).join("")}
/* Text, and numbers, by putchar alone: printf takes more flash than all that is printed here. */
static void print_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) putchar(text[i]);
}

static void print_whole(uint32_t value, int places)
{
    if (value >= 10 || places > 1) print_whole(value / 10, places - 1);
    putchar('0' + (char) (value % 10));
}

${printReal(outputs.some(isUnbounded))}
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

${writeElement(models.some(({ manifest }) => hasInt64(manifest.inputs)))}
static void write_sample(wasmote_tensor *input, const float *values, uint32_t count)
{
    const uint32_t all = begin(input);
    for (uint32_t i = 0; i < all; i++, next(input)) write_element(input, values[i % count]);
}

${printElement(hasInt64(outputs))}
/* Each element of a tensor, with its label where there is one. */
static void print_tensor(wasmote_tensor *output)
{
    const uint32_t classes = output->rank ? output->shape[output->rank - 1] : 1, all = begin(output);
    for (uint32_t i = 0; i < all; i++, next(output))
    {
        uint32_t length;
        const char *label = wasmote_label(output, i % classes, &length);
        if (label) print_text(label, length), putchar(' ');
        print_element(output);
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

import type { Exported, ExportedModel } from "../types.js";
import { libraryName, sampleBytes, symbolsOf, xtensaStack } from "./about.js";

/** What the examples of the ecosystems in C differ in. */
export interface Surroundings {
  /** Lines of what is included besides, and of functions. `read_byte` waits for the next byte of the console. */
  head: readonly string[];
  /** The function that prints as printf does. */
  print: string;
  /** Lines of what calls `infer` again and again. */
  tail: readonly string[];
}

/** How samples are given to an example: said in its first lines. */
export function sampleText(of: Exported): string[] {
  const bytes = of.models.map((model) => `${sampleBytes(model)} bytes for ${model.symbol}`).join(", ");
  return [
    "A sample is what the inputs hold, one after the other, as it lies in memory: little-endian, in row-major order,",
    `${bytes}.`,
  ];
}

/** An example in C: reads a sample of each model from the console, runs it and prints what comes out. */
export function exampleInC(of: Exported, { head, print, tail }: Surroundings): string {
  return `${[
    "/*",
    " * Reads a sample of each model from the console, runs it and prints what comes out, again and again.",
    " *",
    ...sampleText(of).map((line) => ` * ${line}`),
    " */",
    ...head.filter((line) => line.startsWith("#include")),
    "#include <string.h>",
    "",
    `#include "${libraryName}.h"`,
    ...of.models.map(({ symbol }) => `#include "${symbol}.h"`),
    "",
    ...memories(of),
    "",
    ...head.filter((line) => !line.startsWith("#include")),
    ...realOf,
    "",
    "static void read_sample(wasmote *opened)",
    "{",
    "    wasmote_tensor input;",
    "    for (uint32_t i = 0; wasmote_input(opened, i, &input) == WASMOTE_OK; i++)",
    "    {",
    "        uint8_t *to = input.data;",
    "        for (uint32_t at = 0; at < input.bytes; at++) to[at] = (uint8_t) read_byte();",
    "    }",
    "}",
    "",
    "static void print_output(const wasmote_tensor *output)",
    "{",
    "    const uint32_t elements = elements_of(output), classes = output->rank ? output->shape[output->rank - 1] : 1;",
    `    ${print}("%.*s:\\n", (int) output->nameLength, output->name);`,
    "    for (uint32_t i = 0; i < elements; i++)",
    "    {",
    "        uint32_t length = 0;",
    "        const char *label = wasmote_label(output, i % classes, &length);",
    `        ${print}("%lu %.*s %f\\n", (unsigned long) i, (int) length, label ? label : "", (double) real_of(output, i));`,
    "    }",
    "}",
    "",
    "static void infer(const char *name, wasmote *opened)",
    "{",
    `    ${print}("%s: waiting for a sample\\n", name);`,
    "    read_sample(opened);",
    "    const wasmote_status status = wasmote_run(opened);",
    `    if (status) ${print}("%s: %s\\n", name, wasmote_status_text(status));`,
    "    wasmote_tensor output;",
    "    for (uint32_t i = 0; !status && wasmote_output(opened, i, &output) == WASMOTE_OK; i++) print_output(&output);",
    "}",
    "",
    ...openModel(`${print}("%s: %s\\n", name, wasmote_status_text(status));`),
    "",
    "/* Opens the models and runs them in turn; comes back where one cannot be opened. */",
    "static void infer_for_ever(void)",
    "{",
    ...of.models.flatMap((model) => [`    wasmote *${model.symbol}_opened =`, `        ${openCall(model)};`]),
    `    while (${of.models.map(({ symbol }) => `${symbol}_opened`).join(" && ")})`,
    "    {",
    ...of.models.map(({ symbol }) => `        infer("${symbol}", ${symbol}_opened);`),
    "    }",
    "}",
    "",
    ...tail,
  ].join("\n")}\n`;
}

/** Memory of each model. */
export function memories(of: Exported): string[] {
  return of.models.map((model) => {
    const { array, memory } = symbolsOf(model);
    return `static uint8_t ${array}_memory[${memory}] __attribute__((aligned(16)));`;
  });
}

/** The call of the examples' own function that opens a model. */
export function openCall(model: ExportedModel): string {
  const { array, bytes, memory, stack } = symbolsOf(model);
  return `open_model("${array}", ${array}_memory, ${memory}, ${array}, ${bytes}, ${stack})`;
}

/** A function in C and C++ that opens a model with the stack that it needs; `told` says a `status` that is an error. */
export function openModel(told: string): string[] {
  return [
    "static wasmote *open_model(const char *name, void *memory, size_t bytes, const void *file, size_t fileBytes,",
    "                           uint32_t stackBytes)",
    "{",
    "    wasmote *opened;",
    "    static wasmote_options options;     /* read as long as a model is open: for the one that takes most */",
    "    if (stackBytes > options.stackBytes) options.stackBytes = stackBytes;",
    "#ifdef __XTENSA__",
    "    /* There operations call one another, and leave more on the stack. */",
    `    options.stackBytes = ${xtensaStack.callBytes};`,
    "#endif",
    "    const wasmote_status status = wasmote_open(&opened, memory, bytes, file, fileBytes, &options);",
    `    if (status) ${told}`,
    "    return opened;",
    "}",
  ];
}

/** Functions in C and C++ that read one element of a tensor as a real number. */
export const realOf: readonly string[] = [
  "static uint32_t elements_of(const wasmote_tensor *tensor)",
  "{",
  "    uint32_t elements = 1;",
  "    for (uint32_t i = 0; i < tensor->rank; i++) elements *= tensor->shape[i];",
  "    return elements;",
  "}",
  "",
  "static float real_of(const wasmote_tensor *tensor, uint32_t index)",
  "{",
  "    wasmote_tensor element = *tensor;",
  "    element.bytes = tensor->bytes / elements_of(tensor);",
  "    element.data = (uint8_t *) tensor->data + index * element.bytes;",
  "    if (tensor->dtype == WASMOTE_INT64)",
  "    {",
  "        int64_t whole;",
  "        memcpy(&whole, element.data, sizeof whole);",
  "        return (float) whole;",
  "    }",
  "    float value = 0;",
  "    wasmote_read_reals(&element, &value, 1);",
  "    return value;",
  "}",
];

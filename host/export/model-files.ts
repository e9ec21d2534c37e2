import { tensorBytes } from "../graph/tensor.js";
import type { ExportedFiles, ExportedModel } from "./types.js";

/** How a model's file comes to the program: as an array in flash, or as a file that is read when it runs. */
export type ModelStorage = "array" | "file";

const words = (text: string): string[] => text.split(" ");

/** Names that are C's, its library's (headers, which a model's would hide, and functions), the examples', or the library's own. */
const taken = new Set([
  ...words(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false class delete new private public template this",
  ),
  ...words(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings tgmath threads time uchar wchar wctype eof null",
  ),
  ...words(
    "abort abs atexit calloc clearerr clock close cos exit exp fabs fclose floor fopen fread free gamma getchar index log malloc memcpy memset open pow printf putchar puts raise rand read remove rename rewind round select sin sqrt stdin stdout stderr strlen system tan write size_t int64_t uint32_t uint8_t",
  ),
  ...words(
    "all app_main argument at begin byte bytes bytesof classes count delay element elements elements_of example failed file filebytes i infer infer_for_ever inference_task input label length loop main memory micros model name next open_model options output places print_output print_real print_status print_tensor print_text print_whole read_byte read_file read_sample real_of run said sample scores serial setup size stack start status tensor text thousandths to u value values wasmote wasmote_config whole write_sample",
  ),
]);

/** The C identifier for a model's name. */
export function symbolOf(name: string): string {
  const letters = name.replace(/[^A-Za-z0-9_]+/g, "_").replace(/^_+|_+$/g, "");
  const plain = /^[A-Za-z]/.test(letters) ? letters : `model${letters === "" ? "" : `_${letters}`}`;
  return taken.has(plain.toLowerCase()) || plain.startsWith("m3_") || plain.startsWith("wasmote_")
    ? `${plain}_model`
    : plain;
}

/** The beginning of a model's constants in C. */
export const macroOf = ({ symbol }: ExportedModel): string => symbol.toUpperCase();

/** Bytes as the inside of an array in C, sixteen a line. */
export function arrayText(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += 16)
    lines.push(
      `    ${[...bytes.subarray(i, i + 16)].map((byte) => `0x${byte.toString(16).padStart(2, "0")},`).join(" ")}`,
    );
  return lines.join("\n");
}

/** Text that may stand in a comment of C. */
export const inComment = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").replaceAll("*/", "* /");

function header(model: ExportedModel, storage: ModelStorage): string {
  const { symbol, wasm, manifest, memoryBytes, memoryBound, stackBytes } = model;
  const name = macroOf(model);
  const [input, output] = [manifest.inputs[0], manifest.outputs[0]];
  const ends = [
    ...(input === undefined ? [] : [`#define ${name}_INPUT_BYTES ${tensorBytes(input)}`]),
    ...(output === undefined ? [] : [`#define ${name}_OUTPUT_BYTES ${tensorBytes(output)}`]),
  ];
  const array = `
/* The model's file, aligned to 16: constant, so that it is read where it lies. */
extern const uint8_t ${symbol}[${name}_BYTES];
`;
  return `/* ${inComment(manifest.name)}: written by \`wasmote export\`. */
#ifndef ${name}_MODEL_H
#define ${name}_MODEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the file. */
#define ${name}_BYTES ${wasm.length}
/* Memory to open it in, best aligned to 8: ${memoryBound === "exact" ? "the least with which it runs at its speed" : "enough"}. ${manifest.memoryBytes} of it are for tensors and state. */
#define ${name}_MEMORY_BYTES ${memoryBytes}
/* Stack that a call may take: wasmote_options.stackBytes. */
#define ${name}_STACK_BYTES ${stackBytes}
${ends.join("\n")}
${storage === "array" ? array : ""}
#ifdef __cplusplus
}
#endif

#endif
`;
}

/** A model's header, and its file as a C array or as it is. */
export function modelFilesOf(model: ExportedModel, storage: ModelStorage): ExportedFiles {
  const { symbol, wasm } = model;
  const files = { [`${symbol}.h`]: header(model, storage) };
  if (storage === "file") return { ...files, [`${symbol}.wasm`]: wasm };
  return {
    ...files,
    [`${symbol}.c`]: `/* Written by \`wasmote export\`. */
#include "${symbol}.h"

const uint8_t ${symbol}[${macroOf(model)}_BYTES] __attribute__((aligned(16))) = {
${arrayText(wasm)}
};
`,
  };
}

import { tensorBytes } from "../graph/tensor.js";
import { macroOf } from "./names.js";
import type { ExportedFiles, ExportedModel } from "./types.js";

/** How a model's file comes to the program: as an array in flash, or as a file that is read when it runs. */
export type ModelStorage = "array" | "file";

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
/* The model's file, aligned to 16: constant, so that it is read where it lies. To the linker it has a name of its own. */
extern const uint8_t ${symbol}[${name}_BYTES] __asm__("wasmote_model_${symbol}");
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
/* Memory to open it in, best aligned to 8: ${memoryBound === "exact" ? "the least with which it runs at its speed" : "surely enough, less may be (wasmote_used_bytes tells)"}. ${manifest.memoryBytes} of it are for tensors and state. */
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

import { macroOf } from "./names.js";
import type { Exported, ExportedModel } from "./types.js";

const thousands = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, " ");

function modelRow(model: ExportedModel): string {
  const { manifest, wasm, memoryBytes, memoryBound, stackBytes } = model;
  const most = memoryBound === "exact" ? "" : "at most ";
  const ram = `${most}${thousands(memoryBytes)} (${thousands(manifest.memoryBytes)} of tensors)`;
  return `| ${manifest.name.replaceAll("|", "/")} | ${thousands(wasm.length)} | ${ram} | ${thousands(stackBytes)} |`;
}

/** README.md of an export: what it takes, how it is built, and how it is called. */
export function readmeText(of: Exported, howToBuild: string): string {
  const { models, core, board } = of;
  const [first] = models;
  if (first === undefined) return "";
  const name = macroOf(first);
  const isFile = Object.keys(of.modelFiles(first)).some((path) => path.endsWith(".wasm"));
  const array = isFile ? "file" : first.symbol;
  const file = `static uint8_t file[${name}_BYTES] __attribute__((aligned(16)));   /* what is in ${first.symbol}.wasm */\n`;
  const where = board === undefined ? (core === "host" ? "computers" : core) : `${board.id} (${core})`;
  return `# ${models.map(({ manifest }) => manifest.name).join(", ")}

Written by \`wasmote export\` for ${where}: the library \`wasmote\` as far as ${models.length === 1 ? "this model needs" : "these models need"} it, and an example.

## What it takes

| model | flash, its file | RAM, memory to open it in | stack of a call |
| --- | --- | --- | --- |
${models.map(modelRow).join("\n")}

Sizes are bytes. The library's own code is shared by all models. Another model may need parts of the library that are left
out here; it is then refused with \`WASMOTE_WRONG_VERSION\`, and the export is to be made anew with both.

## How it is built

${howToBuild}

## How it is called

\`\`\`c
#include "${first.symbol}.h"
#include "wasmote.h"

static uint8_t memory[${name}_MEMORY_BYTES] __attribute__((aligned(8)));
${isFile ? file : ""}
static const wasmote_options options = { .stackBytes = ${name}_STACK_BYTES };
wasmote *opened;
wasmote_tensor input, output;
wasmote_status status = wasmote_open(&opened, memory, sizeof memory, ${array}, ${name}_BYTES, &options);
if (!status) status = wasmote_input(opened, 0, &input);
if (!status) status = wasmote_output(opened, 0, &output);
if (!status) status = wasmote_write_reals(&input, sample, count);
if (!status) status = wasmote_run(opened);
if (!status) status = wasmote_read_reals(&output, scores, classes);
\`\`\`

\`wasmote.h\` says the rest.

## Licences

wasmote: Apache-2.0 (LICENSE). wasm3, an interpreter of WebAssembly: MIT (third_party/wasm3/LICENSE).
`;
}

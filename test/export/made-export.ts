import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeSources } from "wasm3-bindings/sources";
import { boardsFolder } from "../../host/boards/index.js";
import type { Exported, ExportedFiles, ExportedModel } from "../../host/export/types.js";
import { openModule } from "../../host/package/open.js";

/** All of the boards' sources that the library may have: what a program leaves out is tested elsewhere. */
const rooms = ["abi", "accelerators", "accelerators/imports", "formats", "runtime", "wasm3"];
const outside = ["formats/cbor_writer.c", "formats/sha256.c", "formats/sha256.h"];

function library(): ExportedFiles {
  const own = rooms.flatMap((room) =>
    filesIn(join(boardsFolder, room)).map(
      (name) => [`${room}/${name}`, join(boardsFolder, room, name)] as const,
    ),
  );
  const wasm3 = nativeSources("wasm3");
  const theirs = filesIn(wasm3)
    .filter((name) => /^(m3_(?!api)|wasm3)/.test(name))
    .map((name) => [`third_party/wasm3/${name}`, join(wasm3, name)] as const);
  const files = [...own, ...theirs].filter(([path]) => !outside.includes(path));
  const included = (name: string): boolean => /^(m3_\w+|superinstructions)\.c$/.test(name);
  return Object.fromEntries(
    files.map(([path, file]) => [
      included(path.slice(path.lastIndexOf("/") + 1)) ? `${path}.inc` : path,
      readFileSync(file, "utf8").replace(/"([^"\n]*\b(?:m3_\w+|superinstructions)\.c)"/g, '"$1.inc"'),
    ]),
  );
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();

/** As boards/runtime/CMakeLists.txt defines it. */
const configuration = `#ifndef WASMOTE_CONFIG_H
#define WASMOTE_CONFIG_H
#define WASMOTE_FLOATS 1
#define SUPERINSTRUCTIONS 1
#define INTERPRETER_LIMITS 1
#define WASM3_STACK_BYTES 2048
#define d_m3CodePageAlignSize 512
#define d_m3HasFloat 1
#define d_m3NoFloatDynamic 0
#define d_m3MaxFunctionStackHeight 128
#define d_m3MaxConstantTableSize 64
#define d_m3MaxDuplicateFunctionImpl 1
#define d_m3VerboseErrorMessages 0
#endif
`;

function modelFiles({ symbol, wasm, memoryBytes, stackBytes }: ExportedModel): ExportedFiles {
  const upper = symbol.toUpperCase();
  return {
    [`${symbol}.h`]: `#pragma once
#include <stdint.h>
#define ${upper}_BYTES ${wasm.length}
#define ${upper}_MEMORY_BYTES ${memoryBytes}
#define ${upper}_STACK_BYTES ${stackBytes}
#ifdef __cplusplus
extern "C"
#else
extern
#endif
const uint8_t ${symbol}[${upper}_BYTES];
`,
    [`${symbol}.c`]: `#include "${symbol}.h"
const uint8_t ${symbol}[${upper}_BYTES] __attribute__((aligned(16))) = { ${[...wasm].join(",")} };
`,
  };
}

/** An export of models by their symbols, with all of the library and ample memory and stack for any processor. */
export function madeExport(models: Readonly<Record<string, Uint8Array>>): Exported {
  return {
    models: Object.entries(models).map(([symbol, wasm]) => {
      const { manifest } = openModule(wasm);
      const memoryBytes = Math.ceil((manifest.memoryBytes + 48 * 1024) / 16) * 16;
      return { symbol, wasm, manifest, memoryBytes, memoryBound: "most", stackBytes: 61_440 };
    }),
    core: "cortex-m4",
    library: library(),
    configuration,
    modelFiles,
    example: "",
  };
}

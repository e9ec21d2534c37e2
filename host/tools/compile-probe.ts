import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeSources } from "wasm3-bindings/sources";
import { boardsFolder } from "../boards/index.js";
import { withTableNames } from "./table-names.js";

/** Files of the boards that the probe is made of: what loads a model and compiles it. */
const compiled = [
  ...[
    "arena.c",
    "call_graph.c",
    "choice.c",
    "import_names.c",
    "interpreter.c",
    "loader.c",
    "manifest.c",
    "metacode.c",
    "read_weights.c",
  ],
  ...["tensors.c", "validate.c", "wasm3.c", "wasmote.c"],
  ...[
    "cbor_reader.c",
    "crc32.c",
    "custom_sections.c",
    "description.c",
    "engine.c",
    "histograms.c",
    "snippets.c",
    "unguarded.c",
  ],
];

const folders = [
  ...[
    "abi",
    "accelerators",
    "app",
    "drivers",
    "firmware",
    "formats",
    "link",
    "ports",
    "probe",
    "runtime",
    "store",
    "wasm3",
  ],
];

/** As boards/runtime/CMakeLists.txt has them; what differs from board to board is in boards/probe/layout-of-probe.h. */
const definitions = [
  ...["WASMOTE_FLOATS=1", "SUPERINSTRUCTIONS=1", "d_m3HasFloat=1", "d_m3NoFloatDynamic=0"],
  ...["d_m3MaxFunctionStackHeight=128", "d_m3MaxConstantTableSize=64", "d_m3MaxDuplicateFunctionImpl=1"],
  ...["d_m3VerboseErrorMessages=0", "INTERPRETER_LIMITS=0"],
];

const flags = [
  ...[
    "--target=wasm32-wasip1",
    "-nostartfiles",
    "-Wl,--no-entry",
    "-Wl,--strip-debug",
    "-Oz",
    "-std=gnu11",
    "-w",
  ],
  ...["-mtail-call", "-fno-strict-aliasing", "-ffp-contract=off"],
  ...definitions.map((each) => `-D${each}`),
];

/** Text files by their names, as the compiler takes them. */
export type SourceFiles = Record<string, string>;

/** What of the compiler is used: its arguments, the files that it finds, and what it leaves. Without arguments it is loaded. */
interface Clang {
  runClang(args: string[], files: SourceFiles, options: object): Promise<Record<string, Uint8Array>>;
  runLLVM(args: null, files: SourceFiles, options: object): Promise<unknown>;
}

/** All C sources of the probe, in one folder: the compiler's file system has no way up. */
export function probeSources(): SourceFiles {
  const paths = [...folders.map((name) => join(boardsFolder, name)), nativeSources("wasm3")];
  const files = paths.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.[ch]$/.test(name))
      .map(
        (name) =>
          [name, readFileSync(join(folder, name), "utf8").replaceAll(/"(\.\.\/)+[\w-]+\//g, '"')] as const,
      ),
  );
  return Object.fromEntries(files);
}

/**
 * Compiles the boards' runtime to WebAssembly with Clang, which is a WebAssembly module itself: no program of this machine
 * is needed. Takes some ten seconds.
 *
 * @throws an error with what the compiler said
 */
export async function compileProbe(sources: SourceFiles): Promise<Uint8Array> {
  const { runClang, runLLVM } = (await import("@yowasp/clang")) as unknown as Clang;
  await runLLVM(null, {}, { fetchProgress: () => {} });
  let said = "";
  const stderr = (bytes: Uint8Array | null): void => {
    said += new TextDecoder().decode(bytes ?? new Uint8Array());
  };
  const args = [...flags, "-include", "layout-of-probe.h", "-I.", ...compiled, "probe.c", "-o", "probe.wasm"];
  try {
    const files = await runClang(["clang", ...args], sources, { stderr });
    return withTableNames(files["probe.wasm"] as Uint8Array);
  } catch (error) {
    throw new Error(`the probe does not compile: ${said || (error as Error).message}`);
  }
}

import { WasmoteError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { validateGraph } from "../graph/validate.js";
import { refusedNodes } from "../ops/check.js";
import { isWasm } from "../wasm/sections.js";
import { type Imported, requireGraph } from "./imported.js";
import { matchTfjs, openTfjs } from "./keras/import.js";
import { matchTflite, openTflite } from "./tflite/import.js";

export { type Imported, inWordsOf, requireGraph } from "./imported.js";

/** Reads a file that a model refers to (a weights shard). Throws `file-unreadable`. */
export type ReadFile = (path: string) => Uint8Array;

interface Importer {
  /** What it reads, in an error's words. */
  readonly format: string;
  match(bytes: Uint8Array, path: string): boolean;
  open(bytes: Uint8Array, path: string, readFile: ReadFile): Imported;
}

const importers: readonly Importer[] = [
  {
    format: "a .tflite file",
    match: matchTflite,
    open: (bytes, path) => openTflite(bytes, modelName(path)),
  },
  { format: "a TF.js Layers model.json", match: matchTfjs, open: openTfjs },
];

/** Endings of formats that are known but not imported yet. */
const planned = [".onnx", ".h5", ".hdf5", ".keras"];

/** Whether a file is a model of a format that is read, by its first bytes or its ending. */
export function isModel(path: string, bytes: Uint8Array): boolean {
  return (
    importers.some(({ match }) => match(bytes, path)) ||
    planned.some((ending) => path.toLowerCase().endsWith(ending))
  );
}

/** A model's name: its file's name without the ending. */
export function modelName(path: string): string {
  const file = path.split(/[\\/]/).pop() ?? path;
  return file.replace(/\.[^.]*$/, "") || file;
}

/**
 * Reads a model of any format that is read, as far as it can be: `match` decides, `open` parses. All that cannot be run
 * is found, operators' own checks included.
 *
 * @param path where the bytes came from; its ending helps to tell the format, and shards lie beside it
 * @returns a valid graph in which every node can be run, or the refusals
 * @throws `file-empty`, `format-unknown`, `format-planned`, `model-corrupt`, `model-invalid`, `shard-*`,
 *   `weights-not-finite`
 */
export function examineModel(path: string, bytes: Uint8Array, readFile: ReadFile): Imported {
  try {
    if (bytes.length === 0) throw new WasmoteError("file-empty", "0 bytes");
    const importer = importers.find(({ match }) => match(bytes, path));
    if (importer === undefined) {
      const ending = planned.find((known) => path.toLowerCase().endsWith(known));
      const formats = importers.map(({ format }) => format).join(" or ");
      if (ending !== undefined) {
        throw new WasmoteError("format-planned", `a ${ending} file`, {}, `Convert the model to ${formats}.`);
      }
      if (isWasm(bytes)) {
        const help = "A model that is built already is given to `wasmote run`, `bench` or `push`.";
        throw new WasmoteError("format-unknown", "it is a WebAssembly module", {}, help);
      }
      const found = `${bytes.length} bytes that start with ${firstBytes(bytes)}`;
      throw new WasmoteError("format-unknown", found, {}, `Give ${formats}.`);
    }
    return checked(importer.open(bytes, path, readFile));
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file: path }) : error;
  }
}

/**
 * Imports a model of any format that is read, as `examineModel`.
 *
 * @returns a valid graph in which every node can be run
 * @throws as `examineModel`, and `model-unsupported` with everything that cannot be run
 */
export function importModel(path: string, bytes: Uint8Array, readFile: ReadFile): Graph {
  const imported = examineModel(path, bytes, readFile);
  try {
    return requireGraph(imported);
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file: path }) : error;
  }
}

/** Adds what operators refuse. A graph with nodes that are refused already need not be valid. */
function checked(imported: Imported): Imported {
  const { graph, refusals, operatorOf } = imported;
  if (graph === undefined) return imported;
  if (refusals.length === 0) validateGraph(graph);
  const known = new Set(refusals.map(({ index }) => index));
  const all = [...refusals, ...refusedNodes(graph, known, operatorOf)];
  return { ...imported, refusals: all.sort((a, b) => (a.index ?? 0) - (b.index ?? 0)) };
}

function firstBytes(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

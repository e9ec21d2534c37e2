import { WasmoteError } from "../errors.js";
import { type FileKind, fileKind, isText, kindNames } from "../files/kinds.js";
import { maxModelBytes } from "../files/limits.js";
import type { Graph } from "../graph/graph.js";
import { validateGraph } from "../graph/validate.js";
import { refusedNodes } from "../ops/check.js";
import { type Imported, type ImportOptions, type ReadFile, requireGraph } from "./imported.js";
import { matchOnnx } from "./onnx/match.js";
import { matchTfjs } from "./tfjs/match.js";
import { matchTflite } from "./tflite/match.js";

export { type Imported, type ImportOptions, inWordsOf, type ReadFile, requireGraph } from "./imported.js";

/** How a format is told and read. What reads it is loaded when a model of the format comes. */
interface Importer {
  match(bytes: Uint8Array, path: string): boolean;
  open(bytes: Uint8Array, path: string, readFile: ReadFile, options: ImportOptions): Promise<Imported>;
}

const importers: readonly Importer[] = [
  {
    match: matchTflite,
    open: async (bytes, path) => (await import("./tflite/import.js")).openTflite(bytes, modelName(path)),
  },
  {
    match: matchOnnx,
    open: async (...model) => (await import("./onnx/import.js")).openOnnx(...model),
  },
  {
    match: matchTfjs,
    open: async (...model) => (await import("./tfjs/import.js")).openTfjs(...model),
  },
];

/** Kinds that content shows and an importer reads. */
const readKinds: readonly FileKind[] = ["tflite", "onnx"];

/** Endings of formats that are known but not imported yet, and the kinds that their content shows. */
const planned = [".h5", ".hdf5", ".keras"];
const plannedKinds: readonly FileKind[] = ["hdf5", "keras", "savedModel", "pytorch", "pickle"];

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
 * @param readFile reads a file that the model refers to
 * @returns a valid graph in which every node can be run, or the refusals
 * @throws `file-empty`, `format-unknown`, `format-planned`, `model-*` but for `model-unsupported`, `shard-*`,
 *   `weights-not-finite`
 */
export function examineModel(
  path: string,
  bytes: Uint8Array,
  readFile: ReadFile,
  options: ImportOptions = {},
): Promise<Imported> {
  return naming(path, async () => {
    if (bytes.length === 0) throw new WasmoteError("file-empty", "0 bytes");
    if (bytes.length > maxModelBytes) {
      throw new WasmoteError("model-too-large", `${bytes.length} bytes; up to ${maxModelBytes} are imported`);
    }
    return checked(await importerOf(bytes, path).open(bytes, path, readFile, options));
  });
}

/**
 * Imports a model of any format that is read, as `examineModel`.
 *
 * @returns a valid graph in which every node can be run
 * @throws as `examineModel`, and `model-unsupported` with everything that cannot be run
 */
export async function importModel(
  path: string,
  bytes: Uint8Array,
  readFile: ReadFile,
  options: ImportOptions = {},
): Promise<Graph> {
  const imported = await examineModel(path, bytes, readFile, options);
  return naming(path, () => requireGraph(imported));
}

/** Does work on a file, whose errors then name it. */
async function naming<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file }) : error;
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

/** The content decides where it is of a known kind, whatever the name says. */
function importerOf(bytes: Uint8Array, path: string): Importer {
  const unknown = (found: string) => new WasmoteError("format-unknown", found);
  const unread = (found: string) => new WasmoteError("format-planned", found);
  const kind = fileKind(bytes);
  if (kind === "wasm") throw new WasmoteError("model-built", `it is ${kindNames.wasm}`);
  if (kind !== undefined && !readKinds.includes(kind)) {
    const found = `it is ${kindNames[kind]}`;
    throw plannedKinds.includes(kind) ? unread(found) : unknown(found);
  }
  const importer = importers.find(({ match }) => match(bytes, path));
  if (isText(bytes) && !matchTfjs(bytes, path)) throw unknown("it is plain text");
  if (importer !== undefined) return importer;
  const ending = planned.find((known) => path.toLowerCase().endsWith(known));
  if (ending !== undefined) throw unread(`a ${ending} file`);
  throw unknown(`${bytes.length} bytes that start with ${firstBytes(bytes)}`);
}

function firstBytes(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

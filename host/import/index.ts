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

export {
  dimArgument,
  type Imported,
  type ImportOptions,
  inWordsOf,
  type OpenDimension,
  type ReadFile,
  requireGraph,
} from "./imported.js";

/** How a format is told and read. What reads it is loaded when a model of the format comes. */
interface Importer {
  /** What content of the format shows itself to be, whatever the file's name. */
  kinds: readonly FileKind[];
  /** Whether a file whose content shows nothing is to be read as of the format, and to be told what is wrong with it. */
  match(bytes: Uint8Array, path: string): boolean;
  open(bytes: Uint8Array, path: string, readFile: ReadFile, options: ImportOptions): Promise<Imported>;
}

const importers: readonly Importer[] = [
  {
    kinds: ["tflite"],
    match: matchTflite,
    open: async (bytes, path) => (await import("./tflite/import.js")).openTflite(bytes, modelName(path)),
  },
  {
    kinds: ["onnx"],
    match: matchOnnx,
    open: async (...model) => (await import("./onnx/import.js")).openOnnx(...model),
  },
  {
    kinds: ["hdf5"],
    match: (_, path) => /\.(h5|hdf5)$/i.test(path),
    open: async (bytes, path, _, options) =>
      (await import("./keras/import.js")).openKerasH5(bytes, path, options),
  },
  {
    kinds: ["keras"],
    match: (_, path) => path.toLowerCase().endsWith(".keras"),
    open: async (bytes, path, _, options) =>
      (await import("./keras/import.js")).openKerasZip(bytes, path, options),
  },
  {
    kinds: [],
    match: matchTfjs,
    open: async (...model) => (await import("./tfjs/import.js")).openTfjs(...model),
  },
];

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
 * @throws `file-empty`, `format-unknown`, `format-convertible`, `weights-alone`, `library-missing`, `model-*` but for
 *   `model-unsupported`, `shard-*`,
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
    const importer = await importerOf(bytes, path);
    return checked(await importer.open(bytes, path, readFile, options));
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
async function importerOf(bytes: Uint8Array, path: string): Promise<Importer> {
  const kind = fileKind(bytes);
  if (kind === "wasm") throw new WasmoteError("model-built", `it is ${kindNames.wasm}`);
  const importer = importers.find(({ kinds, match }) =>
    kind === undefined ? match(bytes, path) : kinds.includes(kind),
  );
  const isOtherText = isText(bytes) && !matchTfjs(bytes, path);
  if (importer !== undefined && !isOtherText) return importer;
  const { answerByEnding, answerOf } = await import("./conversions.js");
  if (kind !== undefined) throw answerOf(kind, bytes, path);
  const found = isOtherText
    ? "it is plain text"
    : `${bytes.length} bytes that start with ${firstBytes(bytes)}`;
  throw answerByEnding(path) ?? new WasmoteError("format-unknown", found);
}

function firstBytes(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

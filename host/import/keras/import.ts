import type { Imported, ImportOptions, ReadFile } from "../imported.js";
import { buildGraph } from "./build-graph.js";
import { readKerasH5 } from "./keras-h5.js";
import { readKerasZip } from "./keras-zip.js";
import { readTfjsFiles } from "./tfjs-files.js";

/** A model's name where it has none itself. */
function nameOf(path: string): string {
  const file = path.split(/[\\/]/).pop() ?? path;
  return file.replace(/\.[^.]*$/, "");
}

/**
 * Opens a TF.js Layers model (`tf.LayersModel.save`, or `tensorflowjs_converter` from Keras) as a float32 graph.
 *
 * @param bytes contents of `model.json`
 * @param path its path, beside which the weight shards lie
 * @param readFile reads a shard; throws `file-unreadable`
 * @throws `model-corrupt`, `model-invalid`, `format-convertible`, `shard-missing`, `shard-short`, `weights-not-finite`
 */
export function openTfjs(
  bytes: Uint8Array,
  path: string,
  readFile: ReadFile,
  options: ImportOptions = {},
): Imported {
  return buildGraph(readTfjsFiles(bytes, path, readFile), nameOf(path), options);
}

/**
 * Opens a model of Keras 2 or 3 in HDF5 (.h5) as a float32 graph.
 *
 * @throws `library-missing`, `model-corrupt`, `model-invalid`, `model-layerless`, `model-weightless`, `format-unknown`,
 *   `weights-not-finite`
 */
export async function openKerasH5(
  bytes: Uint8Array,
  path: string,
  options: ImportOptions = {},
): Promise<Imported> {
  return buildGraph(await readKerasH5(bytes), nameOf(path), options);
}

/**
 * Opens a model of Keras 3 in its own format (.keras) as a float32 graph.
 *
 * @throws `library-missing`, `model-corrupt`, `model-invalid`, `model-too-large`, `model-weightless`, `weights-not-finite`
 */
export async function openKerasZip(
  bytes: Uint8Array,
  path: string,
  options: ImportOptions = {},
): Promise<Imported> {
  return buildGraph(await readKerasZip(bytes), nameOf(path), options);
}

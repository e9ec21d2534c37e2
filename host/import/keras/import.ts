import type { Imported, ImportOptions, ReadFile } from "../imported.js";
import { buildGraph } from "./build-graph.js";
import { readTfjsFiles } from "./tfjs-files.js";

/**
 * Opens a TF.js Layers model (`tf.LayersModel.save`, or `tensorflowjs_converter` from Keras) as a float32 graph.
 *
 * @param bytes contents of `model.json`
 * @param path its path, beside which the weight shards lie
 * @param readFile reads a shard; throws `file-unreadable`
 * @throws `model-corrupt`, `model-invalid`, `format-planned`, `shard-missing`, `shard-short`, `weights-not-finite`
 */
export function openTfjs(
  bytes: Uint8Array,
  path: string,
  readFile: ReadFile,
  options: ImportOptions = {},
): Imported {
  const file = path.split(/[\\/]/).pop() ?? path;
  return buildGraph(readTfjsFiles(bytes, path, readFile), file.replace(/\.[^.]*$/, ""), options);
}

import type { Imported, ImportOptions, ReadFile } from "../imported.js";
import { buildGraph } from "../keras/build-graph.js";
import { readTfjsFiles } from "./files.js";
import { openGraphModel } from "./graph-model/open.js";
import { kerasModelOf } from "./layers-model.js";

/**
 * Opens a TF.js model as a float32 graph: a Layers model (`tf.LayersModel.save`, or `tensorflowjs_converter` from Keras), or
 * a graph model (`tensorflowjs_converter` from a SavedModel).
 *
 * @param bytes contents of `model.json`
 * @param path its path, beside which the weight shards lie
 * @param readFile reads a shard; throws `file-unreadable`
 * @throws `model-corrupt`, `model-invalid`, `model-too-large`, `model-weightless`, `model-unsupported` (weights that are
 *   texts), `format-unknown`, `shard-missing`, `shard-short`, `weights-not-finite`
 */
export function openTfjs(
  bytes: Uint8Array,
  path: string,
  readFile: ReadFile,
  options: ImportOptions = {},
): Imported {
  const file = path.split(/[\\/]/).pop() ?? path;
  const name = file.replace(/\.[^.]*$/, "");
  const files = readTfjsFiles(bytes, path, readFile);
  return files.format === "graph-model"
    ? openGraphModel(files, name, options)
    : buildGraph(kerasModelOf(files), name, options);
}

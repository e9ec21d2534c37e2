import { WasmoteError } from "../../errors.js";
import { parseJson } from "../../files/json.js";
import { maxModelBytes } from "../../files/limits.js";
import type { ReadFile } from "../imported.js";
import { asArray, asObject, asString, isObject, type JsonObject, shown } from "../json-fields.js";
import { pathBeside, readBeside } from "../path-beside.js";
import { decodeWeights, readWeightEntry, type StoredWeight } from "./weights.js";

/** JSON of the model's file, or of a string in it that `what` names. Throws `model-corrupt`. */
export function parseModelJson(bytes: Uint8Array, what: string): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw new WasmoteError("model-corrupt", `${what} cannot be read as JSON: ${(error as Error).message}`);
  }
}

function readShard(path: string, readFile: ReadFile, limit: number): Uint8Array {
  try {
    return readBeside(path, readFile, limit);
  } catch (error) {
    if (!(error instanceof WasmoteError) || error.code !== "file-too-large") throw error;
    throw new WasmoteError("shard-short", error.detail, { file: path });
  }
}

/** The data of a group's shards one after the other, no more than its weights need. Throws `shard-*`. */
function readShards(paths: readonly string[], readFile: ReadFile, needed: number): Uint8Array {
  const data = new Uint8Array(needed);
  let at = 0;
  for (const path of paths) {
    const shard = readShard(path, readFile, needed - at);
    if (at + shard.length > needed) {
      throw new WasmoteError(
        "shard-short",
        `${at + shard.length} bytes; the manifest's weights need ${needed}`,
      );
    }
    data.set(shard, at);
    at += shard.length;
  }
  return data.subarray(0, at);
}

/**
 * Weights of a group.
 *
 * @param limit bytes that its weights may take; answered is what is left of them
 */
function readGroup(
  value: unknown,
  modelPath: string,
  readFile: ReadFile,
  limit: number,
): { weights: Map<string, StoredWeight>; left: number } {
  const group = asObject(value, "an entry of weightsManifest");
  const entries = asArray(group.weights, "weightsManifest[].weights").map(readWeightEntry);
  const paths = asArray(group.paths, "weightsManifest[].paths").map((path) =>
    pathBeside(modelPath, asString(path, "a path in weightsManifest[].paths"), "shard"),
  );
  if (new Set(paths).size < paths.length) {
    throw new WasmoteError("model-invalid", "weightsManifest[].paths names a file twice");
  }
  const needed = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (needed > limit) {
    throw new WasmoteError(
      "model-too-large",
      `weights of more than ${maxModelBytes} bytes in its weightsManifest`,
    );
  }
  try {
    const weights = decodeWeights(entries, readShards(paths, readFile, needed));
    return { weights, left: limit - needed };
  } catch (error) {
    throw error instanceof WasmoteError && error.code === "shard-short"
      ? error.at({ file: paths.join(", ") })
      : error;
  }
}

/** What a file that holds a TF.js model is. */
export type TfjsFormat = "layers-model" | "graph-model";

/** Which of both formats the JSON is of, and its weights with it. Throws unless it is one. */
function formatOf(json: JsonObject): TfjsFormat {
  if ("class_name" in json && "config" in json) {
    throw new WasmoteError("model-weightless", "Keras's to_json() wrote the architecture alone");
  }
  if (!("modelTopology" in json || "weightsManifest" in json)) {
    throw new WasmoteError("format-unknown", 'JSON without "modelTopology", which a TF.js model.json has');
  }
  const holdsNodes = isObject(json.modelTopology) && "node" in json.modelTopology;
  const format = holdsNodes ? "graph-model" : (json.format ?? "layers-model");
  if (format !== "layers-model" && format !== "graph-model") {
    throw new WasmoteError(
      "model-invalid",
      `format is ${shown(format)}; "layers-model" or "graph-model" is expected`,
    );
  }
  if (!("weightsManifest" in json)) {
    throw new WasmoteError("model-weightless", "a TF.js model.json without its weightsManifest");
  }
  return format;
}

/** A TF.js model as its files hold it. */
export interface TfjsFiles {
  readonly format: TfjsFormat;
  readonly json: JsonObject;
  readonly weights: ReadonlyMap<string, StoredWeight>;
}

/**
 * Reads the files of a TF.js model (`tfjs.io.ModelJSON`): the JSON, and the weights of every group, each group one byte
 * string cut into shards without regard to the weights' borders.
 *
 * @param bytes contents of `model.json`
 * @param path its path; shards lie beside it
 * @throws `model-corrupt`, `model-invalid`, `model-too-large`, `model-weightless` (an architecture alone),
 * `model-unsupported` (weights that are texts), `format-unknown` (other JSON), `shard-missing`, `shard-short`
 */
export function readTfjsFiles(bytes: Uint8Array, path: string, readFile: ReadFile): TfjsFiles {
  const json = asObject(parseModelJson(bytes, "the file"), "the JSON document");
  const format = formatOf(json);
  const weights = new Map<string, StoredWeight>();
  let limit = maxModelBytes;
  for (const group of asArray(json.weightsManifest, "weightsManifest")) {
    const { weights: read, left } = readGroup(group, path, readFile, limit);
    limit = left;
    for (const [name, weight] of read) {
      if (weights.has(name)) throw new WasmoteError("model-invalid", `two weights are named "${name}"`);
      weights.set(name, weight);
    }
  }
  return { format, json, weights };
}

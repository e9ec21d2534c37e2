import { WasmoteError } from "../../errors.js";
import { parseJson } from "../../files/json.js";
import { maxModelBytes } from "../../files/limits.js";
import type { ReadFile } from "../imported.js";
import type { KerasModel, KerasWeight } from "./container.js";
import { asArray, asObject, asString, isObject, type JsonObject, shown } from "./json-fields.js";
import { decodeWeights, readWeightEntry } from "./weight-entries.js";

/** JSON of the model's file, or of a string in it that `what` names. Throws `model-corrupt`. */
function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    throw new WasmoteError("model-corrupt", `${what} cannot be read as JSON: ${(error as Error).message}`);
  }
}

/** The topology, which converters nest below `model_config`, some as a string of JSON. */
function topologyOf(json: JsonObject): unknown {
  const topology = asObject(json.modelTopology, "modelTopology");
  const nested = topology.model_config;
  if (nested === undefined) return topology;
  if (typeof nested !== "string") return nested;
  return parse(new TextEncoder().encode(nested), "modelTopology.model_config");
}

/**
 * Major version of the Keras that a converted model comes from: `modelTopology.keras_version` is "3.5.0" there. What TF.js
 * wrote itself ("tfjs-layers 4.22.0") has none.
 */
function kerasVersion({ modelTopology }: JsonObject): number | undefined {
  const written = isObject(modelTopology) ? modelTopology.keras_version : undefined;
  const major = typeof written === "string" ? /^(\d+)\./.exec(written)?.[1] : undefined;
  return major === undefined ? undefined : Number(major);
}

/** Path of a shard beside `modelPath`. Throws `model-invalid` for one that leaves the model's folder. */
function shardPath(modelPath: string, shard: string): string {
  const forward = shard.replaceAll("\\", "/");
  const parts = forward.split("/").filter((part) => part !== "" && part !== ".");
  if (forward.includes("\0"))
    throw new WasmoteError("model-invalid", `shard path ${shown(shard)} names no file`);
  const leaves = /^(\/|[a-z][a-z0-9+.-]*:)/i.test(forward) || parts.includes("..");
  if (leaves || forward === "") {
    throw new WasmoteError("model-invalid", `shard path ${shown(shard)} leaves the model's folder`);
  }
  const slash = Math.max(modelPath.lastIndexOf("/"), modelPath.lastIndexOf("\\"));
  return modelPath.slice(0, slash + 1) + parts.join("/");
}

function readShard(path: string, readFile: ReadFile, limit: number): Uint8Array {
  try {
    return readFile(path, limit);
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    if (error.code === "file-unreadable")
      throw new WasmoteError("shard-missing", error.detail, { file: path });
    if (error.code === "file-too-large") throw new WasmoteError("shard-short", error.detail, { file: path });
    throw error;
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
): { weights: Map<string, KerasWeight>; left: number } {
  const group = asObject(value, "an entry of weightsManifest");
  const entries = asArray(group.weights, "weightsManifest[].weights").map(readWeightEntry);
  const paths = asArray(group.paths, "weightsManifest[].paths").map((path) =>
    shardPath(modelPath, asString(path, "a path in weightsManifest[].paths")),
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

/** Throws unless the JSON is a TF.js Layers model with its weights. */
function requireLayersModel(json: JsonObject): void {
  if ("class_name" in json && "config" in json) {
    throw new WasmoteError("model-weightless", "Keras's to_json() wrote the architecture alone");
  }
  if (!("modelTopology" in json || "weightsManifest" in json)) {
    throw new WasmoteError("format-unknown", 'JSON without "modelTopology", which a TF.js model.json has');
  }
  const format = json.format ?? "layers-model";
  if (format === "graph-model" || (isObject(json.modelTopology) && "node" in json.modelTopology)) {
    throw new WasmoteError("format-convertible", "a TF.js graph model; a TF.js Layers model is expected");
  }
  if (format !== "layers-model") {
    throw new WasmoteError("model-invalid", `format is ${shown(format)}; "layers-model" is expected`);
  }
  if (!("weightsManifest" in json)) {
    throw new WasmoteError("model-weightless", "a TF.js model.json without its weightsManifest");
  }
}

/**
 * Reads the files of a TF.js Layers model (`tfjs.io.ModelJSON`): the topology, and the weights of every group,
 * each group one byte string cut into shards without regard to the weights' borders.
 *
 * @param bytes contents of `model.json`
 * @param path its path; shards lie beside it
 * @throws `model-corrupt`, `model-invalid`, `model-too-large`, `model-weightless` (an architecture alone),
 * `format-convertible` (graph models), `format-unknown` (other JSON), `shard-missing`, `shard-short`, `weights-not-finite`
 */
export function readTfjsFiles(bytes: Uint8Array, path: string, readFile: ReadFile): KerasModel {
  const json = asObject(parse(bytes, "the file"), "the JSON document");
  requireLayersModel(json);
  const topology = topologyOf(json);
  const weights = new Map<string, KerasWeight>();
  let limit = maxModelBytes;
  for (const group of asArray(json.weightsManifest, "weightsManifest")) {
    const { weights: read, left } = readGroup(group, path, readFile, limit);
    limit = left;
    for (const [name, weight] of read) {
      if (weights.has(name)) throw new WasmoteError("model-invalid", `two weights are named "${name}"`);
      weights.set(name, weight);
    }
  }
  const version = kerasVersion(json);
  return { topology, weights, ...(version === undefined ? {} : { version }) };
}

import { WasmoteError } from "../../errors.js";
import type { KerasModel, KerasWeight } from "./container.js";
import { asArray, asObject, asString, isObject, type JsonObject, shown } from "./json-fields.js";
import { decodeWeights, readWeightEntry } from "./weight-entries.js";

type ReadFile = (path: string) => Uint8Array;

function parse(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new WasmoteError("model-corrupt", `it is no JSON: ${(error as Error).message}`);
  }
  return asObject(value, "the JSON document");
}

/** The topology, which converters nest below `model_config`, some as a string of JSON. */
function topologyOf(json: JsonObject): unknown {
  const topology = asObject(json.modelTopology, "modelTopology");
  const nested = topology.model_config;
  if (nested === undefined) return topology;
  if (typeof nested !== "string") return nested;
  try {
    return JSON.parse(nested);
  } catch (error) {
    throw new WasmoteError(
      "model-corrupt",
      `modelTopology.model_config is no JSON: ${(error as Error).message}`,
    );
  }
}

/** Path of a shard beside `modelPath`. Throws `model-invalid` for one that leaves the model's folder. */
function shardPath(modelPath: string, shard: string): string {
  const forward = shard.replaceAll("\\", "/");
  const parts = forward.split("/").filter((part) => part !== "" && part !== ".");
  const leaves = /^(\/|[a-z][a-z0-9+.-]*:)/i.test(forward) || parts.includes("..");
  if (leaves || forward === "") {
    throw new WasmoteError("model-invalid", `shard path ${shown(shard)} leaves the model's folder`);
  }
  const slash = Math.max(modelPath.lastIndexOf("/"), modelPath.lastIndexOf("\\"));
  return modelPath.slice(0, slash + 1) + parts.join("/");
}

function readShard(path: string, readFile: ReadFile): Uint8Array {
  try {
    return readFile(path);
  } catch (error) {
    if (error instanceof WasmoteError && error.code === "file-unreadable") {
      throw new WasmoteError("shard-missing", error.detail, { file: path });
    }
    throw error;
  }
}

function join(shards: readonly Uint8Array[]): Uint8Array {
  const data = new Uint8Array(shards.reduce((sum, shard) => sum + shard.length, 0));
  let at = 0;
  for (const shard of shards) {
    data.set(shard, at);
    at += shard.length;
  }
  return data;
}

function readGroup(value: unknown, modelPath: string, readFile: ReadFile): Map<string, KerasWeight> {
  const group = asObject(value, "an entry of weightsManifest");
  const entries = asArray(group.weights, "weightsManifest[].weights").map(readWeightEntry);
  const paths = asArray(group.paths, "weightsManifest[].paths").map((path) =>
    shardPath(modelPath, asString(path, "a path in weightsManifest[].paths")),
  );
  const data = join(paths.map((path) => readShard(path, readFile)));
  try {
    return decodeWeights(entries, data);
  } catch (error) {
    throw error instanceof WasmoteError && error.code === "shard-short"
      ? error.at({ file: paths.join(", ") })
      : error;
  }
}

/** Whether the bytes look like a TF.js `model.json`: JSON by the file's name, or an object with a topology. */
export function looksLikeTfjs(bytes: Uint8Array, path: string): boolean {
  if (path.toLowerCase().endsWith(".json")) return true;
  const text = new TextDecoder("utf-8").decode(bytes.subarray(0, 4096)).trimStart();
  return text.startsWith("{") && /"(modelTopology|weightsManifest)"/.test(text);
}

/**
 * Reads the files of a TF.js Layers model (`tfjs.io.ModelJSON`): the topology, and the weights of every group,
 * each group one byte string cut into shards without regard to the weights' borders.
 *
 * @param bytes contents of `model.json`
 * @param path its path; shards lie beside it
 * @throws `model-corrupt`, `model-invalid`, `format-planned` (graph models), `shard-missing`, `shard-short`,
 * `weights-not-finite`
 */
export function readTfjsFiles(bytes: Uint8Array, path: string, readFile: ReadFile): KerasModel {
  const json = parse(bytes);
  const format = json.format ?? "layers-model";
  if (format === "graph-model" || (isObject(json.modelTopology) && "node" in json.modelTopology)) {
    throw new WasmoteError("format-planned", "a TF.js graph model; a TF.js Layers model is expected");
  }
  if (format !== "layers-model") {
    throw new WasmoteError("model-invalid", `format is ${shown(format)}; "layers-model" is expected`);
  }
  const topology = topologyOf(json);
  const weights = new Map<string, KerasWeight>();
  for (const group of asArray(json.weightsManifest, "weightsManifest")) {
    for (const [name, weight] of readGroup(group, path, readFile)) {
      if (weights.has(name)) throw new WasmoteError("model-invalid", `two weights are named "${name}"`);
      weights.set(name, weight);
    }
  }
  return { topology, weights };
}

import { asObject, isObject, type JsonObject } from "../json-fields.js";
import type { KerasModel, KerasWeight } from "../keras/container.js";
import { requireNumbers } from "../require-numbers.js";
import { parseModelJson, type TfjsFiles } from "./files.js";

/** The topology, which converters nest below `model_config`, some as a string of JSON. */
function topologyOf(json: JsonObject): unknown {
  const topology = asObject(json.modelTopology, "modelTopology");
  const nested = topology.model_config;
  if (nested === undefined) return topology;
  if (typeof nested !== "string") return nested;
  return parseModelJson(new TextEncoder().encode(nested), "modelTopology.model_config");
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

/** The Keras model that a TF.js Layers model is. Throws `model-corrupt`, `model-invalid`, `weights-not-finite`. */
export function kerasModelOf({ json, weights: stored }: TfjsFiles): KerasModel {
  const weights = new Map<string, KerasWeight>();
  for (const [name, { shape, data }] of stored) {
    if (!(data instanceof Float32Array)) continue; // no layer computes with integers
    requireNumbers(name, data, "refused");
    weights.set(name, { shape, values: data });
  }
  const version = kerasVersion(json);
  return { topology: topologyOf(json), weights, ...(version === undefined ? {} : { version }) };
}

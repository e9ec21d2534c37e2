import { WasmoteError } from "../../errors.js";
import { parseJson } from "../../files/json.js";
import { shown } from "../json-fields.js";
import type { KerasModel, KerasWeight } from "./container.js";
import { type Hdf5File, withHdf5 } from "./hdf5.js";

/** Groups that tell a file of weights alone, as Keras 3 writes it. */
const weightGroups = ["layers", "_layer_checkpoint_dependencies", "vars"];

/** JSON in an attribute. Throws `model-corrupt`. */
function parse(text: string, what: string): unknown {
  try {
    return parseJson(new TextEncoder().encode(text));
  } catch (error) {
    throw new WasmoteError("model-corrupt", `${what} cannot be read as JSON: ${(error as Error).message}`);
  }
}

/** Major version in "3.5.0"; undefined where there is none. */
export function majorVersion(version: string | undefined): number | undefined {
  const major = /^(\d+)\./.exec(version ?? "")?.[1];
  return major === undefined ? undefined : Number(major);
}

/** Throws unless the file holds a model's architecture. */
function requireModel(file: Hdf5File): string {
  const config = file.texts("/", "model_config");
  if (config !== undefined) return config.join("");
  const isWeights =
    file.texts("/", "layer_names") !== undefined || weightGroups.some((name) => file.kind(name));
  if (isWeights) throw new WasmoteError("model-layerless", "an HDF5 file of weights, without model_config");
  throw new WasmoteError("format-unknown", "an HDF5 file without model_config, which Keras writes");
}

/** The weights that each layer of the outermost model lists. */
function readWeights(file: Hdf5File): Map<string, KerasWeight> {
  if (file.kind("model_weights") !== "group")
    throw new WasmoteError("model-weightless", "an HDF5 file without model_weights");
  const weights = new Map<string, KerasWeight>();
  for (const layer of file.texts("/model_weights", "layer_names") ?? []) {
    const group = `/model_weights/${layer}`;
    if (file.kind(group) !== "group") continue;
    for (const name of file.texts(group, "weight_names") ?? []) {
      const key = `${layer}/${name}`;
      if (weights.has(key)) throw new WasmoteError("model-invalid", `two weights are named ${shown(key)}`);
      weights.set(key, { ...file.weight(`${group}/${name}`), listedUnder: layer });
    }
  }
  return weights;
}

/**
 * Reads a model of Keras in HDF5 (`model.save("model.h5")` of Keras 2 and 3).
 *
 * @throws `library-missing`, `model-corrupt`, `model-invalid`, `model-layerless` (weights alone), `model-weightless`,
 *   `format-unknown` (other HDF5)
 */
export function readKerasH5(bytes: Uint8Array): Promise<KerasModel> {
  return withHdf5(bytes, (file) => {
    const topology = parse(requireModel(file), "model_config");
    const version = majorVersion(file.texts("/", "keras_version")?.[0]);
    return { topology, weights: readWeights(file), ...(version === undefined ? {} : { version }) };
  });
}

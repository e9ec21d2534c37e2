import { WasmoteError } from "../../errors.js";
import { parseJson } from "../../files/json.js";
import { isObject, type JsonObject } from "../json-fields.js";
import type { KerasModel, KerasWeight } from "./container.js";
import { type Hdf5File, withHdf5 } from "./hdf5.js";
import { majorVersion } from "./keras-h5.js";
import { modelClasses } from "./layer-graph.js";
import { unpack } from "./zip.js";

const files = { config: "config.json", metadata: "metadata.json", weights: "model.weights.h5" } as const;

function json(bytes: Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch (error) {
    throw new WasmoteError("model-corrupt", `${what} cannot be read as JSON: ${(error as Error).message}`);
  }
  if (isObject(value)) return value;
  throw new WasmoteError("model-corrupt", `${what} holds no object`);
}

/** "MultiHeadAttention" as "multi_head_attention", as Keras names groups of weights after classes. */
function snakeCase(className: string): string {
  return className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Models in models, and groups in groups below a layer, that no real model reaches. */
const deepest = 8;

/** The group of the layers of a model: that of Keras 3, or that of late versions of Keras 2. */
const layerGroups = ["layers", "_layer_checkpoint_dependencies"] as const;

/** A layer's name in a config. */
function nameOf({ name, config }: JsonObject): string | undefined {
  const found = name ?? (isObject(config) ? config.name : undefined);
  return typeof found === "string" ? found : undefined;
}

/** Whether a layer that is wrapped is a model. */
function isModel(value: unknown): value is JsonObject {
  return isObject(value) && modelClasses.includes(`${value.class_name}`);
}

/** Walks the groups of a file of weights along with the layers of a model. */
class WeightWalk {
  readonly weights = new Map<string, KerasWeight>();
  private readonly file: Hdf5File;

  constructor(file: Hdf5File) {
    this.file = file;
  }

  /** The weights of a model's layers. */
  model(config: unknown, group: string, prefix: string, depth: number): void {
    const layers = isObject(config) ? config.layers : config;
    if (!Array.isArray(layers) || depth > deepest) return;
    const base = layerGroups.find((name) => this.file.kind(`${group}/${name}`) === "group");
    if (base === undefined) return;
    const named = this.namesIn(`${group}/${base}`);
    const used = new Map<string, number>();
    for (const layer of layers) {
      if (!isObject(layer) || typeof layer.class_name !== "string") continue;
      const stem = snakeCase(layer.class_name);
      const number = used.get(stem) ?? 0;
      const numbered = `${stem}${number === 0 ? "" : `_${number}`}`;
      const name = named.get(nameOf(layer) ?? "") ?? numbered;
      const found = this.layer(layer, `${group}/${base}/${name}`, prefix, depth);
      // There a layer with weights is listed twice, by the order of all layers and by that of those with weights.
      used.set(stem, number + (found && base === layerGroups[1] ? 2 : 1));
    }
  }

  /** Groups of layers by the layers' names, where the file tells them: as later versions of Keras 3 do. */
  private namesIn(group: string): Map<string, string> {
    const named = new Map<string, string>();
    for (const name of this.file.names(group)) {
      const variables = `${group}/${name}/vars`;
      if (this.file.kind(variables) !== "group") continue;
      const [layer] = this.file.texts(variables, "name") ?? [];
      if (layer !== undefined) named.set(layer, name);
    }
    return named;
  }

  /** The weights of a layer; whether it has any. */
  private layer(layer: JsonObject, group: string, prefix: string, depth: number): boolean {
    if (this.file.kind(group) !== "group") return false;
    const config = isObject(layer.config) ? layer.config : {};
    const name = nameOf(layer);
    if (name === undefined) return false;
    const before = this.weights.size;
    if (modelClasses.includes(`${layer.class_name}`))
      this.model(layer.config, group, `${prefix}${name}/`, depth + 1);
    else if (layer.class_name === "TimeDistributed" && isModel(config.layer))
      this.model(config.layer.config, `${group}/layer`, `${prefix}${name}/`, depth + 1);
    else this.parts(group, `${prefix}${name}`, depth);
    return this.weights.size > before;
  }

  /** Variables of a layer by their positions, and those of its parts. */
  private parts(group: string, path: string, depth: number): void {
    if (depth > deepest) return;
    for (const name of this.file.names(group)) {
      const at = `${group}/${name}`;
      if (this.file.kind(at) !== "group") continue;
      if (name !== "vars") {
        this.parts(at, `${path}/${name.replace(/^_/, "")}`, depth + 1);
        continue;
      }
      for (const position of this.file.names(at)) {
        if (/^\d+$/.test(position))
          this.weights.set(`${path}/${position}`, this.file.weight(`${at}/${position}`));
      }
    }
  }
}

/**
 * Reads a model of Keras 3 in its own format, a ZIP archive (`model.save("model.keras")`).
 *
 * @throws `library-missing`, `model-corrupt`, `model-too-large`, `model-weightless`, `weights-not-finite`
 */
export async function readKerasZip(bytes: Uint8Array): Promise<KerasModel> {
  const wanted: readonly string[] = Object.values(files);
  const unpacked = unpack(bytes, (path) => wanted.includes(path));
  const config = unpacked.get(files.config);
  if (config === undefined)
    throw new WasmoteError("model-corrupt", `the archive has no ${files.config}, which a .keras file has`);
  const weightBytes = unpacked.get(files.weights);
  if (weightBytes === undefined)
    throw new WasmoteError("model-weightless", `a .keras file without ${files.weights}`);
  const topology = json(config, files.config);
  const metadata = unpacked.get(files.metadata);
  const written = metadata === undefined ? undefined : json(metadata, files.metadata).keras_version;
  const version = majorVersion(typeof written === "string" ? written : undefined) ?? 3;
  const weights = await withHdf5(weightBytes, (file) => {
    const walk = new WeightWalk(file);
    walk.model(topology.config, "", "", 0);
    return walk.weights;
  });
  return { topology, version, weights };
}

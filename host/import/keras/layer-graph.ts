import { WasmoteError } from "../../errors.js";
import { maxEnds, maxNodes } from "../../graph/limits.js";
import { asArray, asObject, asString, isObject, type JsonObject, shown } from "../json-fields.js";
import {
  type InboundCall,
  partsOf,
  readInboundNodes,
  readReferences,
  replaceParts,
  TensorReference,
} from "./inbound-nodes.js";
import { layerMapping } from "./layers/index.js";

/** A tensor between layers. */
export class Value {}

/** A layer as the topology describes it. */
export interface Layer {
  /** Name with those of the models around it: "encoder/conv". */
  readonly path: string;
  readonly className: string;
  readonly config: JsonObject;
}

/** A layer applied to values; a shared layer has several calls. */
export interface LayerCall {
  readonly layer: Layer;
  /** 0 for the layer's first call. */
  readonly call: number;
  /** Arguments by position, JSON with `Value`s in the places of tensors. */
  readonly args: readonly unknown[];
  /** Arguments by name, likewise. */
  readonly kwargs: JsonObject;
  /** What is read of its outputs, by their numbers; the first in any case. */
  readonly outputs: readonly Value[];
}

/** A model as a list of calls in an order in which they can run; models within models are inlined. */
export interface LayerGraph {
  readonly name: string;
  readonly inputs: readonly { readonly layer: Layer; readonly value: Value }[];
  readonly calls: readonly LayerCall[];
  readonly outputs: readonly Value[];
}

/** Classes that are models themselves. */
export const modelClasses = ["Sequential", "Model", "Functional"];

/** Depth of nesting that no real model reaches. */
const deepest = 32;

/** Entries of config.layers that are read, those of a model once for each of its calls. */
const maxEntries = 4 * maxNodes;

interface Entry {
  readonly name: string;
  readonly className: string;
  readonly config: JsonObject;
  readonly inbound: readonly InboundCall[];
}

/** A config; the oldest Sequential models have their list of layers in its place. */
function configOf(value: unknown, what: string): JsonObject {
  return Array.isArray(value) ? { layers: value } : asObject(value, what);
}

/**
 * The class of an entry: of a function of Keras 3 (`keras.ops`) "ops.Add", of someone else's layer with its module.
 */
export function classOf({ class_name, module, registered_name }: JsonObject): string {
  const className = asString(class_name, "class_name of a layer");
  if (typeof module !== "string") {
    const isCustom = typeof registered_name === "string" && /^(?!keras)[^>]+>/i.test(registered_name);
    return isCustom ? `${registered_name}` : className;
  }
  if (/^keras\.(src\.)?ops(\.|$)/.test(module)) return `ops.${className}`;
  return /^(tf_)?keras(\.|$)/.test(module) ? className : `${module}.${className}`;
}

/**
 * The function that a layer stands for: of TensorFlow in Keras 2 ("tf.math.add"), of `keras.ops` in Keras 3 ("ops.Add"),
 * which in HDF5 has no module, but neither what every layer's config has.
 */
function functionOf(
  className: string,
  config: JsonObject,
  { module, inbound_nodes: calls }: JsonObject,
): string | undefined {
  const isCall = className === "TFOpLambda" || className === "SlicingOpLambda";
  if (isCall && typeof config.function === "string")
    return `tf.${config.function.replace(/^compat\.v1\./, "")}`;
  const isOfKeras3 = Array.isArray(calls) && isObject(calls[0]) && module === undefined;
  const isFunction = isOfKeras3 && !("trainable" in config) && layerMapping(`ops.${className}`) !== undefined;
  return isFunction ? `ops.${className}` : undefined;
}

/** The config of an entry, and the name of its layer. */
function readEntryConfig(value: unknown): {
  entry: JsonObject;
  className: string;
  config: JsonObject;
  name: string;
} {
  const entry = asObject(value, "an entry of config.layers");
  const written = classOf(entry);
  const config = configOf(entry.config, `config of a ${written} layer`);
  const className = functionOf(written, config, entry) ?? written;
  return {
    entry,
    className,
    config,
    name: asString(entry.name ?? config.name, `name of a ${className} layer`),
  };
}

/** Layers of a model, by order. Throws `model-invalid`. */
function readEntries(layers: readonly unknown[]): Entry[] {
  const entries = layers.map(readEntryConfig);
  const names = new Set(entries.map(({ name }) => name));
  return entries.map(({ entry, className, config, name }) => ({
    name,
    className,
    config,
    inbound: readInboundNodes(entry.inbound_nodes, name, names),
  }));
}

function tooLarge(detail: string): WasmoteError {
  return new WasmoteError("model-too-large", detail);
}

/** What messages call the model whose layers' paths start so. */
function modelAt(prefix: string): string {
  return prefix === "" ? "the model" : `model "${prefix.slice(0, -1)}"`;
}

/** Outputs of one call of a layer, whose number is not known before the layer is mapped. */
class Outputs {
  readonly all: Value[];
  private readonly isOpen: boolean;

  /** @param isOpen whether there may be more than are known */
  constructor(all: Value[], isOpen = false) {
    this.all = all;
    this.isOpen = isOpen;
  }

  /** An output by its number; undefined for one that cannot be. */
  at(tensor: number): Value | undefined {
    while (this.isOpen && this.all.length <= tensor && tensor < maxEnds) this.all.push(new Value());
    return this.all[tensor];
  }
}

class Flattening {
  readonly inputs: { layer: Layer; value: Value }[] = [];
  readonly calls: LayerCall[] = [];
  private applications = 0;
  private entriesRead = 0;
  private readonly callCounts = new Map<string, number>();

  private entries(config: JsonObject, what: string): Entry[] {
    const layers = asArray(config.layers, `config.layers of ${what}`);
    this.entriesRead += layers.length;
    if (this.entriesRead > maxEntries) throw tooLarge(`more than ${maxEntries} entries of config.layers`);
    const entries = readEntries(layers);
    const names = new Set<string>();
    for (const { name } of entries) {
      if (names.has(name))
        throw new WasmoteError("model-invalid", `two layers of ${what} are named "${name}"`);
      names.add(name);
    }
    return entries;
  }

  private layer(entry: Entry, prefix: string): Layer {
    return { path: prefix + entry.name, className: entry.className, config: entry.config };
  }

  private input(layer: Layer): Value {
    const value = new Value();
    this.inputs.push({ layer, value });
    return value;
  }

  /** Outputs of a layer applied to arguments: all of a model, one of a layer so far. */

  private apply(
    entry: Entry,
    prefix: string,
    args: readonly unknown[],
    kwargs: JsonObject,
    depth: number,
  ): Outputs {
    if (++this.applications > maxNodes) throw tooLarge(`more than ${maxNodes} calls of layers`);
    if (modelClasses.includes(entry.className)) {
      const given = partsOf([args, kwargs], Value);
      return new Outputs(
        this.model(entry.className, entry.config, `${prefix}${entry.name}/`, given, depth + 1),
      );
    }
    const model = entry.className === "TimeDistributed" ? entry.config.layer : undefined;
    if (isObject(model) && modelClasses.includes(`${model.class_name}`))
      return this.timeDistributed(entry, model, prefix, args, depth);
    const layer = this.layer(entry, prefix);
    const call = this.callCounts.get(layer.path) ?? 0;
    this.callCounts.set(layer.path, call + 1);
    const outputs = [new Value()];
    this.calls.push({ layer, call, args, kwargs, outputs });
    return new Outputs(outputs, true);
  }

  /** Inlines a model that is applied to each step in time: the steps are samples for it. */
  private timeDistributed(
    entry: Entry,
    model: JsonObject,
    prefix: string,
    args: readonly unknown[],
    depth: number,
  ): Outputs {
    const around = (part: "fold" | "unfold", ...given: readonly unknown[]): Outputs => {
      const className = `TimeDistributed.${part}`;
      return this.apply({ ...entry, className, config: {} }, prefix, [given], {}, depth);
    };
    const folded = around("fold", ...args);
    const config = configOf(model.config, "config of a model that a TimeDistributed wraps");
    const outputs = this.model(
      `${model.class_name}`,
      config,
      `${prefix}${entry.name}/`,
      folded.all,
      depth + 1,
    );
    return new Outputs(outputs.flatMap((output) => around("unfold", output, ...args).all));
  }

  /** Inlines a model. Without `given` its inputs become inputs of the whole. */
  model(
    className: string,
    config: JsonObject,
    prefix: string,
    given: readonly Value[] | undefined,
    depth: number,
  ): Value[] {
    if (depth > deepest)
      throw new WasmoteError("model-invalid", `models are nested more than ${deepest} deep`);
    return className === "Sequential"
      ? this.sequential(config, prefix, given, depth)
      : this.functional(config, prefix, given, depth);
  }

  private sequential(
    config: JsonObject,
    prefix: string,
    given: readonly Value[] | undefined,
    depth: number,
  ): Value[] {
    const entries = this.entries(config, modelAt(prefix));
    const [first, ...others] = entries;
    if (first === undefined) throw new WasmoteError("model-invalid", "a Sequential model has no layers");
    let values: readonly Value[];
    let rest = entries;
    if (first.className === "InputLayer") {
      values = given ?? [this.input(this.layer(first, prefix))];
      rest = others;
    } else if (given === undefined && modelClasses.includes(first.className)) {
      values = this.model(first.className, first.config, `${prefix}${first.name}/`, undefined, depth + 1);
      rest = others;
    } else {
      const shape = first.config.batch_input_shape ?? first.config.batch_shape ?? config.build_input_shape;
      const name = `${first.name}_input`;
      const inputConfig = { name, batch_input_shape: shape, dtype: first.config.dtype };
      values = given ?? [this.input({ path: prefix + name, className: "InputLayer", config: inputConfig })];
    }
    for (const entry of rest) {
      const input = values.length === 1 ? values[0] : values;
      values = this.apply(entry, prefix, [input], {}, depth).all;
    }
    return [...values];
  }

  private functional(
    config: JsonObject,
    prefix: string,
    given: readonly Value[] | undefined,
    depth: number,
  ): Value[] {
    const what = modelAt(prefix);
    const entries = this.entries(config, what);
    const inputs = readReferences(config.input_layers, `input_layers of ${what}`);
    const outputs = readReferences(config.output_layers, `output_layers of ${what}`);
    const byName = new Map(entries.map((entry) => [entry.name, entry]));

    const known = new Map<string, Outputs>();
    const key = ({ layer, call }: Pick<TensorReference, "layer" | "call">): string => `${call} ${layer}`;
    if (given !== undefined && given.length !== inputs.length) {
      throw new WasmoteError(
        "model-invalid",
        `${what} has ${inputs.length} inputs and is called with ${given.length}`,
      );
    }
    inputs.forEach((reference, i) => {
      const entry = byName.get(reference.layer);
      if (entry?.className !== "InputLayer") {
        throw new WasmoteError(
          "model-invalid",
          `input_layers of ${what} names "${reference.layer}", no InputLayer`,
        );
      }
      known.set(key(reference), new Outputs([given?.[i] ?? this.input(this.layer(entry, prefix))]));
    });

    const offsets = callOffsets(entries, outputs);
    const computedBy =
      (of: ReadonlyMap<string, number>) =>
      (reference: TensorReference): Value | undefined => {
        const { layer, call, tensor } = reference;
        return known.get(key({ layer, call: call - (of.get(layer) ?? 0) }))?.at(tensor);
      };
    const [computed, computedOutput] = [computedBy(offsets.inbound), computedBy(offsets.outputs)];
    let pending = entries.flatMap((entry) =>
      entry.inbound.map(({ args, kwargs }, i) => ({
        entry,
        args,
        kwargs,
        tensors: partsOf([args, kwargs], TensorReference),
        call: i,
      })),
    );
    while (pending.length > 0) {
      const blocked: typeof pending = [];
      for (const item of pending) {
        if (!item.tensors.every((tensor) => computed(tensor) !== undefined)) {
          blocked.push(item);
          continue;
        }
        const valued = (argument: unknown) => replaceParts(argument, TensorReference, computed);
        const kwargs = valued(item.kwargs) as JsonObject;
        const results = this.apply(item.entry, prefix, item.args.map(valued), kwargs, depth);
        known.set(key({ layer: item.entry.name, call: item.call }), results);
      }
      if (blocked.length === pending.length) {
        const names = shown(blocked.map(({ entry }) => entry.name));
        throw new WasmoteError(
          "model-invalid",
          `layers that form a cycle or read what no layer writes: ${names}`,
        );
      }
      pending = blocked;
    }
    return outputs.map((reference) => {
      const value = computedOutput(reference);
      if (value !== undefined) return value;
      throw new WasmoteError(
        "model-invalid",
        `output_layers of ${what} names "${reference.layer}", which is not computed`,
      );
    });
  }
}

/** The last call of each layer that is named. */
function lastCalls(references: readonly TensorReference[]): Map<string, number> {
  const calls = new Map<string, number>();
  for (const { layer, call } of references) calls.set(layer, Math.max(call, calls.get(layer) ?? 0));
  return calls;
}

/**
 * Number of each model-layer's first call, in what layers read and in `output_layers`: Keras 2 and TF.js count from 1 there,
 * since building a model makes a node of its own (`Functional.get_config`, `Container.getConfig`), older writers from 0.
 * Keras 3 counts from 1 in `output_layers` alone (`serialize_node`).
 */
function callOffsets(entries: readonly Entry[], outputs: readonly TensorReference[]) {
  const inbound = entries.flatMap((entry) => partsOf(entry.inbound, TensorReference));
  const calls = {
    inbound: lastCalls(inbound),
    outputs: lastCalls(outputs),
    all: lastCalls([...inbound, ...outputs]),
  };
  const models = entries.filter(({ className }) => modelClasses.includes(className));
  const offsets = (of: (entry: Entry) => number | undefined) =>
    new Map(models.map((entry) => [entry.name, (of(entry) ?? -1) >= entry.inbound.length ? 1 : 0]));
  const isOfKeras3 = ({ inbound: [call] }: Entry) => call?.isObject === true;
  return {
    inbound: offsets((entry) => calls[isOfKeras3(entry) ? "inbound" : "all"].get(entry.name)),
    outputs: offsets((entry) => {
      if (!isOfKeras3(entry)) return calls.all.get(entry.name);
      const last = calls.outputs.get(entry.name);
      // A model that is no Sequential has no call 0 there.
      return entry.className !== "Sequential" && last !== undefined && last > 0 ? entry.inbound.length : last;
    }),
  };
}

/**
 * Reads a serialized Keras model, `{class_name, config}`: Sequential or Functional (`Model`), with
 * `inbound_nodes` as Keras 2, Keras 3 and TF.js write them. Throws `model-invalid`.
 */
export function readLayerGraph(topology: unknown): LayerGraph {
  const model = asObject(topology, "the model's topology");
  const className = asString(model.class_name, "class_name of the model");
  if (!modelClasses.includes(className)) {
    throw new WasmoteError(
      "model-invalid",
      `class_name is "${className}"; ${modelClasses.join(" or ")} is expected`,
    );
  }
  const config = configOf(model.config, "config of the model");
  const flattening = new Flattening();
  const outputs = flattening.model(className, config, "", undefined, 0);
  const name = typeof config.name === "string" ? config.name : "";
  return { name, inputs: flattening.inputs, calls: flattening.calls, outputs };
}

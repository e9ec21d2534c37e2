import { type Refusal, WasmoteError } from "../../errors.js";
import { dropUnusedTensors } from "../../graph/drop-unused-tensors.js";
import type { Node } from "../../graph/node.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { GraphBuilder } from "../graph-builder.js";
import { countOperators, type Imported, type ImportOptions, type Outline } from "../imported.js";
import { OpenLengths } from "../open-lengths.js";
import type { KerasModel } from "./container.js";
import { partsOf, replaceParts } from "./inbound-nodes.js";
import { readInput } from "./input-layer.js";
import { asObject, asString, shown } from "./json-fields.js";
import { type LayerArguments, LayerBuilder, LayerContext, tensorsOf } from "./layer-builder.js";
import { LayerConfig } from "./layer-config.js";
import {
  classOf,
  type Layer,
  type LayerCall,
  type LayerGraph,
  readLayerGraph,
  Value,
} from "./layer-graph.js";
import { layerMapping } from "./layers/index.js";
import type { Build, LayerMapping, WrappedLayer } from "./layers/mapping.js";
import { Masks } from "./masks.js";

/** Arguments of a call that change nothing where a model is only run. */
const passedOver = ["training", "name"];

/** Depth of wrapped layers that no real model reaches. */
const deepestWrapping = 8;

class Mapping {
  readonly graph = new GraphBuilder([]);
  readonly refusals: Refusal[] = [];
  /** Class of the layer that each node is of, by the node's position. */
  readonly classNames: string[] = [];
  private readonly values = new Map<Value, Tensor>();
  private readonly masks = new Masks();
  private readonly model: KerasModel;
  private readonly context: LayerContext;
  /** Lengths of inputs that the file leaves open. */
  readonly open: OpenLengths;

  constructor(model: KerasModel, options: ImportOptions) {
    this.model = model;
    this.context = new LayerContext(this.graph, model);
    this.open = new OpenLengths(options);
  }

  private refuse({ path, className }: Layer, reasons: readonly string[]): void {
    for (const reason of reasons) this.refusals.push({ node: path, operator: className, reason });
  }

  input(layer: Layer, value: Value): void {
    const { type, refusals } = readInput(layer, this.open);
    this.refuse(layer, refusals);
    if (type !== undefined) this.values.set(value, { name: layer.path, ...type });
  }

  /** Maps one call; where its inputs are unknown, for a refusal before it, only the config is read. */
  call(call: LayerCall): void {
    const { layer } = call;
    const mapping = layerMapping(layer.className);
    if (mapping === undefined) {
      if (call.call === 0) this.refuse(layer, ["layers of this class are not supported"]);
      return;
    }
    const config = new LayerConfig(layer.config, layer.path, layer.className, this.model.version);
    const build = this.read(mapping, layer.className, config);
    const { first, given } = this.arguments(call, mapping, config);
    const mask = this.masks.pass(call, mapping, config);
    const isFirst = call.call === 0 || config.refusals.some((reason) => reason.startsWith("the call"));
    if (isFirst) this.refuse(layer, config.refusals);
    const isKnown = partsOf([call.args, call.kwargs], Value).every((value) => this.values.has(value));
    if (config.refusals.length > 0 || !isKnown) return;
    try {
      const masked = typeof mask === "function" && !given.mask ? { ...given, mask: mask() } : given;
      const builder = this.builder(call, first, masked);
      this.note(call, build(builder));
      this.masks.make(call, mapping, config, builder);
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      this.refuse(layer, [error.message]);
    }
  }

  private read(mapping: LayerMapping, className: string, config: LayerConfig, depth = 0): Build {
    if (mapping.anyDtype === undefined) config.float32();
    return mapping.read(config, className, (field) => this.wrapped(config, field, depth));
  }

  /** A layer in a field of another's config, whose refusals become that one's. */
  private wrapped(outer: LayerConfig, field: string, depth: number): WrappedLayer {
    const entry = asObject(outer.raw(field), field, outer.place);
    const values = asObject(entry.config, `${field}.config`, outer.place);
    const className = classOf(entry);
    const name = asString(values.name ?? className, `${field}.config.name`, outer.place);
    const config = new LayerConfig(values, `${outer.place.node}/${name}`, className, outer.version);
    const mapping = depth < deepestWrapping ? layerMapping(className) : undefined;
    if (mapping === undefined) {
      outer.refuse(`the layer that it wraps is a ${shown(className)}, which is not supported`);
      return { name, className, config, build: () => [] };
    }
    const build = this.read(mapping, className, config, depth + 1);
    for (const reason of config.refusals) outer.refuse(`${className} "${name}": ${reason}`);
    return { name, className, config, build };
  }

  /** The call's arguments by their parameters' names; what the layer does not know is refused. */
  private arguments({ args, kwargs }: LayerCall, mapping: LayerMapping, config: LayerConfig) {
    const { parameters = ["inputs"] } = mapping;
    const resolved = (value: unknown) => replaceParts(value, Value, (part) => this.values.get(part));
    const unknown = (what: string) => config.refuse(`the call's ${what} is not supported`);
    const known: Record<string, unknown> = {};
    const tensors: unknown[] = [];
    for (const [i, value] of args.entries()) {
      const name = parameters[i];
      const isInput = i === 0 || (parameters.length === 1 && value instanceof Value);
      if (isInput) tensors.push(value);
      if (name !== undefined) known[name] = value;
      else if (!isInput && value !== null) unknown(`argument ${shown(value)}`);
    }
    for (const [name, value] of Object.entries(kwargs)) {
      if (parameters.includes(name)) known[name] = value;
      else if (value !== null && value !== false && !passedOver.includes(name)) unknown(name);
    }
    const first = tensors.length > 0 ? tensors : [known[parameters[0] as string]];
    const { length } = partsOf(first, Value);
    const isNumber = mapping.inputs !== "several" && length !== 1;
    config.expect(!isNumber, `the call has ${length} inputs; 1 is expected`);
    return { first: resolved(first), given: resolved(known) as LayerArguments };
  }

  private builder({ layer, call }: LayerCall, first: unknown, given: LayerArguments): LayerBuilder {
    const place = { path: layer.path, className: layer.className, call };
    return new LayerBuilder(this.context, place, tensorsOf(first), given);
  }

  /** Notes what a call gives. */
  private note({ layer, outputs }: LayerCall, built: ReturnType<Build>): void {
    const results = [built].flat();
    while (this.classNames.length < this.graph.nodeCount) this.classNames.push(layer.className);
    for (const [i, value] of outputs.entries()) {
      const result = results[i];
      if (result === undefined) {
        const detail = `output ${i} of layer "${layer.path}" is read, which has ${results.length}`;
        throw new WasmoteError("model-invalid", detail);
      }
      this.values.set(value, result);
    }
  }

  /** Tensor of a value that is known to be mapped. */
  tensor(value: Value): Tensor {
    return this.values.get(value) as Tensor;
  }
}

/** The layers as they are called. */
function outlineOf({ inputs, calls, outputs }: LayerGraph): Outline {
  const names = new Map(inputs.map(({ layer, value }) => [value, layer.path]));
  const nodes = calls.map(({ layer, call, args, kwargs, outputs: values }) => {
    const name = call === 0 ? layer.path : `${layer.path}.${call}`;
    for (const [i, value] of values.entries()) names.set(value, i === 0 ? name : `${name}:${i}`);
    return {
      name: layer.path,
      operator: layer.className,
      inputs: partsOf([args, kwargs], Value).map((value) => names.get(value) ?? ""),
      outputs: values.map((value) => names.get(value) as string),
    };
  });
  const ends = (values: readonly Value[]) => values.map((value) => names.get(value) ?? "");
  return { inputs: ends(inputs.map(({ value }) => value)), outputs: ends(outputs), nodes };
}

/**
 * Maps a Keras model of any container to a float32 graph: NHWC, convolutions OHWI, dense [outputs, inputs], an
 * unknown batch as 1.
 *
 * @param otherwise the graph's name where the model has none
 * @returns the graph, or every layer and config value that cannot be run; what follows a layer that is refused has inputs
 *   of unknown shapes, so that of it only the config is checked
 * @throws `model-invalid`, `model-open`
 */
export function buildGraph(model: KerasModel, otherwise: string, options: ImportOptions = {}): Imported {
  const layers = readLayerGraph(model.topology);
  const mapping = new Mapping(model, options);
  for (const { layer, value } of layers.inputs) mapping.input(layer, value);
  mapping.open.requireClosed();
  for (const call of layers.calls) mapping.call(call);
  const { refusals, classNames, graph } = mapping;
  const name = layers.name || otherwise;
  const byNode = new Map(graph.parts().nodes.map((node, i) => [node.name, classNames[i]]));
  const described = {
    name,
    refusals,
    operators: countOperators(layers.calls.map(({ layer }) => layer.className)),
    outline: outlineOf(layers),
    operatorOf: (node: Node) => byNode.get(node.name) ?? node.operator,
    openDims: mapping.open.fixed,
  };
  if (refusals.length > 0) return { ...described, graph: undefined };
  if (graph.nodeCount === 0)
    throw new WasmoteError("model-invalid", "the model computes nothing: it has no layer but inputs");
  const end = (kind: "input" | "output") => (value: Value) => graph.end(mapping.tensor(value), kind, false);
  const inputs = layers.inputs.map(({ value }) => value).map(end("input"));
  const outputs = layers.outputs.map(end("output"));
  return { ...described, graph: dropUnusedTensors({ name, ...graph.parts(), inputs, outputs }) };
}

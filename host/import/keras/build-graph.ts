import { type Refusal, WasmoteError } from "../../errors.js";
import { dropUnusedTensors } from "../../graph/drop-unused-tensors.js";
import type { Node, TensorIndex } from "../../graph/node.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import { countOperators, type Imported } from "../imported.js";
import type { KerasModel } from "./container.js";
import { foldNormalization } from "./fold-normalization.js";
import { shown } from "./json-fields.js";
import { GraphUnderConstruction, LayerBuilder } from "./layer-builder.js";
import { LayerConfig } from "./layer-config.js";
import { type Layer, type LayerCall, readLayerGraph, type Value } from "./layer-graph.js";
import { layerMapping } from "./layers/index.js";

/** The input's shape with an unknown batch as 1. Lengths unknown elsewhere are refused. */
function inputShape(config: LayerConfig): number[] | undefined {
  const shape = config.raw("batch_input_shape") ?? config.raw("batch_shape");
  if (!Array.isArray(shape) || shape.length === 0) {
    config.refuse(`the input's shape is ${shown(shape)}; a list of lengths is expected`);
    return undefined;
  }
  const lengths = shape.map((length, axis) =>
    axis === 0 && (length === null || length === -1) ? 1 : length,
  );
  if (lengths.every((length) => Number.isSafeInteger(length) && length >= 1)) return lengths;
  config.refuse(
    `the input's shape ${shown(shape)} is not known; only the batch, its first length, may be open`,
  );
  return undefined;
}

function readInput(layer: Layer): { shape: number[] | undefined; refusals: readonly string[] } {
  const config = new LayerConfig(layer.config, layer.path, layer.className);
  config.float32();
  config.expect(!config.flag("sparse", false), "a sparse input is not supported");
  config.expect(!config.flag("ragged", false), "a ragged input is not supported");
  return { shape: inputShape(config), refusals: config.refusals };
}

class Mapping {
  readonly graph: GraphUnderConstruction;
  readonly refusals: Refusal[] = [];
  private readonly values = new Map<Value, TensorIndex>();
  private readonly model: KerasModel;

  constructor(model: KerasModel) {
    this.model = model;
    this.graph = new GraphUnderConstruction(model);
  }

  private refuse({ path, className }: Layer, reasons: readonly string[]): void {
    for (const reason of reasons) this.refusals.push({ node: path, operator: className, reason });
  }

  input(layer: Layer, value: Value): void {
    const { shape, refusals } = readInput(layer);
    this.refuse(layer, refusals);
    if (shape === undefined) return;
    this.values.set(value, this.graph.add({ name: layer.path, dtype: "float32", shape }));
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
    config.float32();
    const build = mapping.read(config, layer.className);
    for (const extra of call.extras) config.refuse(`the call's ${extra} is not supported; tensors alone are`);
    if (mapping.inputs !== "several") {
      config.expect(call.inputs.length === 1, `the layer has ${call.inputs.length} inputs; 1 is expected`);
    }
    if (call.call === 0 || call.extras.length > 0) this.refuse(layer, config.refusals);
    const inputs = call.inputs.map((value) => this.values.get(value));
    if (config.refusals.length > 0 || inputs.includes(undefined)) return;
    try {
      this.values.set(
        call.output,
        build(new LayerBuilder(this.graph, this.model, call, inputs as TensorIndex[])),
      );
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      this.refuse(layer, [error.message]);
    }
  }

  /** Tensor of a value that is known to be mapped. */
  tensor(value: Value): TensorIndex {
    return this.values.get(value) as TensorIndex;
  }
}

/**
 * Maps a Keras model of any container to a float32 graph: NHWC, convolutions OHWI, dense [outputs, inputs], an
 * unknown batch as 1, batch normalization folded into the node before it where that is possible.
 *
 * @param otherwise the graph's name where the model has none
 * @returns the graph, or every layer and config value that cannot be run; what follows a layer that is refused has inputs
 *   of unknown shapes, so that of it only the config is checked
 * @throws `model-invalid`
 */
export function buildGraph(model: KerasModel, otherwise: string): Imported {
  const layers = readLayerGraph(model.topology);
  const mapping = new Mapping(model);
  for (const { layer, value } of layers.inputs) mapping.input(layer, value);
  for (const call of layers.calls) mapping.call(call);
  const { refusals } = mapping;
  const name = layers.name || otherwise;
  const described = {
    name,
    refusals,
    operators: countOperators(layers.calls.map(({ layer }) => layer.className)),
    operatorOf: (node: Node) => mapping.graph.classNames.get(node.name) ?? node.operator,
  };
  if (refusals.length > 0) return { ...described, graph: undefined };
  const { tensors, nodes } = mapping.graph;
  if (nodes.length === 0)
    throw new WasmoteError("model-invalid", "the model computes nothing: it has no layer but inputs");
  const graph = {
    name,
    tensors,
    nodes,
    inputs: layers.inputs.map(({ value }) => mapping.tensor(value)),
    outputs: layers.outputs.map((value) => mapping.tensor(value)),
  };
  return { ...described, graph: dropUnusedTensors(foldNormalization(graph)) };
}

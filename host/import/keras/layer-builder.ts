import { WasmoteError } from "../../errors.js";
import type { Node, TensorIndex } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import type { Operator } from "../../ops/operator.js";
import type { KerasModel, KerasWeight } from "./container.js";
import type { LayerCall } from "./layer-graph.js";

/** A graph under construction. */
export class GraphUnderConstruction {
  readonly tensors: Tensor[] = [];
  readonly nodes: Node[] = [];
  /** Constants made from weights, so that a shared layer has them once. */
  readonly constants = new Map<string, TensorIndex>();
  /** Class of the layer that each node was made of, by the node's name. */
  readonly classNames = new Map<string, string>();
  /** Weights by the last two parts of their names, for those that have more: "conv/kernel" of "model/conv/kernel:0". */
  private readonly byEnding = new Map<string, KerasWeight[]>();

  constructor({ weights }: KerasModel) {
    for (const [full, weight] of weights) {
      const parts = full.replace(/:0$/, "").split("/");
      if (parts.length < 3) continue;
      const ending = parts.slice(-2).join("/");
      const known = this.byEnding.get(ending);
      if (known === undefined) this.byEnding.set(ending, [weight]);
      else known.push(weight);
    }
  }

  /** The one weight whose name ends so, after other parts; undefined for none and for several. */
  weightEnding(ending: string): KerasWeight | undefined {
    const found = this.byEnding.get(ending) ?? [];
    return found.length === 1 ? found[0] : undefined;
  }

  /** Adds a tensor and answers its index. */
  add(tensor: Tensor): TensorIndex {
    return this.tensors.push(tensor) - 1;
  }
}

/** Builds the nodes of one call of a layer. */
export class LayerBuilder {
  readonly inputs: readonly TensorIndex[];
  private readonly graph: GraphUnderConstruction;
  private readonly model: KerasModel;
  private readonly call: LayerCall;

  constructor(
    graph: GraphUnderConstruction,
    model: KerasModel,
    call: LayerCall,
    inputs: readonly TensorIndex[],
  ) {
    this.graph = graph;
    this.model = model;
    this.call = call;
    this.inputs = inputs;
  }

  /** Shape of a tensor. */
  shape(index: TensorIndex): readonly number[] {
    return (this.graph.tensors[index] as Tensor).shape;
  }

  /**
   * The layer's weights, in the order in which Keras lists them, of the shapes given. A weight is looked up by
   * the layer's full path, its own name, a name that ends so, or its position ("dense/0").
   * Throws `model-invalid` for one that is missing or has another shape.
   */
  weights(expected: readonly { name: string; shape: readonly number[] }[]): KerasWeight[] {
    return expected.map(({ name, shape }, position) => {
      const weight = this.find(name, position);
      const place = { node: this.call.layer.path, operator: this.call.layer.className };
      if (weight === undefined) throw new WasmoteError("model-invalid", `weight "${name}" is missing`, place);
      if (weight.shape.join() !== shape.join()) {
        const found = `weight "${name}" has shape [${weight.shape.join(", ")}]`;
        throw new WasmoteError("model-invalid", `${found}; [${shape.join(", ")}] is expected`, place);
      }
      return weight;
    });
  }

  private find(name: string, position: number): KerasWeight | undefined {
    const { path } = this.call.layer;
    const layer = path.slice(path.lastIndexOf("/") + 1);
    for (const candidate of [
      `${path}/${name}`,
      `${layer}/${name}`,
      `${path}/${position}`,
      `${layer}/${position}`,
    ]) {
      const weight = this.model.weights.get(candidate) ?? this.model.weights.get(`${candidate}:0`);
      if (weight !== undefined) return weight;
    }
    return this.graph.weightEnding(`${layer}/${name}`);
  }

  /** A float32 constant named after the layer; calls of the same layer share it. */
  constant(name: string, shape: readonly number[], values: () => Float32Array): TensorIndex {
    const full = `${this.call.layer.path}/${name}`;
    const existing = this.graph.constants.get(full);
    if (existing !== undefined) return existing;
    const data = values();
    if (data.length !== elementCount(shape))
      throw new Error(`${full}: ${data.length} values for [${shape.join()}]`);
    const index = this.graph.add({ name: full, dtype: "float32", shape, data });
    this.graph.constants.set(full, index);
    return index;
  }

  /**
   * Appends a node and answers its output, whose type the operator infers. Throws `NotRunnable`.
   *
   * @param suffix tells the layer's further nodes from its main one, which bears the layer's name
   */
  node<Attributes extends object>(
    operator: Operator<Attributes>,
    attributes: NoInfer<Attributes>,
    inputs: readonly TensorIndex[],
    suffix = "",
  ): TensorIndex {
    const { layer, call } = this.call;
    const name = `${layer.path}${call === 0 ? "" : `.${call}`}${suffix === "" ? "" : `/${suffix}`}`;
    const bound = {
      name,
      attributes,
      inputs: inputs.map((index) => (index < 0 ? undefined : (this.graph.tensors[index] as Tensor))),
      outputs: [{ name, dtype: "float32" as const, shape: [] }],
    };
    const [type] = operator.infer(bound);
    if (type === undefined) throw new Error(`${operator.name} has no output`);
    const output = this.graph.add({ name, dtype: type.dtype, shape: type.shape });
    this.graph.classNames.set(name, layer.className);
    this.graph.nodes.push({ name, operator: operator.name, attributes, inputs, outputs: [output] });
    return output;
  }
}

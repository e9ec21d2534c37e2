import { WasmoteError } from "../../errors.js";
import type { Node, TensorIndex } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import type { Operator } from "../../ops/operator.js";
import type { KerasModel, KerasWeight } from "./container.js";
import type { LayerCall } from "./layer-graph.js";

/** A weight that a layer asks for. */
export interface ExpectedWeight {
  readonly name: string;
  /** What other writers call it. */
  readonly otherName?: string;
  /** Lengths of its axes; undefined where the weight itself tells it. */
  readonly shape: readonly (number | undefined)[];
}

/** A graph under construction. */
export class GraphUnderConstruction {
  readonly tensors: Tensor[] = [];
  readonly nodes: Node[] = [];
  /** Constants made from weights, so that a shared layer has them once. */
  readonly constants = new Map<string, TensorIndex>();
  /** Class of the layer that each node was made of, by the node's name. */
  readonly classNames = new Map<string, string>();
  /** Path of the layer that each weight is of. */
  private readonly owners = new Map<KerasWeight, string>();
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

  /** The layer that was the first to claim a weight. */
  owner(weight: KerasWeight, claimant: string): string {
    const owner = this.owners.get(weight) ?? claimant;
    this.owners.set(weight, owner);
    return owner;
  }

  /** Adds a tensor and answers its index. */
  add(tensor: Tensor): TensorIndex {
    return this.tensors.push(tensor) - 1;
  }
}

/** Whether a weight has these lengths, and some of an axis that is open. */
function hasShape({ shape }: KerasWeight, expected: ExpectedWeight["shape"]): boolean {
  return (
    shape.length === expected.length &&
    shape.every((length, axis) => length === (expected[axis] ?? Math.max(1, length)))
  );
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
   * Throws `model-invalid` for one that is missing, has another shape or is another layer's.
   */
  weights(expected: readonly ExpectedWeight[]): KerasWeight[] {
    const { path, className } = this.call.layer;
    const invalid = (detail: string) =>
      new WasmoteError("model-invalid", detail, { node: path, operator: className });
    return expected.map(({ name, otherName = name, shape }, position) => {
      const weight = this.find(name, position) ?? this.find(otherName, position);
      if (weight === undefined) throw invalid(`weight "${name}" is missing`);
      if (!hasShape(weight, shape)) {
        const lengths = shape.map((length) => length ?? "any").join(", ");
        throw invalid(`weight "${name}" has shape [${weight.shape.join(", ")}]; [${lengths}] is expected`);
      }
      const owner = this.graph.owner(weight, path);
      if (owner !== path) {
        throw invalid(`weight "${name}" is missing; the one that fits is of layer "${owner}"`);
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

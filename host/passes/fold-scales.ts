import type { Graph } from "../graph/graph.js";
import type { FusedActivation, Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { readersOf, writersOf } from "../graph/uses.js";

/** Axis of the output channel in the weights of the operators that a scale and an offset fold into. */
const channelAxes: Readonly<Record<string, number>> = {
  conv2d: 0,
  depthwiseConv2d: 3,
  transposeConv2d: 0,
  fullyConnected: 0,
};

/** A product with, or sum with, constants of channels. */
interface Scaling {
  readonly operator: "mul" | "add";
  readonly values: Float32Array;
  readonly activation: FusedActivation;
}

const activationOf = ({ attributes }: Node): FusedActivation | undefined =>
  (attributes as { activation?: FusedActivation }).activation;

/** Whether a constant is one number, or one for each index of the last axis. */
function isPerChannel({ shape, data }: Tensor, channels: number): boolean {
  const isLast = shape.slice(0, -1).every((length) => length === 1);
  return data?.length === 1 || (isLast && data?.length === channels);
}

class Folding {
  readonly tensors: Tensor[];
  private readonly graph: Graph;
  private readonly readers: ReturnType<typeof readersOf>;
  /** The node that writes a tensor as it is now. */
  private readonly writers: Map<TensorIndex, Node>;
  /** Nodes as they are now, in the order of the graph; undefined for one that is gone. */
  private readonly nodes = new Map<Node, Node | undefined>();
  /** What each node that is written anew was in the graph. */
  private readonly originals = new Map<Node, Node>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.tensors = [...graph.tensors];
    this.readers = readersOf(graph);
    this.writers = new Map(writersOf(graph));
  }

  /** Whether one node alone reads a tensor, and the model does not give it away. */
  private isInner(index: TensorIndex): boolean {
    return this.readers.get(index)?.length === 1 && !this.graph.outputs.includes(index);
  }

  /**
   * The foldable node whose unactivated output a tensor is, at most through reshapes that keep the channels, and that last
   * reshape.
   */
  private producer(index: TensorIndex): { node: Node; reshape: Node | undefined } | undefined {
    if (!this.isInner(index)) return undefined;
    const node = this.writers.get(index);
    if (node?.operator !== "reshape")
      return node !== undefined && channelAxes[node.operator] !== undefined
        ? { node, reshape: undefined }
        : undefined;
    const [from = -1] = node.inputs;
    const [before, after] = [from, index].map((tensor) => this.tensors[tensor]?.shape.at(-1));
    const found = before === after ? this.producer(from) : undefined;
    return found && { node: found.node, reshape: node };
  }

  fold(scaling: Node): void {
    const { operator } = scaling;
    if (operator !== "mul" && operator !== "add") return;
    const position = scaling.inputs.findIndex((index) => this.tensors[index]?.data instanceof Float32Array);
    const constant = this.tensors[scaling.inputs[position] ?? -1];
    const from = scaling.inputs[1 - position];
    const found = from === undefined ? undefined : this.producer(from);
    if (found === undefined || constant === undefined || activationOf(found.node) !== "none") return;
    const axis = channelAxes[found.node.operator] as number;
    const weights = this.tensors[found.node.inputs[1] ?? -1];
    const output = this.tensors[scaling.outputs[0] ?? -1];
    if (!(weights?.data instanceof Float32Array) || output === undefined) return;
    const isSameShape = output.shape.join() === this.tensors[from ?? -1]?.shape.join();
    if (!isSameShape || !isPerChannel(constant, weights.shape[axis] as number)) return;
    const values = constant.data as Float32Array;
    const folded = this.scaled(found.node, weights, axis, {
      operator,
      values,
      activation: activationOf(scaling) ?? "none",
    });
    const written = found.reshape ?? folded;
    if (found.reshape !== undefined) this.replace(found.node, folded);
    this.replace(found.reshape ?? found.node, { ...written, outputs: scaling.outputs });
    this.nodes.set(this.originals.get(scaling) ?? scaling, undefined);
  }

  private replace(node: Node, by: Node): void {
    const original = this.originals.get(node) ?? node;
    this.originals.set(by, original);
    this.nodes.set(original, by);
    for (const output of by.outputs) this.writers.set(output, by);
  }

  private add(tensor: Tensor): TensorIndex {
    return this.tensors.push(tensor) - 1;
  }

  /** A node with the scaling in weights and bias of its own. */
  private scaled(node: Node, weights: Tensor, axis: number, { operator, values, activation }: Scaling): Node {
    const channels = weights.shape[axis] as number;
    const by = (n: number): number => values[values.length === 1 ? 0 : n] as number;
    const multiplies = operator === "mul";
    const [input = -1, weightsIndex = -1, biasIndex = -1] = node.inputs;
    const bias = this.tensors[biasIndex];
    const before = (bias?.data ?? new Float32Array(channels)) as Float32Array;
    const data = before.map((value, n) => (multiplies ? value * by(n) : value + by(n)));
    const newBias: Tensor = {
      name: bias?.name ?? `${node.name}/bias`,
      dtype: "float32",
      shape: [channels],
      data,
    };
    const needsBias = bias !== undefined || !multiplies;
    return {
      ...node,
      attributes: { ...node.attributes, activation },
      inputs: [
        input,
        multiplies ? this.scaledWeights(weights, axis, by) : weightsIndex,
        needsBias ? this.add(newBias) : -1,
      ],
    };
  }

  private scaledWeights(
    { stored: _, ...weights }: Tensor,
    axis: number,
    by: (n: number) => number,
  ): TensorIndex {
    const values = weights.data as Float32Array;
    const channels = weights.shape[axis] as number;
    const inner = axis === 0 ? values.length / channels : 1;
    const data = values.map((value, i) => value * by(Math.floor(i / inner) % channels));
    return this.add({ ...weights, data });
  }

  result(): Graph {
    if (this.nodes.size === 0) return this.graph;
    const nodes = this.graph.nodes.flatMap((node) => {
      const now = this.nodes.has(node) ? this.nodes.get(node) : node;
      return now === undefined ? [] : [now];
    });
    return { ...this.graph, tensors: this.tensors, nodes };
  }
}

/**
 * Folds multiplications with, and additions of, float32 constants of channels, which batch normalization is at inference,
 * into the weights and bias of the convolution or fully connected node before them, where nothing else reads its output.
 * Weights that other nodes share stay as they are; the node gets its own. Sums are rounded elsewhere then: results are the
 * same within float32's precision.
 */
export function foldScales(graph: Graph): Graph {
  const folding = new Folding(graph);
  for (const node of graph.nodes) folding.fold(node);
  return folding.result();
}

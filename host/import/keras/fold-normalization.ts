import type { Graph } from "../../graph/graph.js";
import type { FusedActivation, Node, TensorIndex } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";

/** Axis of the output channel in the weights of the operators that a scale and an offset fold into. */
const channelAxes: Readonly<Record<string, number>> = { conv2d: 0, depthwiseConv2d: 3, fullyConnected: 0 };

const activationOf = (node: Node): FusedActivation | undefined =>
  (node.attributes as { activation?: FusedActivation }).activation;

interface Match {
  readonly producer: Node;
  readonly scaling: Node;
  readonly weights: Tensor;
  readonly bias: Tensor | undefined;
  readonly constant: Tensor;
  readonly channels: number;
}

/** A `mul` or `add` of a per-channel constant to what a foldable node computes for it alone, unactivated. */
function match(graph: Graph, scaling: Node): Match | undefined {
  if (scaling.operator !== "mul" && scaling.operator !== "add") return undefined;
  const [from, by] = scaling.inputs as [TensorIndex, TensorIndex];
  const constant = graph.tensors[by];
  if (!(constant?.data instanceof Float32Array)) return undefined;
  const producer = graph.nodes.find((node) => node.outputs[0] === from);
  if (producer === undefined || activationOf(producer) !== "none") return undefined;
  const axis = channelAxes[producer.operator];
  const weights = graph.tensors[producer.inputs[1] ?? -1];
  if (axis === undefined || !(weights?.data instanceof Float32Array)) return undefined;
  const channels = weights.shape[axis] as number;
  const perChannel =
    constant.shape.length <= 1 && (constant.data.length === channels || constant.data.length === 1);
  const readers = graph.nodes.filter((node) => node.inputs.includes(from)).length;
  if (!perChannel || readers !== 1 || graph.outputs.includes(from)) return undefined;
  return { producer, scaling, weights, bias: graph.tensors[producer.inputs[2] ?? -1], constant, channels };
}

function fold(graph: Graph, { producer, scaling, weights, bias, constant, channels }: Match): Graph {
  const values = constant.data as Float32Array;
  const by = (n: number): number => values[values.length === 1 ? 0 : n] as number;
  const multiplies = scaling.operator === "mul";
  const tensors = [...graph.tensors];
  const add = (tensor: Tensor): TensorIndex => tensors.push(tensor) - 1;

  const before = (bias?.data ?? new Float32Array(channels)) as Float32Array;
  const after = before.map((value, n) => (multiplies ? value * by(n) : value + by(n)));
  const needsBias = bias !== undefined || !multiplies;
  const newBias: Tensor = {
    name: bias?.name ?? `${producer.name}/bias`,
    dtype: "float32",
    shape: [channels],
    data: after,
  };

  let weightsIndex = producer.inputs[1] as TensorIndex;
  if (multiplies) {
    const inner = channelAxes[producer.operator] === 0 ? (weights.data as Float32Array).length / channels : 1;
    const data = (weights.data as Float32Array).map(
      (value, i) => value * by(Math.floor(i / inner) % channels),
    );
    weightsIndex = add({ ...weights, data });
  }
  const folded: Node = {
    ...producer,
    attributes: { ...producer.attributes, activation: activationOf(scaling) ?? "none" },
    inputs: [producer.inputs[0] as TensorIndex, weightsIndex, needsBias ? add(newBias) : -1],
    outputs: scaling.outputs,
  };
  const nodes = graph.nodes
    .filter((node) => node !== scaling)
    .map((node) => (node === producer ? folded : node));
  return { ...graph, tensors, nodes };
}

/**
 * Folds a multiplication and an addition of per-channel float32 constants, which is what batch normalization is
 * at inference, into the weights and bias of the convolution or fully connected node before them, where nothing
 * else reads its output. Weights that other nodes share stay as they are; the node gets its own.
 */
export function foldNormalization(graph: Graph): Graph {
  let result = graph;
  for (const scaling of graph.nodes) {
    const found = match(result, scaling);
    if (found !== undefined) result = fold(result, found);
  }
  return result;
}

import { dropUnusedTensors } from "../graph/drop-unused-tensors.js";
import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import type { Tensor, TensorData } from "../graph/tensor.js";
import { int8Parameters } from "../numerics/requantization.js";
import {
  type ChannelRange,
  channelRanges,
  isPadded,
  isWeighted,
  weightAt,
  weightedSize,
} from "./channel-ranges.js";

/** Channels to be removed, by tensor. */
type Removal = Map<TensorIndex, Set<number>>;

/**
 * Removes channels of int8 activations that are constant whatever the input, or that nothing reads: all-zero
 * filters, and filters whose activation is saturated over the whole range of their inputs. What a constant channel
 * adds to the sums of its readers goes into their bias, so that every output stays the same to the byte.
 */
export function removeChannels(graph: Graph): Graph {
  const ranges = channelRanges(graph);
  const removal = removableChannels(graph, ranges);
  if ([...removal.values()].every((channels) => channels.size === 0)) return graph;
  const tensors = graph.tensors.map((tensor, index) => withoutChannels(tensor, removal.get(index)));
  const nodes = graph.nodes.map((node) => rewrite(graph, node, removal, ranges, tensors));
  return dropUnusedTensors({ ...graph, tensors, nodes });
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Output channels that stand for input channel `c` of a node that keeps channels apart, or undefined for others. */
function followers(graph: Graph, node: Node): ((c: number) => number[]) | undefined {
  const { inputs, outputs } = bind(graph, node);
  const [from, to] = [inputs[0]?.shape.at(-1) ?? 1, outputs[0]?.shape.at(-1) ?? 1];
  if (node.operator === "averagePool2d" || node.operator === "maxPool2d") return (c) => [c];
  const copies = to / from;
  if (node.operator === "depthwiseConv2d" && isWeighted(graph, node)) {
    return (c) => range(copies).map((i) => c * copies + i);
  }
  const isFlat = outputs[0]?.shape.slice(0, -1).every((length) => length === 1);
  if (node.operator === "reshape" && Number.isInteger(copies) && (copies === 1 || isFlat)) {
    return (c) => range(copies).map((i) => i * from + c);
  }
  return undefined;
}

/** Largest set of channels that can go together: starts from all and drops what any reader or writer needs. */
function removableChannels(graph: Graph, ranges: ReadonlyMap<TensorIndex, readonly ChannelRange[]>): Removal {
  const removal: Removal = new Map();
  const channels = (index: TensorIndex): number => graph.tensors[index]?.shape.at(-1) ?? 1;
  for (const node of graph.nodes) {
    const output = node.outputs[0] as TensorIndex;
    const open =
      (isWeighted(graph, node) || followers(graph, node) !== undefined) && !graph.outputs.includes(output);
    removal.set(output, new Set(open ? range(channels(output)) : []));
  }
  const of = (index: TensorIndex): Set<number> => removal.get(index) ?? new Set();
  for (let changed = true; changed; ) {
    changed = false;
    const keep = (index: TensorIndex, needed: (c: number) => boolean): void => {
      for (const c of [...of(index)]) if (needed(c)) changed = of(index).delete(c) || changed;
    };
    for (const node of graph.nodes) {
      const follow = followers(graph, node);
      const [input, output] = [node.inputs[0] as TensorIndex, node.outputs[0] as TensorIndex];
      if (follow !== undefined) {
        keep(input, (c) => follow(c).some((n) => !of(output).has(n)));
        const gone = new Set([...of(input)].flatMap(follow));
        keep(output, (n) => !gone.has(n));
      } else if (isWeighted(graph, node)) {
        const absorbs = absorber(bind(graph, node), node.operator, ranges.get(input));
        keep(input, (c) => !absorbs(c));
      } else for (const index of node.inputs) keep(index, () => true);
    }
    for (const [index, set] of removal) {
      if (set.size > 0 && set.size === channels(index)) changed = set.delete(0) || changed;
    }
  }
  return removal;
}

/** Tells whether a convolution or a fully connected layer can do without an input channel. */
function absorber(
  node: BoundNode,
  operator: string,
  ranges: readonly ChannelRange[] | undefined,
): (channel: number) => boolean {
  const input = node.inputs[0] as Tensor;
  const count = input.shape.at(-1) as number;
  const { channels, depth } = weightedSize(node, operator);
  const { zeroPoint } = int8Parameters(input);
  return (channel) => {
    const { low, high } = ranges?.[channel] ?? { low: -128, high: 127 };
    if (low === high && (low === zeroPoint || !isPadded(node))) return true;
    for (let n = 0; n < channels; n++) {
      for (let k = channel; k < depth; k += count) if (weightAt(node, operator, n, k) !== 0) return false;
    }
    return true;
  };
}

function withoutChannels(tensor: Tensor, removed: ReadonlySet<number> | undefined): Tensor {
  if (removed === undefined || removed.size === 0) return tensor;
  const channels = tensor.shape.at(-1) as number;
  const shape = [...tensor.shape.slice(0, -1), channels - removed.size];
  const factors = tensor.channelFactors;
  if (factors === undefined) return { ...tensor, shape };
  const left = Array.from({ length: channels }, (_, n) => n).filter((n) => !removed.has(n));
  return { ...tensor, shape, channelFactors: left.map((n) => factors[n % factors.length] as number) };
}

/** A node with the removed channels taken out of its weights; new constants are appended to `tensors`. */
function rewrite(
  graph: Graph,
  node: Node,
  removal: Removal,
  ranges: ReadonlyMap<TensorIndex, readonly ChannelRange[]>,
  tensors: Tensor[],
): Node {
  const gone = (index: TensorIndex | undefined): ReadonlySet<number> =>
    (index === undefined ? undefined : removal.get(index)) ?? new Set();
  const [input, output] = [node.inputs[0], node.outputs[0]];
  const [goneIn, goneOut] = [gone(input), gone(output)];
  if (goneIn.size === 0 && goneOut.size === 0) return node;
  if (node.operator === "reshape") {
    const shape = tensors[output as TensorIndex]?.shape ?? [];
    return { ...node, attributes: { ...node.attributes, shape } };
  }
  if (!isWeighted(graph, node)) return node;
  const bound = bind(graph, node);
  const [from, weights, bias] = bound.inputs as readonly [Tensor, Tensor, Tensor | undefined];
  const { channels, depth } = weightedSize(bound, node.operator);
  const kept = range(channels).filter((n) => !goneOut.has(n));
  const depthwise = node.operator === "depthwiseConv2d";
  const inputChannels = from.shape.at(-1) as number;
  const inputsKept = range(depth).filter((k) => depthwise || !goneIn.has(k % inputChannels));
  const { zeroPoint } = int8Parameters(from);
  const constants = (input === undefined ? undefined : ranges.get(input)) ?? [];
  const biasOf = (n: number): number => {
    let sum = Number(bias?.data?.[n] ?? 0);
    for (let k = 0; k < depth && !depthwise; k++) {
      const channel = k % inputChannels;
      const value = constants[channel];
      if (!goneIn.has(channel) || value === undefined || value.low !== value.high) continue;
      sum += weightAt(bound, node.operator, n, k) * (value.low - zeroPoint);
    }
    return sum;
  };
  const data = Int8Array.from(
    depthwise
      ? inputsKept.flatMap((k) => kept.map((n) => weightAt(bound, node.operator, n, k)))
      : kept.flatMap((n) => inputsKept.map((k) => weightAt(bound, node.operator, n, k))),
  );
  const shape = depthwise
    ? [...weights.shape.slice(0, 3), kept.length]
    : [kept.length, ...weights.shape.slice(1, -1), inputChannels - goneIn.size];
  const add = (tensor: Tensor, values: TensorData): TensorIndex =>
    tensors.push({ ...tensor, data: values }) - 1;
  const weightsIndex = add({ ...weights, shape, quantization: sliceScales(weights, kept) }, data);
  const biasIndex = add(
    { name: bias?.name ?? `${weights.name}/bias`, dtype: "int32", shape: [kept.length] },
    Int32Array.from(kept, biasOf),
  );
  return { ...node, inputs: [input as TensorIndex, weightsIndex, biasIndex] };
}

function sliceScales(weights: Tensor, kept: readonly number[]): Tensor["quantization"] {
  const { quantization } = weights;
  if (quantization === undefined || quantization.scale.length === 1) return quantization;
  return {
    ...quantization,
    scale: kept.map((n) => quantization.scale[n] as number),
    zeroPoint: kept.map(() => 0),
  };
}

import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import {
  int8Parameters,
  multiplyByQuantizedMultiplier,
  multiplyOnce,
  quantizedActivationRange,
  quantizeMultiplier,
  roundsOnce,
} from "../numerics/requantization.js";
import type { ConvolutionAttributes } from "../ops/convolution/convolution.js";
import type { Pool2dAttributes } from "../ops/convolution/pool-2d.js";
import { rescaleFactor, weightsZeroPoint } from "../ops/weights.js";

/** Smallest and largest integer that a channel can hold. */
export interface ChannelRange {
  low: number;
  high: number;
}

/** Whether a node multiplies by constant int8 weights that channels can be told apart in. */
export function isWeighted(graph: Graph, node: Node): boolean {
  if (!["conv2d", "depthwiseConv2d", "fullyConnected"].includes(node.operator)) return false;
  const { inputs, outputs } = bind(graph, node);
  const [input, weights] = inputs as readonly [Tensor, Tensor];
  if (input.dtype !== "int8" || weights.data === undefined || outputs.length !== 1) return false;
  if (weightsZeroPoint(weights) !== 0) return false;
  const channels = { conv2d: weights.shape[3], fullyConnected: weights.shape[1] }[node.operator];
  return channels === undefined || input.shape.at(-1) === channels;
}

/** Weight of output channel `n` for the `k`-th of `depth` inputs, and the input channel that `k` stands for. */
export function weightAt(node: BoundNode, operator: string, n: number, k: number): number {
  const { shape, data } = node.inputs[1] as Tensor & { data: Int8Array };
  if (operator === "depthwiseConv2d") return data[k * (shape[3] as number) + n] as number;
  return data[n * (data.length / (shape[0] as number)) + k] as number;
}

/** Output channels, and inputs that each of them sums, of a weighted node. */
export function weightedSize(node: BoundNode, operator: string): { channels: number; depth: number } {
  const { shape, data } = node.inputs[1] as Tensor & { data: Int8Array };
  const channels = shape[operator === "depthwiseConv2d" ? 3 : 0] as number;
  return { channels, depth: data.length / channels };
}

/** Whether a node's windows reach over the input's border. */
export function isPadded(node: BoundNode): boolean {
  const { padding } = node.attributes as Partial<ConvolutionAttributes>;
  return padding !== undefined && padding.top + padding.bottom + padding.left + padding.right > 0;
}

/**
 * Ranges of the channels (last axis) of the int8 activations that weighted nodes and max or average pools write,
 * proven by interval arithmetic in the kernels' own integers. A channel of one value is constant.
 */
export function channelRanges(graph: Graph): ReadonlyMap<TensorIndex, readonly ChannelRange[]> {
  const ranges = new Map<TensorIndex, readonly ChannelRange[]>();
  const rangesOf = (index: TensorIndex): readonly ChannelRange[] =>
    ranges.get(index) ??
    Array.from({ length: graph.tensors[index]?.shape.at(-1) ?? 1 }, () => ({ low: -128, high: 127 }));
  for (const node of graph.nodes) {
    const [input, output] = [node.inputs[0] as TensorIndex, node.outputs[0] as TensorIndex];
    if (isWeighted(graph, node)) {
      ranges.set(output, weightedRanges(bind(graph, node), node.operator, rangesOf(input)));
    } else if (
      ["averagePool2d", "maxPool2d"].includes(node.operator) &&
      graph.tensors[input]?.dtype === "int8" &&
      graph.tensors[input].quantization !== undefined
    ) {
      const pool = bind(graph, node as Node<Pool2dAttributes>);
      ranges.set(output, pooledRanges(pool, rangesOf(input)));
    }
  }
  return ranges;
}

function weightedRanges(node: BoundNode, operator: string, inputs: readonly ChannelRange[]): ChannelRange[] {
  const [input, weights, bias] = node.inputs as readonly [Tensor, Tensor, Tensor | undefined];
  const output = node.outputs[0] as Tensor;
  const from = int8Parameters(input);
  const to = int8Parameters(output);
  const { activation } = node.attributes as ConvolutionAttributes;
  const limits = quantizedActivationRange(activation, output);
  const padded = isPadded(node);
  const { channels, depth } = weightedSize(node, operator);
  return Array.from({ length: channels }, (_, n) => {
    let low = Number(bias?.data?.[n] ?? 0);
    let high = low;
    for (let k = 0; k < depth; k++) {
      const channel =
        operator === "depthwiseConv2d" ? Math.floor((n * inputs.length) / channels) : k % inputs.length;
      const range = inputs[channel] as ChannelRange;
      const weight = weightAt(node, operator, n, k);
      const least = (padded ? Math.min(range.low, from.zeroPoint) : range.low) - from.zeroPoint;
      const most = (padded ? Math.max(range.high, from.zeroPoint) : range.high) - from.zeroPoint;
      low += Math.min(weight * least, weight * most);
      high += Math.max(weight * least, weight * most);
    }
    const product = operator === "fullyConnected" ? "matrix" : "convolution";
    const factor = quantizeMultiplier(rescaleFactor(product, { input, weights, output }, n));
    const multiply = roundsOnce(output) ? multiplyOnce : multiplyByQuantizedMultiplier;
    const finish = (sum: number): number =>
      Math.min(limits.high, Math.max(limits.low, multiply(sum, factor) + to.zeroPoint));
    const wraps = Math.max(-low, high) * 2 ** Math.max(0, factor.shift) >= 2 ** 31;
    return wraps ? { low: limits.low, high: limits.high } : { low: finish(low), high: finish(high) };
  });
}

function pooledRanges(node: BoundNode<Pool2dAttributes>, inputs: readonly ChannelRange[]): ChannelRange[] {
  const { activation, counted } = node.attributes;
  const { low, high } = quantizedActivationRange(activation, node.outputs[0] as Tensor);
  const clamp = (value: number): number => Math.min(high, Math.max(low, value));
  const { zeroPoint } = int8Parameters(node.inputs[0] as Tensor);
  return inputs.map((range) => ({
    low: clamp(counted === undefined ? range.low : Math.min(range.low, zeroPoint)),
    high: clamp(counted === undefined ? range.high : Math.max(range.high, zeroPoint)),
  }));
}

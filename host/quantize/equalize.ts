import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { FusedActivation, Node, TensorIndex } from "../graph/node.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { type ReduceAttributes, reducedAxes } from "../ops/reduction/reduce.js";
import { weightPositions } from "./quantize-graph.js";
import { type RunningGraph, writeSample } from "./running-graph.js";

/**
 * Activations whose channels can be scaled one by one without changing what the model computes: their writers' weights are
 * multiplied by the factors, their readers' divided.
 */
export interface ChannelGroup {
  /** Tensors that must be scaled alike; element i is of channel i % channels. */
  tensors: TensorIndex[];
  channels: number;
  /** Largest value that nodes let pass, as relu6 does; infinite where none limits it. */
  cap: number;
}

/** Largest values that activations which commute with positive factors let pass; undefined for others. */
const caps: Partial<Record<FusedActivation, number>> = {
  none: Number.POSITIVE_INFINITY,
  relu: Number.POSITIVE_INFINITY,
  relu6: 6,
};

/** A node that hands each channel on as it is, but for a cap; undefined for any other. */
function passedOn(graph: Graph, node: Node): { cap: number; inputs: TensorIndex[] } | undefined {
  const { attributes, inputs } = bind(graph, node);
  const fused = (attributes as { activation?: FusedActivation }).activation ?? "none";
  const cap = caps[fused];
  const output = tensorAt(graph, node.outputs[0] as TensorIndex);
  const alone = { cap: cap ?? 0, inputs: [node.inputs[0] as TensorIndex] };
  if (cap === undefined) return undefined;
  switch (node.operator) {
    case "relu":
      return alone;
    case "relu6":
      return { ...alone, cap: 6 };
    case "maxPool2d":
    case "averagePool2d":
      return alone;
    case "mean": {
      const { reduced } = reducedAxes(bind<ReduceAttributes>(graph, node as Node<ReduceAttributes>));
      return reduced.at(-1) ? undefined : alone;
    }
    case "pad":
      return (attributes as { value: number }).value === 0 && output.shape.at(-1) === inputs[0]?.shape.at(-1)
        ? alone
        : undefined;
    case "reshape":
      return (output.shape.at(-1) ?? 1) % (inputs[0]?.shape.at(-1) ?? 1) === 0 ? alone : undefined;
    case "add": {
      const same = inputs.every((tensor) => tensor?.shape.join() === output.shape.join());
      return same && inputs.every((tensor) => tensor?.data === undefined)
        ? { cap, inputs: [...node.inputs] }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a node's weights can be scaled by output and input channels. */
function isScalable(graph: Graph, node: Node): boolean {
  const { weights } = weightPositions(graph, node);
  return weights !== undefined && ["conv2d", "depthwiseConv2d", "fullyConnected"].includes(node.operator);
}

/** Sets of tensors that are scaled alike, or not at all. */
class Sets {
  private readonly parents: number[];
  private readonly capOf: number[];
  private readonly periods: (number | undefined)[];
  private readonly fixed: boolean[];

  constructor(count: number) {
    this.parents = [...Array(count).keys()];
    this.capOf = new Array<number>(count).fill(Number.POSITIVE_INFINITY);
    this.periods = new Array<number | undefined>(count).fill(undefined);
    this.fixed = new Array<boolean>(count).fill(false);
  }

  root(index: TensorIndex): TensorIndex {
    let root = index;
    while (this.parents[root] !== root) root = this.parents[root] as number;
    return root;
  }

  /** Says that tensors cannot be scaled. */
  fix(indices: readonly TensorIndex[]): void {
    for (const index of indices) if (index >= 0) this.fixed[this.root(index)] = true;
  }

  limit(index: TensorIndex, cap: number): void {
    const root = this.root(index);
    this.capOf[root] = Math.min(this.capOf[root] as number, cap);
  }

  /** Says how many channels a tensor has; those of a set that differ in this cannot be scaled. */
  count(index: TensorIndex, channels: number): void {
    const root = this.root(index);
    const known = this.periods[root];
    if (known !== undefined && known !== channels) this.fixed[root] = true;
    this.periods[root] = channels;
  }

  tie(a: TensorIndex, b: TensorIndex): void {
    const [from, to] = [this.root(a), this.root(b)];
    if (from === to) return;
    this.parents[from] = to;
    this.limit(to, this.capOf[from] as number);
    if (this.fixed[from]) this.fixed[to] = true;
    const channels = this.periods[from];
    if (channels !== undefined) this.count(to, channels);
  }

  groups(written: readonly TensorIndex[]): ChannelGroup[] {
    const members = new Map<TensorIndex, TensorIndex[]>();
    for (const index of written)
      members.set(this.root(index), [...(members.get(this.root(index)) ?? []), index]);
    return [...members].flatMap(([root, tensors]) => {
      const channels = this.periods[root];
      return channels === undefined || this.fixed[root]
        ? []
        : [{ tensors, channels, cap: this.capOf[root] as number }];
    });
  }
}

/** All groups of activations whose channels can be scaled: between weighted nodes, through what hands channels on. */
export function channelGroups(graph: Graph): ChannelGroup[] {
  const sets = new Sets(graph.tensors.length);
  sets.fix([...graph.inputs, ...graph.outputs]);
  const uses = new Map<TensorIndex, number>();
  for (const { inputs } of graph.nodes)
    for (const index of inputs) uses.set(index, (uses.get(index) ?? 0) + 1);
  const written: TensorIndex[] = [];
  for (const node of graph.nodes) {
    written.push(...node.outputs);
    const [input, output] = [node.inputs[0] as TensorIndex, node.outputs[0] as TensorIndex];
    if (isScalable(graph, node)) {
      const { weights, bias, axis } = weightPositions(graph, node);
      const cap = caps[(node.attributes as { activation: FusedActivation }).activation];
      const constants = [weights, bias].flatMap((at) =>
        at === undefined ? [] : [node.inputs[at] as number],
      );
      const alone = constants.every((index) => uses.get(index) === 1);
      const hasBias = (node.inputs[2] ?? -1) < 0 || bias !== undefined;
      if (cap === undefined || !alone || !hasBias) sets.fix([input, output]);
      sets.limit(output, cap ?? 0);
      sets.count(output, tensorAt(graph, node.inputs[weights as number] as number).shape[axis] as number);
      continue;
    }
    const passed = passedOn(graph, node);
    if (passed === undefined) {
      sets.fix([...node.inputs, ...node.outputs]);
      continue;
    }
    for (const index of passed.inputs) sets.tie(index, output);
    sets.limit(output, passed.cap);
  }
  return sets.groups(written);
}

/** Largest magnitude of each channel of each tensor of some groups, on samples: [group][tensor][channel]. */
export function channelMaxima(
  running: RunningGraph,
  groups: readonly ChannelGroup[],
  samples: readonly (readonly Float32Array[])[],
): Float64Array[][] {
  const maxima = groups.map(({ tensors, channels }) => tensors.map(() => new Float64Array(channels)));
  running.reset();
  for (const sample of samples) {
    writeSample(running, sample);
    running.run();
    for (const [g, { tensors, channels }] of groups.entries())
      for (const [t, index] of tensors.entries()) {
        const most = maxima[g]?.[t] as Float64Array;
        const values = running.reals(index);
        for (let i = 0; i < values.length; i++) {
          const size = Math.abs(values[i] as number);
          if (size > (most[i % channels] as number)) most[i % channels] = size;
        }
      }
  }
  return maxima;
}

/** No channel is made more than this much larger: what is nearly silent on samples need not be so elsewhere. */
const mostFactor = 16;

/**
 * Factors that bring a group's channels nearer to one range: (range of the tensor / range of the channel)^strength, the
 * channel measured where it fills the range of its tensor most; silent channels stay, and so does a channel that a cap
 * would cut.
 *
 * @param maxima [tensor][channel]
 * @param strength 0 for none, 1 for ranges that are all alike
 * @param room how much larger a channel may become than samples show, as a factor, before it is the one that fills the range
 */
export function channelFactors(
  { channels, cap }: ChannelGroup,
  maxima: readonly Float64Array[],
  strength: number,
  room: number,
): Float64Array {
  const used = new Float64Array(channels);
  const most = new Float64Array(channels);
  for (const values of maxima) {
    const whole = values.reduce((a, b) => Math.max(a, b), 0);
    for (let c = 0; c < channels; c++) {
      const value = values[c] as number;
      if (whole > 0) used[c] = Math.max(used[c] as number, Math.min(1, (room * value) / whole));
      most[c] = Math.max(most[c] as number, value);
    }
  }
  return used.map((part, c) => {
    if (part === 0) return 1;
    const factor = Math.min(mostFactor, part ** -strength);
    return Math.max(1, Math.min(factor, cap / (most[c] as number)));
  });
}

/** Weights with each element multiplied by what `factorAt` says of its place. */
function scaled(tensor: Tensor, factorAt: (place: number) => number): Tensor {
  const data = tensor.data as Float32Array;
  return { ...tensor, data: Float32Array.from(data, (value, i) => value * factorAt(i)) };
}

/** Input channel of each place of a node's weights, in the order of the input's last axis. */
function inputChannel(node: Node, weights: Tensor, inputChannels: number): (place: number) => number {
  if (node.operator === "fullyConnected") return (place) => place % (weights.shape[1] as number);
  const outputs = weights.shape[node.operator === "conv2d" ? 0 : 3] as number;
  if (node.operator === "depthwiseConv2d")
    return (place) => Math.floor((place % outputs) / (outputs / inputChannels));
  const own = weights.shape[3] as number;
  const depth = elementCount(weights.shape.slice(1));
  const perGroup = outputs / (inputChannels / own);
  return (place) => Math.floor(Math.floor(place / depth) / perGroup) * own + (place % own);
}

/**
 * Cross-layer equalization: a graph that computes the same, but whose channels are scaled by factors. Source: Nagel et al.,
 * "Data-free quantization through weight equalization and bias correction", 2019, which equalizes weights; here it is
 * activations, since weights have scales of their own for each output.
 *
 * @param factors [group][channel], positive
 */
export function scaleChannels(
  graph: Graph,
  groups: readonly ChannelGroup[],
  factors: readonly Float64Array[],
): Graph {
  const factorsOf = new Map<TensorIndex, Float64Array>();
  for (const [g, { tensors }] of groups.entries())
    for (const index of tensors) factorsOf.set(index, factors[g] as Float64Array);
  const tensors = graph.tensors.map((tensor, index) => {
    const channelFactors = factorsOf.get(index);
    return channelFactors === undefined ? tensor : { ...tensor, channelFactors: [...channelFactors] };
  });
  for (const node of graph.nodes) {
    if (!isScalable(graph, node)) continue;
    const { weights: position, bias, axis } = weightPositions(graph, node);
    const index = node.inputs[position as number] as TensorIndex;
    const [input, output] = [node.inputs[0] as TensorIndex, node.outputs[0] as TensorIndex];
    const [before, after] = [factorsOf.get(input), factorsOf.get(output)];
    const weights = tensors[index] as Tensor;
    const inner = elementCount(weights.shape.slice(axis + 1));
    const outputs = weights.shape[axis] as number;
    const channelAt = inputChannel(node, weights, tensorAt(graph, input).shape.at(-1) as number);
    tensors[index] = scaled(weights, (place) => {
      const up = after?.[Math.floor(place / inner) % outputs] ?? 1;
      const down = before === undefined ? 1 : (before[channelAt(place) % before.length] as number);
      return up / down;
    });
    const biasIndex = bias === undefined ? -1 : (node.inputs[bias] as TensorIndex);
    if (after !== undefined && biasIndex >= 0)
      tensors[biasIndex] = scaled(tensors[biasIndex] as Tensor, (n) => after[n] as number);
  }
  return { ...graph, tensors };
}

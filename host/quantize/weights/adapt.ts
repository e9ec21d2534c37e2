import { bind, type Graph, tensorAt } from "../../graph/graph.js";
import type { Node, TensorIndex } from "../../graph/node.js";
import { perTensor, type Tensor, tensorBytes } from "../../graph/tensor.js";
import { evenly } from "../find-ranges.js";
import type { QuantizedGraph } from "../quantize-graph.js";
import { weightPositions } from "../quantize-graph.js";
import type { OpenGraph, RunningGraph } from "../running-graph.js";
import {
  bestDelta,
  type Damped,
  damp,
  MomentSums,
  type Moments,
  quadraticError,
  roundAdaptively,
} from "./fit.js";
import { KeptActivations } from "./kept-activations.js";
import { type Patches, patchesOf } from "./patches.js";
import {
  type IntegerWeights,
  integerWeights,
  leastForBias,
  quantizeBias,
  type WeightedInput,
  weightLimits,
} from "./quantize-weights.js";

/** Patches that a node's weights are fitted on: at most, at least where there are so many, and for each weight of an output. */
const patchLimits = { most: 4096, least: 512, perWeight: 4 } as const;

/** Weights of an output above which they are only rounded to the nearest: sums over all pairs would take too much. */
const depthLimit = 1024;

/** Bytes of activations that are kept at once. */
const keptBytes = 2 ** 28;

/** How strongly weights are held to the original ones, as parts of the inputs' mean variance: chosen by measured error. */
const dampings = [0.003, 0.03, 0.3, 3] as const;

/** Parts of a channel's largest weight that its scale is made for: with few steps it pays to leave out the largest. */
const clips = { int8: [1], int4: [1, 0.9, 0.8, 0.7, 0.6] } as const;

/** What a node's weights become: integers and their scales by output. */
interface Fitted {
  /** [groups][outputs]: integers of an output's weights. */
  codes: Float64Array[][];
  scales: number[][];
}

/** A node whose weights are fitted, with the sums that tell how. */
class Fitting {
  readonly patches: Patches;
  private readonly weights: Float32Array;
  private readonly kind: IntegerWeights;
  private readonly input: WeightedInput;
  private readonly bias: ArrayLike<number>;
  /** By group: sums over every second sample, and over the others. */
  private readonly sums: (readonly [MomentSums, MomentSums])[];

  constructor(
    patches: Patches,
    weights: Float32Array,
    bias: ArrayLike<number>,
    input: WeightedInput,
    kind: IntegerWeights,
  ) {
    this.patches = patches;
    this.weights = weights;
    this.bias = bias;
    this.input = input;
    this.kind = kind;
    const { groups, depth, outputs } = patches;
    this.sums = Array.from({ length: groups }, () => [
      new MomentSums(depth, outputs),
      new MomentSums(depth, outputs),
    ]);
  }

  /** Adds patches of a sample: positions `step` apart, of the input as the quantized model has it and the float model. */
  add(
    quantized: Float32Array,
    float: Float32Array,
    positions: readonly number[],
    half: (i: number) => 0 | 1,
  ): void {
    const { groups, depth, outputs, read, weightAt } = this.patches;
    const [x, difference, missing] = [
      new Float64Array(depth),
      new Float64Array(depth),
      new Float64Array(outputs),
    ];
    for (const [i, position] of positions.entries()) {
      for (let group = 0; group < groups; group++) {
        read(quantized, position, group, x);
        read(float, position, group, difference);
        let equal = true;
        for (let k = 0; k < depth; k++) {
          difference[k] = (difference[k] as number) - (x[k] as number);
          equal &&= difference[k] === 0;
        }
        for (let n = 0; n < outputs; n++) {
          let sum = 0;
          if (!equal)
            for (let k = 0; k < depth; k++)
              sum += (this.weights[weightAt(group, n, k)] as number) * (difference[k] as number);
          missing[n] = sum;
        }
        (this.sums[group] as readonly [MomentSums, MomentSums])[half(i)].add(x, missing);
      }
    }
  }

  private original(group: number, output: number): Float64Array {
    const { depth, weightAt } = this.patches;
    return Float64Array.from({ length: depth }, (_, k) => this.weights[weightAt(group, output, k)] as number);
  }

  private scaleFor(target: Float64Array, clip: number, bias: number): number {
    let most = 0;
    for (const value of target) most = Math.max(most, Math.abs(value));
    const least = this.input.bias === "int32" ? leastForBias(bias, this.input.scale) : 0;
    return Math.max(Math.fround((most * clip) / weightLimits[this.kind]), least);
  }

  private readonly snap = (_: number, value: number): number => {
    const limit = weightLimits[this.kind];
    return Math.min(limit, Math.max(-limit, Math.round(value)));
  };

  /** An output's weights with the least error of some clips; undefined for zeros, whose scale says nothing. */
  private fitOutput(
    group: number,
    output: number,
    damped: Damped | undefined,
    moments: Moments,
  ): { codes: Float64Array; scale: number } | undefined {
    const original = this.original(group, output);
    const target = original.slice();
    if (damped !== undefined) {
      const delta = bestDelta(damped, output);
      for (let k = 0; k < target.length; k++) target[k] = (target[k] as number) + (delta[k] as number);
    }
    let best: { codes: Float64Array; scale: number } | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const clip of clips[this.kind]) {
      const scale = this.scaleFor(target, clip, this.bias[group * this.patches.outputs + output] ?? 0);
      if (!(scale > 0) || !target.some((value) => value !== 0)) return undefined;
      const codes =
        damped === undefined
          ? target.map((value) => this.snap(0, value / scale))
          : roundAdaptively(damped, output, original, target, scale, this.snap);
      const error = quadraticError(moments, output, differences(codes, scale, original));
      if (error >= least) continue;
      [best, least] = [{ codes, scale }, error];
    }
    return best;
  }

  /** Weights fitted with some damping on half of the samples, or all: nearest ones for `undefined`. */
  private fit(damping: number | undefined, moments: readonly Moments[], given: Fitted): Fitted {
    const fitted: Fitted = { codes: [], scales: [] };
    for (const [group, own] of moments.entries()) {
      const damped = damping === undefined ? undefined : damp(own, damping);
      const outputs = Array.from({ length: this.patches.outputs }, (_, n) => {
        const found = this.fitOutput(group, n, damped, own);
        return (
          found ?? {
            codes: given.codes[group]?.[n] as Float64Array,
            scale: given.scales[group]?.[n] as number,
          }
        );
      });
      fitted.codes.push(outputs.map(({ codes }) => codes));
      fitted.scales.push(outputs.map(({ scale }) => scale));
    }
    return fitted;
  }

  private errorOf({ codes, scales }: Fitted, moments: readonly Moments[]): number {
    let error = 0;
    for (const [group, own] of moments.entries())
      for (let n = 0; n < this.patches.outputs; n++) {
        const delta = differences(
          codes[group]?.[n] as Float64Array,
          scales[group]?.[n] as number,
          this.original(group, n),
        );
        error += quadraticError(own, n, delta);
      }
    return error;
  }

  /**
   * The best weights: with each damping they are fitted on half of the samples and judged on the other half; with the one
   * that does best there, or to the nearest if none does better, they are fitted on all.
   *
   * @param given the weights as they are
   * @returns them, and by how much the bias moves
   */
  best(given: Fitted): Fitted & { shift: number[] } {
    const halves = [0, 1].map((half) => this.sums.map((pair) => (pair[half] as MomentSums).centered()));
    const all = this.sums.map(([a, b]) => MomentSums.add(a, b).centered());
    const [fitOn = [], judgeOn = []] = halves;
    const candidates = [undefined, ...dampings];
    const errors = candidates.map((damping) => this.errorOf(this.fit(damping, fitOn, given), judgeOn));
    const damping = candidates[errors.indexOf(Math.min(...errors))];
    const fitted = this.fit(damping, all, given);
    const shift = all.flatMap(({ meanInput, meanMissing }, group) =>
      Array.from({ length: this.patches.outputs }, (_, n) => {
        const scale = fitted.scales[group]?.[n] as number;
        const delta = differences(fitted.codes[group]?.[n] as Float64Array, scale, this.original(group, n));
        let sum = meanMissing[n] as number;
        for (let k = 0; k < delta.length; k++) sum -= (delta[k] as number) * (meanInput[k] as number);
        return sum;
      }),
    );
    return { ...fitted, shift };
  }
}

/** Weights of integers less the original ones. */
function differences(codes: Float64Array, scale: number, original: Float64Array): Float64Array {
  return original.map((value, k) => (codes[k] as number) * scale - value);
}

/** Positions of a sample's patches that are looked at: spread evenly, others for each sample. */
function positionsOf({ positions }: Patches, wanted: number, sample: number): number[] {
  const count = Math.min(positions, Math.max(1, wanted));
  const step = positions / count;
  const start = (sample * 0.6180339887498949) % 1;
  return Array.from({ length: count }, (_, i) => Math.floor((i + start) * step));
}

/** Bytes that nodes to come need of one sample, at most at once. */
function liveBytes({ tensors, nodes, inputs }: Graph): number {
  const last = new Map<TensorIndex, number>();
  for (const [at, node] of nodes.entries()) for (const index of node.inputs) last.set(index, at);
  let [alive, most] = [0, 0];
  const bytes = (index: TensorIndex): number => {
    const tensor = tensors[index];
    return tensor === undefined || tensor.data !== undefined || !last.has(index) ? 0 : tensorBytes(tensor);
  };
  for (const index of inputs) alive += bytes(index);
  for (const [at, node] of nodes.entries()) {
    for (const index of node.outputs) alive += bytes(index);
    most = Math.max(most, alive);
    for (const index of new Set(node.inputs)) if (last.get(index) === at) alive -= bytes(index);
  }
  return most;
}

/** The weights of a quantized node, as the fit has them. */
function givenWeights({ groups, outputs, depth, weightAt }: Patches, { data, quantization }: Tensor): Fitted {
  const scale = quantization?.scale as readonly number[];
  const each = <T>(make: (group: number, n: number) => T): T[][] =>
    Array.from({ length: groups }, (_, group) => Array.from({ length: outputs }, (_, n) => make(group, n)));
  return {
    codes: each((group, n) =>
      Float64Array.from({ length: depth }, (_, k) => Number(data?.[weightAt(group, n, k)])),
    ),
    scales: each((group, n) => scale[group * outputs + n] as number),
  };
}

/** How the sums of a quantized node's weights count. */
function weightedInput(input: Tensor, bias: Tensor): WeightedInput {
  if (input.dtype === "float32") return { scale: 1, bias: "float32" };
  return { scale: perTensor(input)?.scale ?? 1, bias: bias.dtype === "int64" ? "int64" : "int32" };
}

/**
 * Adaptive rounding: goes through a quantized graph from its inputs on, and gives each convolution and fully connected layer
 * the integer weights and the bias with which, from inputs as the quantized model has them, it comes nearest to what the
 * float model computes. So it makes up for errors before it as far as they go together with its inputs. On samples of the
 * calibration; nodes whose weights others read, too, and graphs with variables keep the nearest weights.
 *
 * @param float the float graph that `quantized` was made from; its weighted nodes have a bias
 * @returns the graph with other weights
 */
export async function adaptWeights(
  float: Graph,
  { graph, origins }: QuantizedGraph,
  samples: readonly (readonly Float32Array[])[],
  open: OpenGraph,
  progress: (done: number, of: number) => void = () => {},
): Promise<Graph> {
  if ((float.variables ?? []).length > 0) return graph;
  const most = Math.max(1, Math.floor(keptBytes / (liveBytes(float) + liveBytes(graph) + 1)));
  const used = evenly(samples, most);
  const [reference, candidate] = [await open(float), await open(graph)];
  const [wanted, found] = [new KeptActivations(reference, used), new KeptActivations(candidate, used)];
  const tensors = [...graph.tensors];
  const uses = new Map<TensorIndex, number>();
  for (const node of graph.nodes)
    for (const index of node.inputs) uses.set(index, (uses.get(index) ?? 0) + 1);
  let next = 0;
  for (const [at, node] of graph.nodes.entries()) {
    const origin = origins[at];
    if (origin !== undefined) {
      for (; next < origin; next++) wanted.runNode(next);
      const adapted = adaptNode(
        { float, reference, candidate, wanted, found, uses },
        node,
        at,
        origin,
        used.length,
      );
      for (const [index, tensor] of adapted) {
        tensors[index] = tensor;
        candidate.replace(index, tensor);
      }
    }
    found.runNode(at);
    progress(at + 1, graph.nodes.length);
  }
  return { ...graph, tensors };
}

interface Adapting {
  float: Graph;
  reference: RunningGraph;
  candidate: RunningGraph;
  wanted: KeptActivations;
  found: KeptActivations;
  uses: ReadonlyMap<TensorIndex, number>;
}

/** Other weights and bias for a node, by tensor index; none where it has none that can be fitted. */
function adaptNode(
  { float, reference, candidate, wanted, found, uses }: Adapting,
  node: Node,
  at: number,
  origin: number,
  samples: number,
): [TensorIndex, Tensor][] {
  const original = float.nodes[origin] as Node;
  const positions = weightPositions(float, original);
  const patches = patchesOf(original.operator, bind(float, original));
  if (patches === undefined || positions.weights === undefined || positions.bias === undefined) return [];
  const [weightsIndex, biasIndex] = [node.inputs[positions.weights], node.inputs[positions.bias]];
  if (weightsIndex === undefined || biasIndex === undefined) return [];
  const [weights, bias] = [candidate.graph.tensors[weightsIndex], candidate.graph.tensors[biasIndex]];
  if (weights?.dtype !== "int8" || bias?.data === undefined || patches.depth > depthLimit) return [];
  if (uses.get(weightsIndex) !== 1 || uses.get(biasIndex) !== 1) return [];
  const [input, floatInput] = [node.inputs[0] as TensorIndex, original.inputs[0] as TensorIndex];
  const floatWeights = tensorAt(float, original.inputs[positions.weights] as TensorIndex);
  const floatBias = tensorAt(float, original.inputs[positions.bias] as TensorIndex);
  const takes = weightedInput(tensorAt(candidate.graph, input), bias);
  const kind = weights.stored === "int4" ? "int4" : "int8";
  const biasValues = floatBias.data as Float32Array;
  const fitting = new Fitting(patches, floatWeights.data as Float32Array, biasValues, takes, kind);
  const wish = Math.min(patchLimits.most, Math.max(patchLimits.least, patchLimits.perWeight * patches.depth));
  for (let sample = 0; sample < samples; sample++) {
    found.load(at, sample);
    wanted.load(origin, sample);
    const chosen = positionsOf(patches, Math.ceil(wish / samples), sample);
    const half = (i: number): 0 | 1 => ((samples > 1 ? sample : i) % 2) as 0 | 1;
    fitting.add(candidate.reals(input), reference.reals(floatInput), chosen, half);
  }
  const { codes, scales, shift } = fitting.best(givenWeights(patches, weights));
  const data = new Int8Array(floatWeights.data?.length ?? 0);
  for (const [group, outputs] of codes.entries())
    for (const [n, own] of outputs.entries())
      for (let k = 0; k < patches.depth; k++) data[patches.weightAt(group, n, k)] = own[k] as number;
  const scale = scales.flat();
  const moved = Float32Array.from(biasValues, (value, n) => value + (shift[n] as number));
  return [
    [
      weightsIndex,
      integerWeights({ ...floatWeights, name: weights.name }, data, scale, positions.axis, kind),
    ],
    [biasIndex, quantizeBias({ ...floatBias, name: bias.name }, moved, scale, takes)],
  ];
}

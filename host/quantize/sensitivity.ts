import { bind, type Graph } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import { macsOf } from "../ops/macs.js";
import { weightMatrix } from "../ops/weight-matrix.js";
import { parametersOf, throughCodes } from "./affine-parameters.js";
import { evenly } from "./find-ranges.js";
import { changeEach, measuredTensors, type Noise, noiseOf, relativeNoise } from "./output-noise.js";
import { isAsInput } from "./parameter-groups.js";
import { type KnownRanges, weightPositions } from "./quantize-graph.js";
import type { SampleList } from "./quantize-model.js";
import { type OpenGraph, writeSample } from "./running-graph.js";
import type { WeightKind } from "./scheme.js";
import type { IntegerWeights } from "./weights/codebook.js";
import { quantizeWeights } from "./weights/quantize-weights.js";

/** Multiply-accumulates that may be spent on it, and samples at most. */
const effort = { macs: 4e9, samples: 16 } as const;

/** As many samples as a graph can be run on so many times. */
function affordable(samples: SampleList, float: Graph, runs: number): SampleList {
  const count = Math.floor(effort.macs / (runs * (macsOf(float) + 1)));
  return evenly(samples, Math.min(effort.samples, Math.max(2, count)));
}

/** What rounding a node's weights to each kind costs, when all else is float32. */
export interface Sensitivity {
  /** Number of the node in the float graph. */
  node: number;
  /** Noise at the outputs before a final softmax or sigmoid, relative to their signal. */
  errors: ReadonlyMap<WeightKind, number>;
}

/**
 * Measures on samples how much the outputs of a float graph change when the weights of one node are rounded to the nearest of
 * a kind, node by node: what a search adds up instead of quantizing each combination.
 *
 * @param kinds to try
 */
export async function weightSensitivities(
  float: Graph,
  samples: SampleList,
  open: OpenGraph,
  kinds: readonly IntegerWeights[],
): Promise<Sensitivity[]> {
  const weighted = float.nodes.flatMap((node, at) => {
    const { weights, axis } = weightPositions(float, node);
    const matrix = weightMatrix(node.operator, bind(float, node));
    return weights === undefined || matrix === undefined
      ? []
      : [{ at, index: node.inputs[weights] as TensorIndex, axis, matrix }];
  });
  const used = affordable(samples, float, weighted.length * kinds.length + 1);
  const running = await open(float);
  const measured = measuredTensors(float);
  const overSamples = <T>(of: (sample: number) => T): T[] => {
    running.reset();
    return used.map((sample, i) => {
      writeSample(running, sample);
      running.run();
      return of(i);
    });
  };
  const wanted = overSamples(() => measured.map((index) => running.reals(index).slice()));
  return weighted.map(({ at, index, axis, matrix }) => {
    const given = float.tensors[index] as Tensor;
    const errors = new Map<WeightKind, number>();
    for (const kind of kinds) {
      const rounded = quantizeWeights(given, axis, undefined, { scale: 1, bias: "float32" }, kind, matrix);
      running.replace(index, { ...given, data: realValues(rounded.weights) as Float32Array });
      errors.set(
        kind,
        relativeNoise(overSamples((i) => noiseOf(running, measured, wanted[i] as Float32Array[]))),
      );
    }
    running.replace(index, given);
    return { node: at, errors };
  });
}

/**
 * Measures on samples how much the outputs of a float graph change when what one node writes goes through int8, node by
 * node: which activations are worth more bits.
 *
 * @param ranges of int8, by tensor
 * @returns noise at the outputs before a final softmax or sigmoid, relative to their signal, by node; 0 of a node that takes
 * its input's codes over
 */
export async function activationSensitivities(
  float: Graph,
  ranges: KnownRanges["int8"],
  samples: SampleList,
  open: OpenGraph,
): Promise<number[]> {
  const used = affordable(samples, float, float.nodes.length);
  const running = await open(float);
  const measured = measuredTensors(float);
  const parts = float.nodes.map((): Noise[] => []);
  changeEach(running, used, measured, (wanted, state) => {
    // From the last node on: what is before it is as it was.
    for (let at = float.nodes.length - 1; at >= 0; at--) {
      const node = float.nodes[at] as Node;
      if (isAsInput(node)) continue;
      running.writeState(state);
      if (state.length > 0) running.run(0, at + 1);
      for (const index of node.outputs) {
        const range = ranges[index];
        if (range === undefined || float.tensors[index]?.dtype !== "float32") continue;
        const values = running.reals(index);
        values.set(throughCodes(values, parametersOf(range, "int8"), "int8"));
      }
      running.run(at + 1);
      parts[at]?.push(noiseOf(running, measured, wanted));
    }
  });
  return parts.map(relativeNoise);
}

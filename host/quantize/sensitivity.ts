import { bind, type Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import { macsOf } from "../ops/macs.js";
import { weightMatrix } from "../ops/weight-matrix.js";
import { evenly, measuredTensors, writeSample } from "./find-ranges.js";
import { weightPositions } from "./quantize-graph.js";
import type { SampleList } from "./quantize-model.js";
import type { OpenGraph } from "./running-graph.js";
import type { WeightKind } from "./scheme.js";
import type { IntegerWeights } from "./weights/codebook.js";
import { quantizeWeights } from "./weights/quantize-weights.js";

/** Multiply-accumulates that may be spent on it, and samples at most. */
const effort = { macs: 1e10, samples: 16 } as const;

/** What rounding a node's weights to each kind costs, when all else is float32. */
export interface Sensitivity {
  /** Number of the node in the float graph. */
  node: number;
  /** Noise at the outputs before a final softmax or sigmoid, relative to their signal. */
  errors: ReadonlyMap<WeightKind, number>;
}

/** Noise and signal of a graph's measured tensors over samples, against what they were. */
function noiseOf(
  found: readonly Float32Array[],
  wanted: readonly Float32Array[],
): { noise: number; signal: number } {
  let [noise, signal] = [0, 0];
  for (const [i, values] of wanted.entries())
    for (let k = 0; k < values.length; k++) {
      noise += ((values[k] as number) - (found[i]?.[k] as number)) ** 2;
      signal += (values[k] as number) ** 2;
    }
  return { noise, signal };
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
  const runs = weighted.length * kinds.length + 1;
  const count = Math.min(effort.samples, Math.max(2, Math.floor(effort.macs / (runs * (macsOf(float) + 1)))));
  const used = evenly(samples, count);
  const running = await open(float);
  const measured = measuredTensors(float);
  const outputs = (): Float32Array[][] => {
    running.reset();
    return used.map((sample) => {
      writeSample(running, sample);
      running.run();
      return measured.map((index) => running.reals(index).slice());
    });
  };
  const wanted = outputs();
  return weighted.map(({ at, index, axis, matrix }) => {
    const given = float.tensors[index] as Tensor;
    const errors = new Map<WeightKind, number>();
    for (const kind of kinds) {
      const rounded = quantizeWeights(given, axis, undefined, { scale: 1, bias: "float32" }, kind, matrix);
      running.replace(index, { ...given, data: realValues(rounded.weights) as Float32Array });
      const found = outputs();
      let [noise, signal] = [0, 0];
      for (const [i, own] of found.entries()) {
        const part = noiseOf(own, wanted[i] as Float32Array[]);
        noise += part.noise;
        signal += part.signal;
      }
      errors.set(kind, noise / (signal || 1));
    }
    running.replace(index, given);
    return { node: at, errors };
  });
}

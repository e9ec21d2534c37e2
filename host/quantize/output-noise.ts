import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import type { RunningGraph } from "./running-graph.js";

/** Tensors whose values tell how well a model does: its outputs, or what goes into a softmax or sigmoid that ends it. */
export function measuredTensors({ nodes, outputs, tensors }: Graph): TensorIndex[] {
  const writers = new Map(nodes.flatMap((node) => node.outputs.map((index) => [index, node] as const)));
  const ends = ["softmax", "logSoftmax", "logistic", "reshape"];
  return outputs.flatMap((output) => {
    let index = output;
    for (let node = writers.get(index); node !== undefined && ends.includes(node.operator); ) {
      index = node.inputs[0] as TensorIndex;
      node = writers.get(index);
    }
    return tensors[index]?.dtype === "float32" ? [index] : [];
  });
}

/** Sums of squares: of differences, and of what it should be. */
export interface Noise {
  noise: number;
  signal: number;
}

/** How far tensors of a graph that has run are from what they should be. */
export function noiseOf(
  running: RunningGraph,
  measured: readonly TensorIndex[],
  wanted: readonly Float32Array[],
): Noise {
  let [noise, signal] = [0, 0];
  for (const [i, index] of measured.entries()) {
    const [found, expected] = [running.reals(index), wanted[i] as Float32Array];
    for (let k = 0; k < found.length; k++) {
      noise += ((found[k] as number) - (expected[k] as number)) ** 2;
      signal += (expected[k] as number) ** 2;
    }
  }
  return { noise, signal };
}

/** Noise relative to the signal, of all samples together. */
export function relativeNoise(parts: readonly Noise[]): number {
  const sum = (of: (part: Noise) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return sum(({ noise }) => noise) / (sum(({ signal }) => signal) || 1);
}

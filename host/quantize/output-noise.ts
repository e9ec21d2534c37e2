import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { type RunningGraph, writeSample } from "./running-graph.js";

/** Operators between what is measured and an output; the last two a quantized graph may have where the float one has none. */
const endings = new Set(["softmax", "logSoftmax", "logistic", "reshape", "quantize", "dequantize"]);

/**
 * What each output of a graph is made from by the operators that end it, its last values that are not squeezed together; and
 * the nodes between, from the output back.
 */
function endsOf({ nodes, outputs }: Graph): { index: TensorIndex; between: number[] }[] {
  const writers = new Map(nodes.flatMap((node, at) => node.outputs.map((index) => [index, at] as const)));
  return outputs.map((output) => {
    let index = output;
    const between: number[] = [];
    for (let at = writers.get(index); at !== undefined; at = writers.get(index)) {
      const node = nodes[at];
      if (node === undefined || !endings.has(node.operator)) break;
      between.push(at);
      index = node.inputs[0] as TensorIndex;
    }
    return { index, between };
  });
}

/** Nodes that end a graph, behind what is measured, each with the node that computes that. */
export function endingNodes(graph: Graph): Map<number, number> {
  return new Map(
    endsOf(graph).flatMap(({ index, between }) => {
      const measured = graph.nodes.findIndex(({ outputs }) => outputs.includes(index));
      return measured < 0 ? [] : between.map((at) => [at, measured] as const);
    }),
  );
}

/** Tensors whose values tell how well a model does: its outputs, or what goes into a softmax or sigmoid that ends it. */
export function measuredTensors(float: Graph): TensorIndex[] {
  return endsOf(float).flatMap(({ index }) => (float.tensors[index]?.dtype === "float32" ? [index] : []));
}

/** The tensors of a quantized graph that stand for those which are measured in the float graph. */
export function measuredAlike(float: Graph, quantized: Graph): TensorIndex[] {
  const ends = endsOf(quantized);
  return endsOf(float).flatMap(({ index }, i) =>
    float.tensors[index]?.dtype === "float32" ? [ends[i]?.index as TensorIndex] : [],
  );
}

/**
 * Runs a graph on samples, and after each calls what changes activations and runs nodes again. The next sample finds the state
 * that this one left before.
 *
 * @param each is given what is measured, as it is without changes, and the state before the sample
 */
export function changeEach(
  running: RunningGraph,
  samples: readonly (readonly Float32Array[])[],
  measured: readonly TensorIndex[],
  each: (wanted: Float32Array[], state: Uint8Array[]) => void,
): void {
  running.reset();
  for (const sample of samples) {
    const before = running.readState();
    writeSample(running, sample);
    running.run();
    const after = running.readState();
    each(
      measured.map((index) => running.reals(index).slice()),
      before,
    );
    running.writeState(after);
  }
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

import type { Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import { operatorNamed } from "../ops/index.js";
import type { Histogram, WeightsReport } from "./types.js";

/** Bins of a histogram. Odd, so that zero has one of its own; of the 255 codes of symmetric int8 each has five. */
const bins = 51;

/** Constants that stand for real numbers: not positions, lengths or sums that kernels begin with. */
function isReal({ dtype, data, quantization }: Tensor): boolean {
  return data !== undefined && (dtype === "float32" || (dtype !== "int32" && quantization !== undefined));
}

/** What a node multiplies by: the weights that quantization knows of, else all of its constants but a bias. */
function weightsOf(graph: Graph, node: Node): Tensor[] {
  const { weights, bias } = operatorNamed(node.operator).quantization;
  const declared = weights && graph.tensors[node.inputs[weights.input] ?? -1];
  if (declared !== undefined && isReal(declared)) return [declared];
  return node.inputs.flatMap((index, position) => {
    const tensor = graph.tensors[index];
    return tensor !== undefined && position !== bias && isReal(tensor) ? [tensor] : [];
  });
}

/** "int8, one scale a channel": how a constant is stored. */
function storageText({ dtype, stored, quantization }: Tensor): string {
  const scales = quantization?.scale.length ?? 0;
  return `${stored ?? dtype}${scales > 1 ? ", one scale a channel" : ""}`;
}

/** Values in bins that lie evenly around 0. Those of symmetric int8 lie in the middle of a bin, not at its edge. */
function histogramOf(values: readonly Float32Array[], low: number, high: number): Histogram {
  const half = (Math.max(Math.abs(low), Math.abs(high)) || 1) * (127.5 / 127);
  const counts = new Array<number>(bins).fill(0);
  for (const part of values)
    for (const value of part) {
      const bin = Math.floor(((value + half) / (2 * half)) * bins);
      const at = Math.max(0, Math.min(bins - 1, bin));
      counts[at] = (counts[at] as number) + 1;
    }
  return { low: -half, high: half, counts };
}

/** What is told of the weights of a node; undefined where it has none, or none that are finite. */
export function weightsReport(graph: Graph, node: Node): WeightsReport | undefined {
  const tensors = weightsOf(graph, node);
  const values = tensors.map((tensor) => realValues(tensor) as Float32Array);
  let [elements, low, high, sum, squares, zeros] = [0, Number.POSITIVE_INFINITY, -Infinity, 0, 0, 0];
  for (const part of values)
    for (const value of part) {
      elements++;
      sum += value;
      squares += value * value;
      if (value === 0) zeros++;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (elements === 0 || !Number.isFinite(sum)) return undefined;
  const mean = sum / elements;
  return {
    storage: [...new Set(tensors.map(storageText))].join("; "),
    elements,
    low,
    high,
    mean,
    deviation: Math.sqrt(Math.max(0, squares / elements - mean * mean)),
    zeros: zeros / elements,
    histogram: histogramOf(values, low, high),
  };
}

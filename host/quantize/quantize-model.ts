import { bind, type Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { operatorNamed } from "../ops/index.js";
import { chooseRanges, observe } from "./find-ranges.js";
import { type QuantizedGraph, quantizeByRanges, weightPositions } from "./quantize-graph.js";
import type { Range } from "./ranges/range.js";
import type { OpenGraph } from "./running-graph.js";
import type { NodeScheme } from "./scheme.js";
import { adaptWeights } from "./weights/adapt.js";

/** A graph in which every node of constant weights has a bias, of zeros where it had none. */
export function withBiases(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const nodes = graph.nodes.map((node) => {
    const { weights, bias, axis } = weightPositions(graph, node);
    const position = operatorNamed(node.operator).quantization.bias;
    if (weights === undefined || bias !== undefined || position === undefined) return node;
    if ((node.inputs[position] ?? -1) >= 0) return node;
    const length = tensors[node.inputs[weights] as TensorIndex]?.shape[axis] ?? 0;
    const name = `${node.name}/bias`;
    const index =
      tensors.push({ name, dtype: "float32", shape: [length], data: new Float32Array(length) }) - 1;
    const inputs = [...node.inputs];
    while (inputs.length < position) inputs.push(-1);
    inputs[position] = index;
    return { ...node, inputs };
  });
  return { ...graph, tensors, nodes };
}

/** Multiply-accumulates of one inference. */
export function macsOf(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + operatorNamed(node.operator).macs(bind(graph, node)), 0);
}

/**
 * Quantizes a float graph so that it computes as nearly the same as can be: ranges by measured error, weights by adaptive
 * rounding.
 */
export async function quantizeModel(
  graph: Graph,
  samples: readonly (readonly Float32Array[])[],
  open: OpenGraph,
  schemes: readonly (NodeScheme | undefined)[] = [],
): Promise<Graph> {
  const float = withBiases(graph);
  const running = await open(float);
  const histograms = observe(running, samples);
  const chosen = chooseRanges(running, histograms, samples, macsOf(float));
  const ranges: (Range | undefined)[] = float.tensors.map((_, index) => histograms.get(index)?.range);
  for (const { tensors, range } of chosen) for (const index of tensors) ranges[index] = range;
  const quantized: QuantizedGraph = quantizeByRanges(float, ranges, schemes);
  return adaptWeights(float, quantized, samples, open);
}

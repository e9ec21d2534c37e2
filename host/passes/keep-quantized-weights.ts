import { bind, type Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { writersOf } from "../graph/uses.js";
import { refusalOf } from "../ops/check.js";

/**
 * Gives a node of float32 the constant integers themselves whose real values it reads through `dequantize`, as its second
 * input (weights) and where its operator takes them: they lie in the file as integers then, a quarter of the size.
 */
export function keepQuantizedWeights(graph: Graph): Graph {
  const writers = writersOf(graph);
  const nodes = graph.nodes.map((node): Node => {
    const [input, weights = -1, ...others] = node.inputs;
    const writer = writers.get(weights);
    const [integers = -1] = writer?.operator === "dequantize" ? writer.inputs : [];
    if (input === undefined || graph.tensors[integers]?.data === undefined) return node;
    const kept = { ...node, inputs: [input, integers, ...others] };
    return refusalOf(kept.operator, bind(graph, kept)) === undefined ? kept : node;
  });
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}

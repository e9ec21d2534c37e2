import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { perTensor } from "../graph/tensor.js";
import { writersOf } from "../graph/uses.js";

/**
 * Lets trees read int8 where their features are dequantized: they compare integers then, with the same results, as each
 * branch sends the same int8 the same way.
 */
export function integerThresholds(graph: Graph): Graph {
  const writers = writersOf(graph);
  const changed = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const [features = -1, ...tables] = node.inputs;
    const writer = writers.get(features);
    if (node.operator !== "treeEnsemble" || writer?.operator !== "dequantize") continue;
    const integers = writer.inputs[0] as number;
    const tensor = tensorAt(graph, integers);
    if (tensor.dtype !== "int8" || tensor.data !== undefined || perTensor(tensor) === undefined) continue;
    changed.set(node, { ...node, inputs: [integers, ...tables] });
  }
  if (changed.size === 0) return graph;
  return { ...graph, nodes: graph.nodes.map((node) => changed.get(node) ?? node) };
}

import { type Graph, tensorAt } from "../graph/graph.js";
import type { FusedActivation, Node } from "../graph/node.js";
import { readersOf, writersOf } from "../graph/uses.js";
import { sameParameters } from "../numerics/requantization.js";
import { rectifiers } from "../ops/elementwise/relu.js";

/**
 * Moves a rectifier into the node before it, where that node can apply one and has no other reader. Integers are
 * fused only where the value between the two has the very scale and zero point of the output: elsewhere it is
 * rounded twice, and fusing would change bytes.
 */
export function fuseActivations(graph: Graph): Graph {
  const readers = readersOf(graph);
  const writers = writersOf(graph);
  const replaced = new Map<Node, Node>();
  const gone = new Set<Node>();
  for (const node of graph.nodes) {
    const activation = rectifiers[node.operator];
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (activation === undefined || input === undefined || output === undefined) continue;
    const between = tensorAt(graph, input);
    if (between.dtype !== "float32" && !sameParameters(between, tensorAt(graph, output))) continue;
    const writer = writers.get(input);
    if (writer === undefined || readers.get(input)?.length !== 1 || graph.outputs.includes(input)) continue;
    if ((writer.attributes as { activation?: FusedActivation }).activation !== "none") continue;
    replaced.set(writer, {
      ...writer,
      attributes: { ...writer.attributes, activation },
      outputs: node.outputs,
    });
    gone.add(node);
  }
  if (gone.size === 0) return graph;
  const nodes = graph.nodes.filter((node) => !gone.has(node)).map((node) => replaced.get(node) ?? node);
  return { ...graph, nodes };
}

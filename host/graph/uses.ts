import { type Graph, readBy } from "./graph.js";
import type { Node, TensorIndex } from "./node.js";

/** Nodes that read each tensor, as an input or a condition, by tensor index. A node that reads a tensor twice is listed twice. */
export function readersOf(graph: Graph): ReadonlyMap<TensorIndex, readonly Node[]> {
  const readers = new Map<TensorIndex, Node[]>();
  for (const node of graph.nodes) {
    for (const index of readBy(node)) {
      const known = readers.get(index);
      if (known === undefined) readers.set(index, [node]);
      else known.push(node);
    }
  }
  return readers;
}

/** The node that writes each activation, by tensor index. */
export function writersOf(graph: Graph): ReadonlyMap<TensorIndex, Node> {
  return new Map(
    graph.nodes.flatMap((node) => node.outputs.map((index): [TensorIndex, Node] => [index, node])),
  );
}

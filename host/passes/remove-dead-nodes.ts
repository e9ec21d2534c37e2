import { type Graph, readBy } from "../graph/graph.js";
import type { Node } from "../graph/node.js";

/** Removes nodes none of whose outputs reach a model output, and that touch no variable. */
export function removeDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    const touchesState = (node.variables ?? []).length > 0;
    if (!touchesState && !node.outputs.some((index) => needed.has(index))) continue;
    for (const index of readBy(node)) needed.add(index);
    kept.push(node);
  }
  return kept.length === graph.nodes.length ? graph : { ...graph, nodes: kept.reverse() };
}

import { bind, type Graph } from "../graph/graph.js";
import { operatorNamed } from "./index.js";

/** Multiply-accumulates of one inference of a valid graph. */
export function macsOf(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + operatorNamed(node.operator).macs(bind(graph, node)), 0);
}

import type { Demand } from "./demand.js";

/** Order of the nodes: the given one. */
export function orderNodes(demand: Demand): number[] {
  return demand.nodes.map((_, node) => node);
}

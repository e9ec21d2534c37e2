import { bind, type Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { readersOf, writersOf } from "../graph/uses.js";
import type { LookupTableAttributes } from "../ops/elementwise/lookup-table.js";
import { operatorNamed } from "../ops/index.js";

/**
 * Makes one lookup table of two functions of single bytes that follow each other (requantizations, rectifiers,
 * curves), where nothing else reads what lies between. Exact: the table of a table.
 */
export function mergeTables(graph: Graph): Graph {
  const readers = readersOf(graph);
  const writers = writersOf(graph);
  const merged = new Map<Node, Node>();
  const gone = new Set<Node>();
  for (const node of graph.nodes) {
    const [between] = node.inputs;
    const writer = between === undefined ? undefined : writers.get(between);
    if (writer === undefined || between === undefined) continue;
    if (readers.get(between)?.length !== 1 || graph.outputs.includes(between)) continue;
    const first = tableOf(graph, merged.get(writer) ?? writer);
    const second = tableOf(graph, node);
    if (first === undefined || second === undefined) continue;
    const attributes: LookupTableAttributes = { table: first.map((byte) => second[byte] as number) };
    merged.set(node, {
      ...node,
      operator: "lookupTable",
      attributes,
      inputs: (merged.get(writer) ?? writer).inputs,
    });
    gone.add(writer);
  }
  if (gone.size === 0) return graph;
  const nodes = graph.nodes.filter((node) => !gone.has(node)).map((node) => merged.get(node) ?? node);
  return { ...graph, nodes };
}

function tableOf(graph: Graph, node: Node): Uint8Array | undefined {
  return operatorNamed(node.operator).byteTable?.(bind(graph, node));
}

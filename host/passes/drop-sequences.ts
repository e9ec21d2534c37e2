import type { Graph } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { readersOf } from "../graph/uses.js";
import type { LayerAttributes } from "../ops/recurrent/layer.js";
import { gruLayer, lstmLayer, rnnLayer } from "../ops/recurrent/layers.js";

const layers: ReadonlySet<string> = new Set([lstmLayer, gruLayer, rnnLayer].map(({ name }) => name));

/** The attributes of a recurrent layer whose first output is its sequence; undefined of any other node. */
export function sequenceOf({ operator, attributes }: Node): LayerAttributes | undefined {
  if (!layers.has(operator)) return undefined;
  const own = attributes as LayerAttributes;
  return own.sequence ? own : undefined;
}

/** Hidden states of all times are not stored where nothing reads them: files name them whether they are read or not. */
export function dropSequences(graph: Graph): Graph {
  const readers = readersOf(graph);
  const isRead = (index: number): boolean => readers.has(index) || graph.outputs.includes(index);
  let changed = false;
  const nodes = graph.nodes.map((node) => {
    const attributes = sequenceOf(node);
    const [sequence, ...states] = node.outputs;
    if (attributes === undefined || sequence === undefined || isRead(sequence)) return node;
    changed = true;
    return { ...node, attributes: { ...attributes, sequence: false }, outputs: states };
  });
  return changed ? { ...graph, nodes } : graph;
}

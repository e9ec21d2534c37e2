import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { readersOf, writersOf } from "../graph/uses.js";
import { sameParameters } from "../numerics/requantization.js";
import type { Padding } from "../numerics/window.js";
import { refusalOf } from "../ops/check.js";
import type { PadAttributes } from "../ops/movement/pad.js";

/** What the padding of a window's own counts as, by the operator: it never wins in a maximum. */
const ownPadding: ReadonlyMap<string, number> = new Map([
  ["conv2d", 0],
  ["depthwiseConv2d", 0],
  ["maxPool2d", Number.NEGATIVE_INFINITY],
]);

/**
 * Moves padding of height and width into the convolution or pool that reads it, and no other node does, where the window's
 * own padding counts as the same value, so that every output stays the same to the byte.
 */
export function fusePadding(graph: Graph): Graph {
  const readers = readersOf(graph);
  const writers = writersOf(graph);
  const nodes = graph.nodes.map((node): Node => {
    const [input] = node.inputs;
    if (!ownPadding.has(node.operator) || input === undefined) return node;
    const pad = writers.get(input);
    if (pad?.operator !== "pad" || readers.get(input)?.length !== 1 || graph.outputs.includes(input))
      return node;
    const { before, after, value } = pad.attributes as PadAttributes;
    if (
      value !== ownPadding.get(node.operator) ||
      before.length !== 4 ||
      [before[0], before[3], after[0], after[3]].some((n) => n !== 0)
    ) {
      return node;
    }
    const [source] = bind(graph, pad).inputs;
    if (source === undefined || source.data !== undefined) return node;
    if (source.dtype === "int8" && !sameParameters(source, tensorAt(graph, input))) return node;
    const own = (node.attributes as { padding: Padding }).padding;
    const padding: Padding = {
      top: own.top + (before[1] as number),
      bottom: own.bottom + (after[1] as number),
      left: own.left + (before[2] as number),
      right: own.right + (after[2] as number),
    };
    const inputs = [pad.inputs[0] as number, ...node.inputs.slice(1)];
    const fused = { ...node, attributes: { ...node.attributes, padding }, inputs };
    return refusalOf(node.operator, bind(graph, fused)) === undefined ? fused : node;
  });
  return nodes.every((node, i) => node === graph.nodes[i]) ? graph : { ...graph, nodes };
}

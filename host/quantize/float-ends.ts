import { dropUnusedTensors } from "../graph/drop-unused-tensors.js";
import type { Graph } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { readersOf, writersOf } from "../graph/uses.js";

/**
 * An integer graph between `quantize` at its inputs and `dequantize` at its outputs, as TFLite's converter writes it
 * by default, without those: its inputs and outputs are then the integers themselves, with their scale and zero
 * point. Inputs that something else reads, and outputs that something else writes, stay as they are.
 */
export function withoutFloatEnds(graph: Graph): Graph {
  const readers = readersOf(graph);
  const writers = writersOf(graph);
  const removed = new Set<Node>();
  const inputs = graph.inputs.map((index): TensorIndex => {
    const [reader, ...others] = readers.get(index) ?? [];
    const inside = reader?.outputs[0];
    if (reader?.operator !== "quantize" || others.length > 0 || inside === undefined) return index;
    if (graph.tensors[index]?.dtype !== "float32" || graph.outputs.includes(inside)) return index;
    removed.add(reader);
    return inside;
  });
  const outputs = graph.outputs.map((index): TensorIndex => {
    const writer = writers.get(index);
    const inside = writer?.inputs[0];
    if (writer?.operator !== "dequantize" || readers.has(index) || inside === undefined) return index;
    if (graph.tensors[inside]?.data !== undefined) return index;
    removed.add(writer);
    return inside;
  });
  if (removed.size === 0) return graph;
  const nodes = graph.nodes.filter((node) => !removed.has(node));
  return dropUnusedTensors({ ...graph, nodes, inputs, outputs });
}

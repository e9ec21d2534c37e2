import { dropUnusedTensors } from "../graph/drop-unused-tensors.js";
import { type Graph, hasConditions } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { perTensor, type Tensor, unsignedOffset } from "../graph/tensor.js";
import { readersOf, writersOf } from "../graph/uses.js";

/** Whether two tensors of uint8 and int8 hold the same real values by numbers that differ by `unsignedOffset`. */
function differBySign(unsigned: Tensor | undefined, signed: Tensor | undefined): boolean {
  if (unsigned?.dtype !== "uint8" || signed?.dtype !== "int8") return false;
  const [u, s] = [perTensor(unsigned), perTensor(signed)];
  return u !== undefined && u.scale === s?.scale && u.zeroPoint - s.zeroPoint === unsignedOffset;
}

/**
 * A graph between `quantize` at its inputs and `dequantize` at its outputs, as TFLite's converter writes it by default,
 * without those: its inputs and outputs are then the integers themselves, with their scale and zero point. Likewise
 * where uint8 outside is int8 inside. Inputs that something else reads or that are outputs, too, and outputs that something else writes, stay as they are, as does a graph
 * with nodes under conditions.
 */
export function withoutFloatEnds(graph: Graph): Graph {
  if (hasConditions(graph)) return graph;
  const readers = readersOf(graph);
  const writers = writersOf(graph);
  const removed = new Set<Node>();
  const inputs = graph.inputs.map((index): TensorIndex => {
    const [reader, ...others] = readers.get(index) ?? [];
    const inside = reader?.outputs[0];
    if (reader?.operator !== "quantize" || others.length > 0 || inside === undefined) return index;
    const own = graph.tensors[index];
    if (own?.dtype !== "float32" && !differBySign(own, graph.tensors[inside])) return index;
    if (graph.outputs.includes(inside) || graph.outputs.includes(index)) return index;
    removed.add(reader);
    return inside;
  });
  const outputs = graph.outputs.map((index): TensorIndex => {
    const writer = writers.get(index);
    const inside = writer?.inputs[0];
    if (writer === undefined || readers.has(index) || inside === undefined) return index;
    const signs = writer.operator === "quantize" && differBySign(graph.tensors[index], graph.tensors[inside]);
    if (writer.operator !== "dequantize" && !signs) return index;
    if (graph.tensors[inside]?.data !== undefined) return index;
    removed.add(writer);
    return inside;
  });
  if (removed.size === 0) return graph;
  const nodes = graph.nodes.filter((node) => !removed.has(node));
  return dropUnusedTensors({ ...graph, nodes, inputs, outputs });
}

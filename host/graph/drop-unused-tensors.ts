import { type Graph, readBy } from "./graph.js";
import type { TensorIndex } from "./node.js";
import type { Tensor } from "./tensor.js";

/** The graph without the tensors that no node reads or writes, and that are no input or output. */
export function dropUnusedTensors(graph: Graph): Graph {
  const used = new Set([
    ...graph.inputs,
    ...graph.outputs,
    ...graph.nodes.flatMap((node) => [...readBy(node), ...node.outputs]),
  ]);
  const kept = [...graph.tensors.keys()].filter((index) => used.has(index));
  const renumbered = new Map(kept.map((index, i) => [index, i]));
  const renumber = (index: TensorIndex): TensorIndex => renumbered.get(index) ?? -1;
  return {
    ...graph,
    tensors: kept.map((index) => graph.tensors[index] as Tensor),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renumber),
      outputs: node.outputs.map(renumber),
      ...(node.when === undefined ? {} : { when: node.when.map(renumber) }),
    })),
    inputs: graph.inputs.map(renumber),
    outputs: graph.outputs.map(renumber),
  };
}

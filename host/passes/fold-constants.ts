import { bind, type Graph } from "../graph/graph.js";
import type { Tensor, TensorData } from "../graph/tensor.js";
import { constantOutputs, storedOf } from "../ops/constants.js";
import { operatorNamed } from "../ops/index.js";

/** Computes nodes all of whose inputs are constant, where `constantOutputs` can, and makes their outputs constants. */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const nodes = graph.nodes.filter((node) => {
    const bound = bind({ ...graph, tensors }, node);
    const results = constantOutputs(operatorNamed(node.operator), bound);
    if (results === undefined) return true;
    node.outputs.forEach((index, i) => {
      const tensor = tensors[index] as Tensor;
      tensors[index] = { ...tensor, data: results[i] as TensorData, ...storedOf(bound) };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

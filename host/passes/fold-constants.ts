import { bind, type Graph } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import { constantOutputs } from "../ops/constants.js";
import { operatorNamed } from "../ops/index.js";

/** Computes nodes all of whose inputs are constant, where `constantOutputs` can, and makes their outputs constants. */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const nodes = graph.nodes.filter((node) => {
    const results = constantOutputs(operatorNamed(node.operator), bind({ ...graph, tensors }, node));
    if (results === undefined) return true;
    node.outputs.forEach((index, i) => {
      tensors[index] = { ...(tensors[index] as Tensor), data: results[i] as NonNullable<Tensor["data"]> };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

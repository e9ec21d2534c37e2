import { bind, type Graph } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";
import { constantOutputs } from "../ops/constants.js";
import { operatorNamed } from "../ops/index.js";

/** Computes nodes all of whose inputs are constant, where `constantOutputs` can, and makes their outputs constants. */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const nodes = graph.nodes.filter((node) => {
    const operator = operatorNamed(node.operator);
    const bound = bind({ ...graph, tensors }, node);
    const results = constantOutputs(operator, bound);
    if (results === undefined) return true;
    node.outputs.forEach((index, i) => {
      const data = results[i] as NonNullable<Tensor["data"]>;
      const stored = operator.moves === true ? bound.inputs[0]?.stored : undefined;
      tensors[index] = { ...(tensors[index] as Tensor), data, ...(stored === undefined ? {} : { stored }) };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

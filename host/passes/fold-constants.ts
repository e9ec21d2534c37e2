import { maxModelBytes } from "../files/limits.js";
import { bind, type Graph } from "../graph/graph.js";
import { type Tensor, type TensorData, tensorBytes } from "../graph/tensor.js";
import { constantOutputs, storedOf } from "../ops/constants.js";
import { operatorNamed } from "../ops/index.js";

/**
 * Computes nodes all of whose inputs are constant, where `constantOutputs` can, and makes their outputs constants. Nodes
 * whose constants would take more than a model's weights may are left.
 */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  let left = maxModelBytes;
  const nodes = graph.nodes.filter((node) => {
    const bound = bind({ ...graph, tensors }, node);
    const made = bound.outputs.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
    const results = made > left ? undefined : constantOutputs(operatorNamed(node.operator), bound);
    if (results === undefined) return true;
    left -= made;
    node.outputs.forEach((index, i) => {
      const tensor = tensors[index] as Tensor;
      tensors[index] = { ...tensor, data: results[i] as TensorData, ...storedOf(bound) };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

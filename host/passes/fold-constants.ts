import { maxModelBytes } from "../files/limits.js";
import { bind, type Graph } from "../graph/graph.js";
import { type Tensor, type TensorData, tensorBytes } from "../graph/tensor.js";
import { constantOutputs, constantWork, maxConstantWork, storedOf } from "../ops/constants.js";
import { operatorNamed } from "../ops/index.js";

/**
 * Computes nodes all of whose inputs are constant, where `constantOutputs` can, and makes their outputs constants. Nodes
 * whose constants would take more than a model's weights may, or too long, are left.
 */
export function foldConstants(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  let left = maxModelBytes;
  let work = maxConstantWork;
  const nodes = graph.nodes.filter((node) => {
    const bound = bind({ ...graph, tensors }, node);
    const made = bound.outputs.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
    const operator = operatorNamed(node.operator);
    const isConstant = bound.inputs.every((tensor) => tensor === undefined || tensor.data !== undefined);
    const taken = isConstant ? constantWork(operator, bound) : 0;
    const results = made > left || taken > work ? undefined : constantOutputs(operator, bound);
    if (results === undefined) return true;
    left -= made;
    work -= taken;
    node.outputs.forEach((index, i) => {
      const tensor = tensors[index] as Tensor;
      tensors[index] = { ...tensor, data: results[i] as TensorData, ...storedOf(bound) };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

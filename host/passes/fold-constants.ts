import { bind, type Graph } from "../graph/graph.js";
import type { Tensor, TensorData } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";

/**
 * Computes nodes all of whose inputs are constant, and makes their outputs constants: float nodes with the operator's
 * reference, and reshapes of any dtype.
 */
export function foldConstants(graph: Graph): Graph {
  let tensors: readonly Tensor[] = graph.tensors;
  const nodes = graph.nodes.filter((node) => {
    const { inputs, outputs } = bind({ ...graph, tensors }, node);
    const present = inputs.filter((tensor) => tensor !== undefined);
    if (present.length === 0 || present.some(({ data }) => data === undefined)) return true;
    if (node.outputs.some((index) => graph.outputs.includes(index))) return true;
    let values: readonly TensorData[];
    if (node.operator === "reshape") values = [present[0]?.data as TensorData];
    else if ([...present, ...outputs].every(({ dtype }) => dtype === "float32")) {
      const reals = inputs.map((tensor) => tensor?.data as Float32Array | undefined);
      values = operatorNamed(node.operator).reference({ ...node, inputs, outputs }, reals);
    } else return true;
    const folded = new Map(node.outputs.map((index, i) => [index, values[i] as TensorData]));
    tensors = tensors.map((tensor, index) => {
      const data = folded.get(index);
      return data === undefined ? tensor : { ...tensor, data };
    });
    return false;
  });
  return nodes.length === graph.nodes.length ? graph : { ...graph, tensors, nodes };
}

import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";

/** Positions of a node's inputs that its kernels read from the weights section; undefined for none. */
export type ConstantInputs = (operator: string, node: BoundNode) => readonly number[] | undefined;

/**
 * Puts constants into linear memory, by a node that copies them, where nothing reads them from the weights section: at
 * inputs where kernels take activations only, and where an output of the model is constant.
 */
export function placeConstants(graph: Graph, constantInputs: ConstantInputs): Graph {
  const tensors = [...graph.tensors];
  const nodes: Node[] = [];
  const place = (index: TensorIndex, when?: Node["when"]): TensorIndex => {
    const { data, ...tensor } = tensors[index] as Tensor;
    const output = tensors.push(tensor) - 1;
    nodes.push({
      name: tensor.name,
      operator: "reshape",
      attributes: { shape: tensor.shape },
      inputs: [index],
      outputs: [output],
      ...(when === undefined ? {} : { when }),
    });
    return output;
  };
  for (const node of graph.nodes) {
    const taken = constantInputs(node.operator, bind(graph, node));
    const inputs = node.inputs.map((index, position) => {
      const isConstant = index >= 0 && tensors[index]?.data !== undefined;
      return isConstant && taken?.includes(position) !== true ? place(index, node.when) : index;
    });
    nodes.push({ ...node, inputs });
  }
  const outputs = graph.outputs.map((index) => (tensors[index]?.data === undefined ? index : place(index)));
  return tensors.length === graph.tensors.length ? graph : { ...graph, tensors, nodes, outputs };
}

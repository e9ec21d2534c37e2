import { WasmoteError } from "../errors.js";
import type { BoundNode, Node, TensorIndex } from "./node.js";
import type { Tensor } from "./tensor.js";

/** A model: tensors, and nodes in an order in which they can run. */
export interface Graph {
  name: string;
  tensors: readonly Tensor[];
  nodes: readonly Node[];
  inputs: readonly TensorIndex[];
  outputs: readonly TensorIndex[];
}

/** The tensor at `index`. Throws `model-invalid` for an index out of range. */
export function tensorAt(graph: Graph, index: TensorIndex): Tensor {
  const tensor = graph.tensors[index];
  if (tensor === undefined) {
    throw new WasmoteError("model-invalid", `tensor index ${index} of ${graph.tensors.length} tensors`);
  }
  return tensor;
}

/** A node with its tensors looked up; an absent optional input is undefined. */
export function bind<A extends object>(graph: Graph, node: Node<A>): BoundNode<A> {
  return {
    name: node.name,
    attributes: node.attributes,
    inputs: node.inputs.map((index) => (index < 0 ? undefined : tensorAt(graph, index))),
    outputs: node.outputs.map((index) => tensorAt(graph, index)),
  };
}

/** Indices of the node's inputs that are activations (present, and not constant). */
export function activationInputs(graph: Graph, node: Node): TensorIndex[] {
  return node.inputs.filter((index) => index >= 0 && tensorAt(graph, index).data === undefined);
}

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
  /**
   * The model's state: what keeps its value from one run to the next. `data` is what it starts with; zeros where it is
   * absent. Nodes that name the same variable run in the order of `nodes`. None by default.
   */
  variables?: readonly Tensor[];
}

/** The tensor at `index`. Throws `model-invalid` for an index out of range. */
export function tensorAt(graph: Graph, index: TensorIndex): Tensor {
  const tensor = graph.tensors[index];
  if (tensor === undefined) {
    throw new WasmoteError("model-invalid", `tensor index ${index} of ${graph.tensors.length} tensors`);
  }
  return tensor;
}

/** The variable of that number. Throws `model-invalid` for a number out of range. */
export function variableAt({ variables = [] }: Graph, index: number): Tensor {
  const variable = variables[index];
  if (variable === undefined) {
    throw new WasmoteError("model-invalid", `variable ${index} of ${variables.length}`);
  }
  return variable;
}

/** A node with its tensors looked up; an absent optional input is undefined. */
export function bind<A extends object>(graph: Graph, node: Node<A>): BoundNode<A> {
  return {
    name: node.name,
    attributes: node.attributes,
    inputs: node.inputs.map((index) => (index < 0 ? undefined : tensorAt(graph, index))),
    outputs: node.outputs.map((index) => tensorAt(graph, index)),
    variables: (node.variables ?? []).map((index) => variableAt(graph, index)),
  };
}

/** Indices of the activations that a node reads: its inputs that are present and not constant, and its conditions. */
export function activationInputs(graph: Graph, node: Node): TensorIndex[] {
  return readBy(node).filter((index) => index >= 0 && tensorAt(graph, index).data === undefined);
}

/** Indices of all that a node reads: inputs, -1 for one that is absent, and conditions. */
export function readBy({ inputs, when = [] }: Node): TensorIndex[] {
  return [...inputs, ...when];
}

/** Whether some of the graph's nodes run under conditions. */
export function hasConditions({ nodes }: Graph): boolean {
  return nodes.some(({ when = [] }) => when.length > 0);
}

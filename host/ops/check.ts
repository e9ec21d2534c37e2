import { type Refusal, UnsupportedModelError } from "../errors.js";
import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode, Node } from "../graph/node.js";
import { NotRunnable } from "../graph/not-runnable.js";
import { describeType, type Tensor, type TensorType } from "../graph/tensor.js";
import { operatorNamed } from "./index.js";

/**
 * Runs every operator's own validation over a structurally valid graph and compares the types it infers with
 * those that the graph declares. Throws one `model-unsupported` that lists every refused node.
 */
export function checkOperators(graph: Graph): void {
  const refusals = refusedNodes(graph);
  if (refusals.length > 0) throw new UnsupportedModelError(refusals);
}

/**
 * Every node that its operator refuses, as by `checkOperators`.
 *
 * @param refused positions of nodes that are refused already, whose operators may be unknown; where there are any, the
 *   graph need not be valid beyond its indices, and nodes with tensors of impossible shapes are left out
 * @param operatorOf what the operator of a node is called; its name in the graph by default
 */
export function refusedNodes(
  graph: Graph,
  refused: ReadonlySet<number | undefined> = new Set(),
  operatorOf: (node: Node) => string = ({ operator }) => operator,
): Refusal[] {
  return graph.nodes.flatMap((node, index) => {
    if (refused.has(index) || (refused.size > 0 && !hasPossibleShapes(graph, node))) return [];
    const reason = refusalOf(node.operator, bind(graph, node));
    return reason === undefined ? [] : [{ node: node.name, operator: operatorOf(node), reason, index }];
  });
}

/**
 * Why an operator refuses a node: its own validation, or outputs of other types than it infers. Undefined where it takes
 * it.
 */
export function refusalOf(operator: string, bound: BoundNode): string | undefined {
  try {
    const inferred = operatorNamed(operator).infer(bound);
    if (inferred.length !== bound.outputs.length)
      return `${bound.outputs.length} outputs; ${inferred.length} are expected`;
    for (const [i, type] of inferred.entries()) {
      const declared = bound.outputs[i];
      if (declared !== undefined && describeType(declared) !== describeType(type))
        return `output is declared as ${describeType(declared)}, but the inputs make it ${describeType(type)}`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof NotRunnable) return error.message;
    throw error;
  }
}

/** Types of the outputs that an operator infers; undefined where it refuses the node. */
export function inferredTypes(operator: string, bound: BoundNode): readonly TensorType[] | undefined {
  try {
    return operatorNamed(operator).infer(bound);
  } catch (error) {
    if (error instanceof NotRunnable) return undefined;
    throw error;
  }
}

function hasPossibleShapes(graph: Graph, node: Node): boolean {
  const { inputs, outputs } = bind(graph, node);
  const isPossible = (tensor: Tensor | undefined): boolean =>
    tensor === undefined || tensor.shape.every((length) => length >= 1);
  return outputs.length > 0 && [...inputs, ...outputs].every(isPossible);
}

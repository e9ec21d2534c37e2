import { type Refusal, UnsupportedModelError } from "../errors.js";
import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode } from "../graph/node.js";
import { NotRunnable } from "../graph/not-runnable.js";
import { loweringOf } from "./index.js";

/**
 * Checks that there are kernels for every node of a valid graph.
 *
 * @throws `model-unsupported` with every node for which there are none
 */
export function requireKernels(graph: Graph): void {
  const refusals = graph.nodes.flatMap((node, index): Refusal[] => {
    const reason = refusalOf(node.operator, bind(graph, node));
    return reason === undefined ? [] : [{ node: node.name, operator: node.operator, reason, index }];
  });
  if (refusals.length > 0) throw new UnsupportedModelError(refusals);
}

/** Why there are no kernels for a node; undefined where there are. */
export function refusalOf(operator: string, node: BoundNode): string | undefined {
  const { dtypes, check } = loweringOf(operator);
  const dtype = (node.inputs.find((tensor) => tensor !== undefined) ?? node.outputs[0])?.dtype;
  if (dtypes !== undefined && dtype !== undefined && !dtypes.includes(dtype)) {
    return `it has kernels for ${dtypes.join(", ")}; none for ${dtype}`;
  }
  try {
    check?.(node);
    return undefined;
  } catch (error) {
    if (error instanceof NotRunnable) return error.message;
    throw error;
  }
}

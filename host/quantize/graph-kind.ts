import { type Refusal, UnsupportedModelError } from "../errors.js";
import { bind, type Graph } from "../graph/graph.js";
import type { DType } from "../graph/tensor.js";

/**
 * Whether a graph computes in float32 or in integers: what its activations are.
 *
 * @throws `model-unsupported` naming the nodes where both meet
 */
export function graphKind(graph: Graph): "float" | "integer" {
  const refusals: Refusal[] = [];
  const seen = new Set<DType>(graph.inputs.map((index) => graph.tensors[index]?.dtype ?? "float32"));
  for (const node of graph.nodes) {
    const { inputs, outputs } = bind(graph, node);
    const dtypes = new Set(
      [...inputs, ...outputs].flatMap((tensor) =>
        tensor === undefined || tensor.data !== undefined ? [] : [tensor.dtype],
      ),
    );
    for (const dtype of dtypes) seen.add(dtype);
    if (dtypes.has("float32") && dtypes.size > 1) {
      const reason = `activations of ${[...dtypes].join(" and ")} meet; all float32 or all integers are expected`;
      refusals.push({ node: node.name, operator: node.operator, reason });
    }
  }
  if (!seen.has("float32")) return "integer";
  if (seen.size === 1) return "float";
  if (refusals.length === 0) {
    const reason = `the model has activations of ${[...seen].join(" and ")}; all float32 or all integers are expected`;
    refusals.push({ node: graph.name, operator: "model", reason });
  }
  throw new UnsupportedModelError(refusals);
}

import { type Refusal, UnsupportedModelError } from "../errors.js";
import { bind, type Graph } from "../graph/graph.js";
import { describeType } from "../graph/tensor.js";
import { operatorNamed } from "./index.js";
import { Refused } from "./operator.js";

/**
 * Runs every operator's own validation over a structurally valid graph and compares the types it infers with
 * those that the graph declares. Throws one `model-unsupported` that lists every refused node.
 */
export function checkOperators(graph: Graph): void {
  const refusals: Refusal[] = [];
  for (const node of graph.nodes) {
    const bound = bind(graph, node);
    try {
      const inferred = operatorNamed(node.operator).infer(bound);
      if (inferred.length !== bound.outputs.length) {
        throw new Refused(`${bound.outputs.length} outputs; ${inferred.length} are expected`);
      }
      for (const [i, type] of inferred.entries()) {
        const declared = bound.outputs[i];
        if (declared !== undefined && describeType(declared) !== describeType(type)) {
          throw new Refused(
            `output is declared as ${describeType(declared)}, but the inputs make it ${describeType(type)}`,
          );
        }
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refusals.push({ node: node.name, operator: node.operator, reason: error.message });
    }
  }
  if (refusals.length > 0) throw new UnsupportedModelError(refusals);
}

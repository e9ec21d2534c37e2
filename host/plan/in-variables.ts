import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { tensorBytes } from "../graph/tensor.js";
import type { NeedsLookup } from "./demand.js";

/**
 * Activations that lie in a variable, with its number: outputs that operators offer it of, where no other node uses the variable, and
 * views from their first byte on. Outputs of the model do not, since who reads them may write there.
 */
export function tensorsInVariables(graph: Graph, needsOf: NeedsLookup): ReadonlyMap<TensorIndex, number> {
  const users = new Map<number, number>();
  for (const { variables = [] } of graph.nodes)
    for (const variable of variables) users.set(variable, (users.get(variable) ?? 0) + 1);
  const found = new Map<TensorIndex, number>();
  const bytes = (index: TensorIndex): number => tensorBytes(tensorAt(graph, index));
  for (const node of graph.nodes) {
    const [output = -1] = node.outputs;
    if (output < 0 || graph.outputs.includes(output)) continue;
    const [variable = -1] = node.variables ?? [];
    const kept = graph.variables?.[variable];
    const needs = needsOf(node.operator);
    if (kept !== undefined && users.get(variable) === 1 && tensorBytes(kept) === bytes(output)) {
      if (needs.liesInVariable?.(bind(graph, node)) === true) found.set(output, variable);
    }
    if (!node.inputs.some((input) => found.has(input))) continue;
    for (const { input, part, offset } of needs.parts?.(bind(graph, node)) ?? []) {
      const whole = node.inputs[input] ?? -1;
      const holder = found.get(whole);
      if (holder !== undefined && part === "output" && offset === 0 && bytes(output) <= bytes(whole))
        found.set(output, holder);
    }
  }
  return found;
}

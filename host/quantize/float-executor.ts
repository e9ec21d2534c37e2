import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { Node } from "../graph/node.js";
import { elementCount } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import { operatorNamed } from "../ops/index.js";
import type { Values } from "../ops/operator.js";

/** What a graph's variables start with, as real values. */
export function initialState({ variables = [] }: Graph): Float32Array[] {
  return variables.map((variable) => realValues(variable) ?? new Float32Array(elementCount(variable.shape)));
}

/** Real values of all of a graph's constants, by tensor index. */
export function constantValues(graph: Graph): (Float32Array | undefined)[] {
  return graph.tensors.map(realValues);
}

/**
 * Runs a graph in float32 with the operators' plain references: the definition that quantization is calibrated on.
 *
 * @param inputs real values of the graph's inputs, in order, each of as many elements as its shape
 * @param constants what `constantValues` gives, where the same graph is run often
 * @param state values of its variables, which it changes in place; by default what they start with
 * @param visit what is told of each node that keeps a state: all values that its states take (`Operator.integers`)
 * @returns real values by tensor index, constants among them; undefined for tensors that nothing computes
 * @throws `RangeError` where the number or length of the inputs is wrong
 */
export function runFloat(
  graph: Graph,
  inputs: readonly Float32Array[],
  constants: readonly (Values | undefined)[] = constantValues(graph),
  state: readonly Values[] = initialState(graph),
  visit?: (node: Node, states: readonly Values[]) => void,
): (Values | undefined)[] {
  if (inputs.length !== graph.inputs.length) {
    throw new RangeError(`${inputs.length} inputs given, the graph has ${graph.inputs.length}`);
  }
  const values = [...constants];
  graph.inputs.forEach((index, i) => {
    const expected = elementCount(tensorAt(graph, index).shape);
    if (inputs[i]?.length !== expected) {
      throw new RangeError(`input ${i} has ${inputs[i]?.length} elements; ${expected} are expected`);
    }
    values[index] = inputs[i];
  });
  for (const node of graph.nodes) {
    const { reference, integers } = operatorNamed(node.operator);
    const bound = bind(graph, node);
    const given = node.inputs.map((index) => (index < 0 ? undefined : values[index]));
    const variables = (node.variables ?? []).map((index) => state[index] as Values);
    if (visit !== undefined && integers?.states(bound) !== undefined)
      visit(node, integers.stateValues(bound, given, variables));
    const results = reference(bound, given, variables);
    node.outputs.forEach((index, i) => {
      values[index] = results[i];
    });
  }
  return values;
}

import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { elementCount } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import { operatorNamed } from "../ops/index.js";
import type { Values } from "../ops/operator.js";
import { stateValues } from "./kept-states.js";

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
 * @param visit what is told of each state that a node keeps: all values that it takes, and which tensors and variables hold it
 * @returns real values by tensor index, constants among them; undefined for tensors that nothing computes
 * @throws `RangeError` where the number or length of the inputs is wrong
 */
export function runFloat(
  graph: Graph,
  inputs: readonly Float32Array[],
  constants: readonly (Values | undefined)[] = constantValues(graph),
  state: readonly Values[] = initialState(graph),
  visit?: (holders: readonly TensorIndex[], values: Values) => void,
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
    if (visit !== undefined)
      for (const kept of stateValues(graph, node, (index) => values[index], state))
        visit(kept.holders, kept.values);
    const results = operatorNamed(node.operator).reference(
      bind(graph, node),
      node.inputs.map((index) => (index < 0 ? undefined : values[index])),
      (node.variables ?? []).map((index) => state[index] as Values),
    );
    node.outputs.forEach((index, i) => {
      values[index] = results[i];
    });
  }
  return values;
}

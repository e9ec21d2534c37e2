import { bind, type Graph } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";
import type { IntegerWeights, KeptState, Values } from "../ops/operator.js";
import type { AffineParameters } from "./affine-parameters.js";
import type { Range } from "./ranges/range.js";
import { quantizeBias, quantizeWeights, type WeightedInput } from "./weights/quantize-weights.js";

/** What a node of float32 keeps once it is one of integers; undefined where it is quantized by its other rules. */
export function keptStates(graph: Graph, node: Node): readonly KeptState[] | undefined {
  return operatorNamed(node.operator).integers?.states(bind(graph, node));
}

/** Where a variable's range and parameters are found, by tensor index: behind those of tensors. */
export function variableAt({ tensors }: Graph, variable: number): TensorIndex {
  return tensors.length + variable;
}

/** Tensors and variables that hold a state, those that the node writes first. */
export function stateHolders(graph: Graph, node: Node, state: KeptState): TensorIndex[] {
  return [
    ...state.outputs.map((position) => node.outputs[position] as TensorIndex),
    ...state.variables.map((position) => variableAt(graph, node.variables?.[position] as number)),
    ...state.inputs.map((position) => node.inputs[position] ?? -1).filter((index) => index >= 0),
  ];
}

/**
 * Values that states take in a run of a float graph, with the tensors and variables that hold them.
 *
 * @param values of the node's inputs, by tensor index
 * @param variables values of the graph's variables before the node
 */
export function stateValues(
  graph: Graph,
  node: Node,
  values: (index: TensorIndex) => Values | undefined,
  variables: readonly Values[],
): { holders: readonly TensorIndex[]; values: Values }[] {
  const states = keptStates(graph, node);
  if (states === undefined) return [];
  const taken = operatorNamed(node.operator).integers?.stateValues(
    bind(graph, node),
    node.inputs.map((index) => (index < 0 ? undefined : values(index))),
    (node.variables ?? []).map((variable) => variables[variable] as Values),
  ) as Values[];
  return states.map((state, i) => ({
    holders: stateHolders(graph, node, state),
    values: taken[i] as Values,
  }));
}

/** Scales of states of int16, which are powers of two, at least and at most. */
const [leastPower, mostPower] = [-15, 0];

/** Parameters of int16 whose scale is a power of two: those of a state. Of nothing known, for values within -1 to 1. */
export function wideParameters({ min, max }: Range = { min: -1, max: 1 }): AffineParameters {
  const power = Math.ceil(Math.log2(Math.max(-min, max))) - 15;
  return { scale: 2 ** Math.min(mostPower, Math.max(leastPower, power)), zeroPoint: 0 };
}

/** Weights with one scale for all of them, and their bias. */
function quantizeAsOne(weights: Tensor, bias: Tensor | undefined, input: WeightedInput) {
  const values = (bias?.data ?? new Float32Array(0)) as Float32Array;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const flat = { ...weights, shape: [1, elementCount(weights.shape)] };
  const only = { ...weights, shape: [1], data: Float32Array.of(largest) };
  const made = quantizeWeights(flat, 0, only, input, "int8").weights;
  const scales = Array.from(values, () => made.quantization?.scale[0] as number);
  return {
    weights: { ...made, shape: weights.shape },
    bias: bias && quantizeBias(bias, values, scales, input),
  };
}

/** Constant weights of a node of integers and their bias, multiplied by an activation of that scale. */
export function quantizeInput(
  graph: Graph,
  node: Node,
  { input, axis, bias }: IntegerWeights,
  scale: number,
): { weights: Tensor; bias: Tensor | undefined } {
  const tensorOf = (position: number | undefined): Tensor | undefined =>
    graph.tensors[node.inputs[position ?? -1] ?? -1];
  const [weights, given] = [tensorOf(input) as Tensor, tensorOf(bias)];
  const by: WeightedInput = { scale, bias: "int32" };
  return axis === undefined
    ? quantizeAsOne(weights, given, by)
    : quantizeWeights(weights, axis, given, by, "int8");
}

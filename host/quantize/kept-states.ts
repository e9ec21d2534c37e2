import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { arrayTypes, elementCount, integerRange, type Quantization, type Tensor } from "../graph/tensor.js";
import { writersOf } from "../graph/uses.js";
import { roundHalfAway } from "../numerics/requantization.js";
import { operatorNamed } from "../ops/index.js";
import type { IntegerWeights, KeptState } from "../ops/operator.js";
import { leastScale } from "./affine-parameters.js";
import type { Range } from "./calibrate.js";
import { quantizeWeights } from "./quantize-weights.js";

/** Type of integers that hold a state. */
export interface StateType {
  readonly dtype: "int8" | "int16";
  readonly scale: number;
  readonly zeroPoint: number;
}

/** What a node of float32 keeps once it is one of integers; undefined where it is quantized by its other rules. */
export function keptStates(graph: Graph, node: Node): readonly KeptState[] | undefined {
  const { integers } = operatorNamed(node.operator);
  return integers?.states(bind(graph, node));
}

/** How constants of a node with states become weights. */
export function integerWeights(graph: Graph, node: Node): readonly IntegerWeights[] {
  return operatorNamed(node.operator).integers?.weights(bind(graph, node)) ?? [];
}

/** Variables that nodes which only move values set or read: those that hold a state of int16 and stay in float32. */
export function floatVariables(graph: Graph): Set<number> {
  const writers = writersOf(graph);
  const isMover = (node: Node | undefined): boolean =>
    node !== undefined && operatorNamed(node.operator).moves === true;
  const wide = new Set<TensorIndex>();
  const found = new Set<number>();
  const add = (node: Node | undefined): void => {
    if (isMover(node)) for (const variable of node?.variables ?? []) found.add(variable);
  };
  for (const node of graph.nodes) {
    for (const { dtype, inputs, outputs } of keptStates(graph, node) ?? []) {
      if (dtype !== "int16") continue;
      for (const position of inputs) add(writers.get(node.inputs[position] ?? -1));
      for (const position of outputs) wide.add(node.outputs[position] as TensorIndex);
    }
  }
  for (const node of graph.nodes) if (node.inputs.some((index) => wide.has(index))) add(node);
  return found;
}

/** int16 around 0 for a range, its scale the power of two above it: 2^-15 to 1. */
export function wideType({ min, max }: Range): StateType {
  const power = Math.ceil(Math.log2(Math.max(-min, max)));
  return { dtype: "int16", scale: 2 ** Math.min(0, Math.max(-15, power - 15)), zeroPoint: 0 };
}

/** The quantization of a tensor as a whole. */
export function quantizationOf({ scale, zeroPoint }: StateType): Quantization {
  return { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
}

/** A tensor of float32, or a variable, as one of a state: its numbers, if it has any, are quantized. */
export function ofStateType(tensor: Tensor, type: StateType): Tensor {
  const { dtype, scale, zeroPoint } = type;
  const result: Tensor = { ...tensor, dtype, quantization: quantizationOf(type) };
  // A variable without numbers begins with zeros, which are no zeros where there is a zero point.
  if (tensor.data === undefined && zeroPoint === 0) return result;
  const values = (tensor.data as Float32Array | undefined) ?? new Float32Array(elementCount(tensor.shape));
  const [low, high] = integerRange[dtype];
  const data = new arrayTypes[dtype](values.length);
  for (const [i, value] of values.entries())
    data[i] = Math.min(high, Math.max(low, zeroPoint + roundHalfAway(Math.fround(value / scale))));
  return { ...result, data };
}

/** Weights of one scale for all of them, and their bias. */
function quantizeAsOne(weights: Tensor, bias: Tensor | undefined, inputScale: number) {
  const largest = (bias?.data as Float32Array | undefined)?.reduce(
    (max, value) => Math.max(max, Math.abs(value)),
    0,
  );
  const most = largest === undefined ? undefined : { ...(bias as Tensor), data: Float32Array.of(largest) };
  const flat = { ...weights, shape: [1, elementCount(weights.shape)] };
  const { weights: quantized } = quantizeWeights(flat, 0, most, inputScale);
  const [own] = (quantized.quantization as Quantization).scale as [number];
  const scale = Math.max(leastScale, Math.fround(inputScale * own));
  const quantizedBias = bias && {
    ...bias,
    dtype: "int32" as const,
    data: Int32Array.from(bias.data as Float32Array, (value) => roundHalfAway(value / (inputScale * own))),
    quantization: { scale: [scale], zeroPoint: [0], axis: 0 },
  };
  return { weights: { ...quantized, shape: weights.shape }, bias: quantizedBias };
}

/** Constant weights and their bias as integers, multiplied by an activation of that scale. */
export function quantizeInput(
  graph: Graph,
  node: Node,
  { input, axis, bias }: IntegerWeights,
  scale: number,
): { weights: Tensor; bias: Tensor | undefined } {
  const weights = tensorAt(graph, node.inputs[input] as TensorIndex);
  const biasIndex = bias === undefined ? -1 : (node.inputs[bias] ?? -1);
  const given = biasIndex < 0 ? undefined : tensorAt(graph, biasIndex);
  return axis === undefined
    ? quantizeAsOne(weights, given, scale)
    : quantizeWeights(weights, axis, given, scale);
}

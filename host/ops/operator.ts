import type { BoundNode } from "../graph/node.js";
import type { TensorType } from "../graph/tensor.js";

/** Values as references compute with them: float32, or doubles where integers are worked out exactly. */
export type Values = Float32Array | Float64Array;

/** An array of the same kind, of zeros. */
export function valuesLike(values: Values | undefined, length: number): Values {
  return values instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}

/** How post-training quantization treats an operator. */
export interface QuantizationRule {
  /**
   * Range of the output: `calibrated` from samples, `as-input` (the very parameters of input 0; where there
   * are several activations they all take the output's), or fixed parameters; `float` where TFLite defines no int8
   * form: such a node stays in float32, between a dequantization and a quantization to what samples show.
   */
  readonly output:
    | "calibrated"
    | "as-input"
    | "float"
    | { readonly scale: number; readonly zeroPoint: number };
  /** Constant input quantized to symmetric int8, per index of `axis`. */
  readonly weights?: { readonly input: number; readonly axis: number };
  /** Constant inputs of a node that stays in float32 which are quantized to symmetric int8 all the same, per index of `axis`. */
  readonly floatWeights?: readonly { readonly input: number; readonly axis: number }[];
  /** Constant input quantized to int32 with scale = input scale * weights scale. */
  readonly bias?: number;
}

/** Values that a node keeps from one time to the next. */
export interface KeptState {
  /** int8 as any activation has it, or int16 around 0 whose scale is a power of two, at least 2^-15. */
  readonly dtype: "int8" | "int16";
  /** Positions of the inputs, outputs and variables that hold some of them, as far as there are any. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly variables: readonly number[];
}

/** Constant weights of an integer node: symmetric int8, multiplied by an activation. */
export interface IntegerWeights {
  readonly input: number;
  /** Axis for each index of which there is a scale; absent for one scale of all. */
  readonly axis?: number;
  /** Constant input that becomes int32 with the scale of the products. */
  readonly bias?: number;
  /** Number of the state that they are multiplied by; absent for input 0. */
  readonly state?: number;
}

/** How a node of float32 becomes one of integers where it keeps a state that they must have parameters for. */
export interface IntegerForm<Attributes extends object = object> {
  /**
   * What it keeps; undefined where it has no form of integers and stays in float32. A state of int8 that no tensor holds is
   * the upper byte of the next one, of int16.
   */
  states(node: BoundNode<Attributes>): readonly KeptState[] | undefined;
  /** All values that each of the states takes in a run, from what `reference` takes, which it leaves as it is. */
  stateValues(
    node: BoundNode<Attributes>,
    inputs: readonly (Values | undefined)[],
    variables?: readonly Values[],
  ): Values[];
  /** Constant inputs that become weights and biases. */
  weights(node: BoundNode<Attributes>): readonly IntegerWeights[];
}

/** A node whose inputs' axes are in another order. */
export interface Reordered<Attributes extends object> {
  readonly attributes: Attributes;
  /** Axis k of the node's output is axis `order[k]` of the reordered node's. */
  readonly order: readonly number[];
}

/** Some indices of an axis that follow each other. */
export interface AxisRange {
  readonly axis: number;
  readonly first: number;
  readonly count: number;
}

/** A node that computes some indices of an axis of another one's output. */
export interface PartialNode<Attributes extends object = object> {
  readonly attributes: Attributes;
  /** What it takes of each input: those indices, or all. */
  readonly inputs: readonly (AxisRange | undefined)[];
}

/** Of operators that compute element by element: the order of axes does not matter. */
export function anyOrder<Attributes extends object>(
  { attributes }: BoundNode<Attributes>,
  order: readonly number[],
): Reordered<Attributes> {
  return { attributes, order };
}

/**
 * What an operator means: its types, its arithmetic, what it costs. How it runs is its `Lowering` (host/lower), and what
 * a file's operator becomes is told by its importer (host/import). One file each, one line in `index.ts`, one test of the
 * same stem in `test/ops/`.
 */
export interface Operator<Attributes extends object = object> {
  /** Name in the graph, camel case: "conv2d". */
  readonly name: string;
  readonly quantization: QuantizationRule;
  /**
   * Types of the outputs. Holds all of the operator's validation: shapes, dtypes, attributes, and for integer
   * nodes the quantization parameters of inputs and outputs. Throws `NotRunnable`.
   */
  infer(node: BoundNode<Attributes>): TensorType[];
  /** Multiply-accumulates of one inference. */
  macs(node: BoundNode<Attributes>): number;
  /**
   * Where the node is a function of single bytes: the output byte for each input byte, in the order of the unsigned
   * byte; else undefined. The node is valid.
   */
  byteTable?(node: BoundNode<Attributes>): Uint8Array | undefined;
  /**
   * Plain reference: all inputs (activations and constants; undefined where absent) to all outputs, in real values. Of
   * integers that are not quantized it is exact.
   *
   * @param variables values of the node's variables, which it changes in place
   */
  reference(
    node: BoundNode<Attributes>,
    inputs: readonly (Values | undefined)[],
    variables?: readonly Values[],
  ): Values[];
  /**
   * The node as it is when its inputs' axes are in another order: those of the output's rank, and constants that broadcast.
   * Undefined where the order of axes matters to the node.
   *
   * @param order axis k of the node's inputs is axis `order[k]` of the reordered ones
   */
  reordered?(node: BoundNode<Attributes>, order: readonly number[]): Reordered<Attributes> | undefined;
  /**
   * The node that computes only these indices of an axis of its only output, with the same bytes; undefined where that would be no
   * such node. Of operators that compute element by element (`reordered` is `anyOrder`) it is known.
   */
  partial?(node: BoundNode<Attributes>, range: AxisRange): PartialNode<Attributes> | undefined;
  /** How post-training quantization makes integers of a node that keeps a state. */
  readonly integers?: IntegerForm<Attributes>;
  /** Whether outputs hold elements of inputs and nothing else, so that it moves elements of any type alike. */
  readonly moves?: true;
}

/** What an element-by-element node takes of its inputs for these indices of the output's axis: all where they are repeated. */
function elementwisePartial({ attributes, inputs, outputs }: BoundNode, range: AxisRange): PartialNode {
  const rank = outputs[0]?.shape.length ?? 0;
  return {
    attributes,
    inputs: inputs.map((input) => {
      const axis = range.axis - rank + (input?.shape.length ?? 0);
      return (input?.shape[axis] ?? 1) === 1 ? undefined : { ...range, axis };
    }),
  };
}

/** The node that computes only these indices of an axis of `node`'s output, or undefined. The node is valid. */
export function partialNode(operator: Operator, node: BoundNode, range: AxisRange): PartialNode | undefined {
  if (node.outputs.length !== 1 || (node.variables ?? []).length > 0) return undefined;
  if (operator.partial !== undefined) return operator.partial(node, range);
  return operator.reordered === anyOrder ? elementwisePartial(node, range) : undefined;
}

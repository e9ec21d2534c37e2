import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { inputAt, limitedShape, positiveAxis, requireSameMeaning } from "./moved.js";

/** Attributes of a concatenation. */
export interface ConcatenationAttributes {
  /** Axis along which the inputs follow each other; negative counts from the end. */
  axis: number;
  /** Whether the axis is a new one, of which each input is one index: the inputs are stacked. */
  stacks?: boolean;
}

/** The inputs as rows: every axis before the concatenated one is one, all after it are part of a row. */
export interface ConcatenatedRows {
  inputs: readonly Tensor[];
  axis: number;
  rows: number;
  /** Elements of a row, by input. */
  lengths: readonly number[];
}

/** Looks up and checks the inputs. Throws `NotRunnable`. */
export function concatenatedRows({
  attributes,
  ...node
}: BoundNode<ConcatenationAttributes>): ConcatenatedRows {
  const inputs = node.inputs.map((_, i) => inputAt(node.inputs, i));
  const [first] = inputs;
  if (first === undefined) throw new NotRunnable("no input; at least 1 is expected");
  const rank = first.shape.length + (attributes.stacks === true ? 1 : 0);
  const axis = positiveAxis(attributes.axis, rank);
  for (const input of inputs) {
    requireThat(
      input.dtype === first.dtype &&
        input.shape.length === first.shape.length &&
        input.shape.every(
          (length, i) => (i === axis && attributes.stacks !== true) || length === first.shape[i],
        ),
      `inputs ${describeType(first)} and ${describeType(input)} differ in more than axis ${axis}`,
    );
  }
  return {
    inputs,
    axis,
    rows: elementCount(first.shape.slice(0, axis)),
    lengths: inputs.map((input) => elementCount(input.shape.slice(axis))),
  };
}

/** Sum of lengths. */
export function totalLength(lengths: readonly number[]): number {
  return lengths.reduce((a, b) => a + b, 0);
}

/** Inputs of any dtype one after another along an axis. */
export const concatenation: Operator<ConcatenationAttributes> = {
  name: "concatenation",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const { inputs, axis } = concatenatedRows(node);
    const { dtype, shape } = inputs[0] as Tensor;
    requireSameMeaning(inputs, node.outputs);
    if (node.attributes.stacks === true)
      return [{ dtype, shape: limitedShape(shape.toSpliced(axis, 0, inputs.length)) }];
    const length = totalLength(inputs.map((input) => input.shape[axis] as number));
    return [{ dtype, shape: limitedShape(shape.map((old, i) => (i === axis ? length : old))) }];
  },
  macs: () => 0,
  reordered(node, order) {
    if (node.attributes.stacks === true) return undefined;
    return { attributes: { axis: order[concatenatedRows(node).axis] as number }, order };
  },
  partial(node, range) {
    if (node.attributes.stacks === true || concatenatedRows(node).axis === range.axis) return undefined;
    return { attributes: node.attributes, inputs: node.inputs.map(() => range) };
  },
  reference(node, inputs) {
    const { rows, lengths } = concatenatedRows(node);
    const stride = totalLength(lengths);
    const output = valuesLike(inputs[0], rows * stride);
    for (let row = 0; row < rows; row++) {
      let at = row * stride;
      for (const [i, length] of lengths.entries()) {
        output.set((inputs[i] as Values).subarray(row * length, (row + 1) * length), at);
        at += length;
      }
    }
    return [output];
  },
};

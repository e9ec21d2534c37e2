import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { sameParameters } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";

/** Attributes of a concatenation. */
export interface ConcatenationAttributes {
  /** Axis along which the inputs follow each other; negative counts from the end. */
  axis: number;
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
export function concatenatedRows(node: BoundNode<ConcatenationAttributes>): ConcatenatedRows {
  const inputs = node.inputs.map((input) => {
    if (input === undefined) throw new NotRunnable("an input is missing");
    return input;
  });
  const [first] = inputs;
  if (first === undefined) throw new NotRunnable("no input; at least 1 is expected");
  const rank = first.shape.length;
  const axis = node.attributes.axis < 0 ? node.attributes.axis + rank : node.attributes.axis;
  requireThat(
    Number.isInteger(axis) && axis >= 0 && axis < rank,
    `axis ${node.attributes.axis} is not one of the ${rank} axes`,
  );
  for (const input of inputs) {
    requireThat(
      input.dtype === first.dtype &&
        input.shape.length === rank &&
        input.shape.every((length, i) => i === axis || length === first.shape[i]),
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

/** Inputs one after another along an axis. */
export const concatenation: Operator<ConcatenationAttributes> = {
  name: "concatenation",
  quantization: { output: "as-input" },
  infer(node) {
    const { inputs, axis } = concatenatedRows(node);
    const { dtype, shape } = inputs[0] as Tensor;
    requireThat(dtype === "int8" || dtype === "float32", `inputs are ${dtype}; int8 or float32 is expected`);
    if (dtype === "int8") {
      for (const tensor of node.outputs) {
        for (const [i, input] of inputs.entries()) {
          requireThat(
            sameParameters(input, tensor),
            `input ${i} has another scale or zero point than the output; int8 inputs of equal parameters are expected`,
          );
        }
      }
    }
    const length = totalLength(inputs.map((input) => input.shape[axis] as number));
    return [{ dtype, shape: shape.map((old, i) => (i === axis ? length : old)) }];
  },
  macs: () => 0,
  reference(node, inputs) {
    const { rows, lengths } = concatenatedRows(node);
    const stride = totalLength(lengths);
    const output = new Float32Array(rows * stride);
    for (let row = 0; row < rows; row++) {
      let at = row * stride;
      for (const [i, length] of lengths.entries()) {
        output.set((inputs[i] as Float32Array).subarray(row * length, (row + 1) * length), at);
        at += length;
      }
    }
    return [output];
  },
};

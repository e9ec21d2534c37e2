import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { expOnNegative, fixedPointInput } from "../../numerics/fixed-point.js";
import {
  doublingHighMultiply,
  type FixedPointMultiplier,
  int8Parameters,
  integerParameters,
  quantizeMultiplier,
} from "../../numerics/requantization.js";
import { onlyInput, requireParameters } from "../elementwise/lookup-table.js";
import { type Operator, type Values, valuesLike } from "../operator.js";

/** Attributes of a softmax over the last axis. */
export interface SoftmaxAttributes {
  /** Factor of the input: softmax(beta * x). */
  beta: number;
}

/** Differences of two int8: the most entries that `softmaxTable` has. */
export const softmaxDifferences = 256;
/** Exponentials below this round to 0 both in the sum and in the output. */
const leastExponential = 2 ** 11;
/** Longest rows whose sums of exponentials (of int8 at most 2^19 each, of int16 2^15) fit into int32. */
const maxDepths = { int8: 4095, int16: 65535 };

/**
 * exp(beta * scale * difference) for the differences -255..0, ascending, int32 without integer bits: TFLite's
 * reference kernel, where differences below its `diff_min` count as 0.
 *
 * @throws NotRunnable where the scale or beta is too small for TFLite's kernel
 */
export function exponentials(scale: number, beta: number): Int32Array {
  const integerBits = 5;
  const { multiplier, shift, radius } = fixedPointInput(beta * scale, integerBits);
  return Int32Array.from({ length: softmaxDifferences }, (_, i) => {
    const difference = i - (softmaxDifferences - 1);
    if (difference < -radius) return 0;
    return expOnNegative(doublingHighMultiply(difference * 2 ** shift, multiplier), integerBits);
  });
}

/** A node's exponentials by difference, ascending, without the leading ones that count as 0. */
export function softmaxTable(node: BoundNode, beta: number): Int32Array {
  const table = exponentials(int8Parameters(onlyInput(node)).scale, beta);
  return table.subarray(table.findIndex((value) => value >= leastExponential));
}

/** Length of the axis that a softmax is over. */
export function softmaxDepth(tensor: Tensor): number {
  return tensor.shape[tensor.shape.length - 1] as number;
}

/** Values with a function of rows applied to each row of their last axis. */
export function mapRows(
  tensor: Tensor,
  values: Values | undefined,
  ofRow: (row: readonly number[]) => readonly number[],
): Values {
  if (values === undefined) throw new NotRunnable("the input is missing");
  const depth = softmaxDepth(tensor);
  const output = valuesLike(values, values.length);
  for (let row = 0; row < values.length; row += depth) {
    output.set(ofRow(Array.from(values.subarray(row, row + depth))), row);
  }
  return output;
}

/** Least argument of the exponential's table of int16. */
export const leastInt16Argument = -10;

/** What a difference of int16 is rescaled by to be looked up. Throws `NotRunnable`. */
export function int16Difference(node: BoundNode<SoftmaxAttributes>): FixedPointMultiplier {
  const { scale } = integerParameters(onlyInput(node));
  return quantizeMultiplier((scale * node.attributes.beta) / (-leastInt16Argument / 65535));
}

/** Checks a row's length and rank. Throws `NotRunnable`. */
export function requireRows(input: Tensor, most: number): void {
  requireThat(input.shape.length >= 1, "input is a scalar; a rank of at least 1 is expected");
  const depth = softmaxDepth(input);
  requireThat(depth <= most, `the last axis has ${depth} elements; at most ${most} are possible`);
}

/** Checks that an output has the parameters that a kernel produces, the scale within a thousandth. Throws `NotRunnable`. */
export function requireOutput(output: Tensor | undefined, scale: number, zeroPoint: number): void {
  if (output === undefined) return;
  const found = integerParameters(output);
  requireThat(
    Math.abs(found.scale - scale) <= scale / 1000 && found.zeroPoint === zeroPoint,
    `output has scale ${found.scale} and zero point ${found.zeroPoint}; ${scale} and ${zeroPoint} are expected`,
  );
}

/** Softmax over the last axis. Of int8 the output may be int16. */
export const softmax: Operator<SoftmaxAttributes> = {
  name: "softmax",
  quantization: { output: { scale: 1 / 256, zeroPoint: -128 } },
  infer(node) {
    const input = onlyInput(node);
    const { beta } = node.attributes;
    const [output] = node.outputs;
    const { dtype, shape } = input;
    requireThat(
      dtype === "int8" || dtype === "int16" || dtype === "float32",
      `input is ${dtype}; int8, int16 or float32 is expected`,
    );
    requireThat(Number.isFinite(beta) && beta > 0, `beta is ${beta}; a finite positive number is expected`);
    requireRows(input, dtype === "float32" ? Number.POSITIVE_INFINITY : maxDepths[dtype]);
    if (dtype === "int16") {
      requireOutput(output, 2 ** -15, 0);
      int16Difference(node);
    } else if (dtype === "int8") {
      softmaxTable(node, beta);
      if (output?.dtype === "int16") {
        requireOutput(output, 2 ** -16, -(2 ** 15));
        return [{ dtype: "int16", shape }];
      }
      requireParameters(output, 1 / 256, -128);
    }
    return [{ dtype, shape }];
  },
  macs: () => 0,
  reference(node, [input]) {
    return [
      mapRows(onlyInput(node), input, (row) => {
        const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
        const terms = row.map((value) => Math.exp((value - largest) * node.attributes.beta));
        const sum = terms.reduce((a, b) => a + b, 0);
        return terms.map((term) => term / sum);
      }),
    ];
  },
};

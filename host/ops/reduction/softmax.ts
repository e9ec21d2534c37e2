import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { expOnNegative, fixedPointInput } from "../../numerics/fixed-point.js";
import { doublingHighMultiply, int8Parameters } from "../../numerics/requantization.js";
import { inferElementwise, onlyInput, requireParameters } from "../elementwise/lookup-table.js";
import type { Operator } from "../operator.js";

/** Attributes of a softmax over the last axis. */
export interface SoftmaxAttributes {
  /** Factor of the input: softmax(beta * x). */
  beta: number;
}

/** Differences of two int8: the most entries that `softmaxTable` has. */
export const softmaxDifferences = 256;
/** Exponentials below this round to 0 both in the sum and in the output. */
const leastExponential = 2 ** 11;
/** Longest row whose sum of exponentials (at most 2^19 each) fits into int32. */
const maxDepth = 4095;

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
export function softmaxTable(node: BoundNode<SoftmaxAttributes>): Int32Array {
  const table = exponentials(int8Parameters(onlyInput(node)).scale, node.attributes.beta);
  return table.subarray(table.findIndex((value) => value >= leastExponential));
}

/** Length of the axis that a softmax is over. */
export function softmaxDepth(tensor: Tensor): number {
  return tensor.shape[tensor.shape.length - 1] as number;
}

/** Softmax over the last axis. */
export const softmax: Operator<SoftmaxAttributes> = {
  name: "softmax",
  quantization: { output: { scale: 1 / 256, zeroPoint: -128 } },
  infer(node) {
    const types = inferElementwise(node);
    const input = onlyInput(node);
    const { beta } = node.attributes;
    requireThat(input.shape.length >= 1, "input is a scalar; a rank of at least 1 is expected");
    requireThat(Number.isFinite(beta) && beta > 0, `beta is ${beta}; a finite positive number is expected`);
    if (input.dtype === "int8") {
      requireThat(
        softmaxDepth(input) <= maxDepth,
        `the last axis has ${softmaxDepth(input)} elements; at most ${maxDepth} are possible`,
      );
      requireParameters(node.outputs[0], 1 / 256, -128);
      softmaxTable(node);
    }
    return types;
  },
  macs: () => 0,
  reference(node, [input]) {
    const values = input as Float32Array;
    const depth = softmaxDepth(onlyInput(node));
    const output = new Float32Array(values.length);
    for (let row = 0; row < values.length; row += depth) {
      const slice = values.subarray(row, row + depth);
      const largest = slice.reduce((a, b) => Math.max(a, b), -Infinity);
      const terms = Array.from(slice, (value) => Math.exp((value - largest) * node.attributes.beta));
      const sum = terms.reduce((a, b) => a + b, 0);
      for (const [i, term] of terms.entries()) output[row + i] = term / sum;
    }
    return [output];
  },
};

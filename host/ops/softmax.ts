import { accelerators } from "../abi/accelerators.js";
import { softmaxParameters } from "../abi/parameters.js";
import type { BoundNode } from "../graph/node.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { expOnNegative, fixedPointInput } from "./fixed-point.js";
import { callKernel } from "./kernel.js";
import { inferElementwise, onlyInput, requireParameters } from "./lookup-table.js";
import { type Operator, requireThat } from "./operator.js";
import { doublingHighMultiply, int8Parameters } from "./requantization.js";

/** Attributes of a softmax over the last axis. */
export interface SoftmaxAttributes {
  /** Factor of the input: softmax(beta * x). */
  beta: number;
}

/** Entries of the kernel's table: one for each difference of two int8. */
const tableEntries = 256;
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
  return Int32Array.from({ length: tableEntries }, (_, i) => {
    const difference = i - (tableEntries - 1);
    if (difference < -radius) return 0;
    return expOnNegative(doublingHighMultiply(difference * 2 ** shift, multiplier), integerBits);
  });
}

/** Table for a node, without the leading entries that count as 0. */
function tableOf(node: BoundNode<SoftmaxAttributes>): Int32Array {
  const table = exponentials(int8Parameters(onlyInput(node)).scale, node.attributes.beta);
  return table.subarray(table.findIndex((value) => value >= leastExponential));
}

function depthOf(tensor: Tensor): number {
  return tensor.shape[tensor.shape.length - 1] as number;
}

/** Softmax over the last axis. */
export const softmax: Operator<SoftmaxAttributes> = {
  name: "softmax",
  tflite: [
    {
      builtin: "SOFTMAX",
      optionsType: 9,
      maxVersion: 3,
      read({ options }) {
        return { attributes: { beta: options.float32(0, 0) } };
      },
    },
  ],
  quantization: { output: { scale: 1 / 256, zeroPoint: -128 } },
  infer(node) {
    const types = inferElementwise(node);
    const input = onlyInput(node);
    const { beta } = node.attributes;
    requireThat(input.shape.length >= 1, "input is a scalar; a rank of at least 1 is expected");
    requireThat(Number.isFinite(beta) && beta > 0, `beta is ${beta}; a finite positive number is expected`);
    if (input.dtype === "int8") {
      requireThat(
        depthOf(input) <= maxDepth,
        `the last axis has ${depthOf(input)} elements; at most ${maxDepth} are possible`,
      );
      requireParameters(node.outputs[0], 1 / 256, -128);
      tableOf(node);
    }
    return types;
  },
  macs: () => 0,
  scratchBytes: () => [tableEntries * 4],
  inPlace: () => [0],
  reference(node, [input]) {
    const values = input as Float32Array;
    const depth = depthOf(onlyInput(node));
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
  emit(node, placement) {
    const input = onlyInput(node);
    const table = tableOf(node);
    const bytes = new Uint8Array(table.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of table.entries()) view.setInt32(i * 4, value, true);
    return [
      callKernel(
        { name: "softmaxInt8", parameters: softmaxParameters, accelerator: accelerators.softmax },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          scratch: placement.scratch,
          weights: placement.weights(bytes),
          entries: table.length,
          rows: elementCount(input.shape) / depthOf(input),
          depth: depthOf(input),
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};

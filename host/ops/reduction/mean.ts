import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor, TensorType } from "../../graph/tensor.js";
import { int8Parameters, quantizeMultiplier } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";

/** Attributes of a mean: axes from 0, or from -1 for the last; no axis at all gives the input. */
export interface MeanAttributes {
  axes: readonly number[];
  keepDims: boolean;
}

/** Most elements that one output may average over, so that int32 holds the sum with its zero point taken off. */
const maxElements = 2 ** 23;

/** Lengths of the input with its axes joined: kept, reduced, kept, reduced, kept. */
type Groups = [number, number, number, number, number];

/** The input, which of its axes are reduced, and how many elements one output is made of. Throws `NotRunnable`. */
export function reducedAxes(node: BoundNode<MeanAttributes>): {
  input: Tensor;
  reduced: boolean[];
  elements: number;
} {
  const [input] = node.inputs;
  if (input === undefined) throw new NotRunnable("the input is missing");
  const rank = input.shape.length;
  const reduced = input.shape.map(() => false);
  for (const axis of node.attributes.axes) {
    requireThat(
      Number.isInteger(axis) && axis >= -rank && axis < rank,
      `axis ${axis} does not exist in rank ${rank}`,
    );
    reduced[axis < 0 ? axis + rank : axis] = true;
  }
  const elements = input.shape.reduce((product, length, axis) => product * (reduced[axis] ? length : 1), 1);
  requireThat(
    elements > 0 && elements <= maxElements,
    `a mean of ${elements} elements; 1 to ${maxElements} are supported`,
  );
  return { input, reduced, elements };
}

/** Joins neighbouring axes of a kind. Throws `NotRunnable` where there are more than two groups of reduced ones. */
export function groupAxes(input: Tensor, reduced: readonly boolean[]): Groups {
  const lengths = [1];
  for (const [axis, length] of input.shape.entries()) {
    if (length === 1) continue;
    if (reduced[axis] !== (lengths.length % 2 === 0)) lengths.push(1);
    lengths[lengths.length - 1] = (lengths.at(-1) as number) * length;
  }
  requireThat(lengths.length <= 5, "the axes reduced lie in more than two groups; two are supported");
  if (lengths.length % 2 === 0) lengths.push(1);
  // The kernel sums four neighbours of the last group at once: what is kept goes there.
  while (lengths.length < 5) lengths.unshift(1, 1);
  return lengths as Groups;
}

/** `multiplier` and `shift` of input scale / (output scale * elements), as `QuantizedMeanOrSum` derives them. */
export function meanMultiplier(
  from: number,
  to: number,
  elements: number,
): { multiplier: bigint; shift: number } {
  const { multiplier, shift } = quantizeMultiplier(from / to);
  const bits = Math.min(31 - Math.clz32(elements), 31 + shift);
  return { multiplier: (BigInt(multiplier) << BigInt(bits)) / BigInt(elements), shift: shift - bits };
}

/** Mean over constant axes. */
export const mean: Operator<MeanAttributes> = {
  name: "mean",
  quantization: { output: "calibrated" },
  infer(node): TensorType[] {
    const { input, reduced, elements } = reducedAxes(node);
    const { dtype, shape } = input;
    requireThat(dtype === "int8" || dtype === "float32", `input is ${dtype}; int8 or float32 is expected`);
    groupAxes(input, reduced);
    if (dtype === "int8") {
      for (const output of node.outputs) {
        meanMultiplier(int8Parameters(input).scale, int8Parameters(output).scale, elements);
      }
    }
    const { keepDims } = node.attributes;
    return [
      { dtype, shape: shape.flatMap((length, axis) => (!reduced[axis] ? [length] : keepDims ? [1] : [])) },
    ];
  },
  macs: () => 0,
  reference(node, [data]) {
    const { input, reduced, elements } = reducedAxes(node);
    if (data === undefined) throw new NotRunnable("the input is missing");
    const [kept0, reduced0, kept1, reduced1, kept2] = groupAxes(input, reduced);
    const sums = new Float64Array(kept0 * kept1 * kept2);
    let at = 0;
    for (let i = 0; i < kept0; i++) {
      for (let r = 0; r < reduced0; r++) {
        for (let j = 0; j < kept1; j++) {
          for (let s = 0; s < reduced1; s++) {
            for (let k = 0; k < kept2; k++) {
              const to = (i * kept1 + j) * kept2 + k;
              sums[to] = (sums[to] as number) + (data[at++] as number);
            }
          }
        }
      }
    }
    return [Float32Array.from(sums, (sum) => sum / elements)];
  },
};

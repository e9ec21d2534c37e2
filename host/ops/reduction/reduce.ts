import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, elementCount, type Tensor, type TensorType } from "../../graph/tensor.js";
import { integerParameters, quantizeMultiplier, sameParameters } from "../../numerics/requantization.js";
import {
  type Operator,
  type QuantizationRule,
  type Reordered,
  type Values,
  valuesLike,
} from "../operator.js";

/** Attributes of a reduction: axes from 0, or from -1 for the last; no axis at all gives the input. */
export interface ReduceAttributes {
  axes: readonly number[];
  keepDims: boolean;
}

/** Lengths of the input with its axes joined: kept, reduced, kept, reduced, kept, reduced, kept. */
export type Groups = [number, number, number, number, number, number, number];

/** Groups of neighbouring axes that may be reduced. */
const maxReducedGroups = 3;

/** The input, which of its axes are reduced, and how many elements one output is made of. Throws `NotRunnable`. */
export function reducedAxes(node: BoundNode<ReduceAttributes>): {
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
  return { input, reduced, elements };
}

/** Joins neighbouring axes of a kind. Throws `NotRunnable` where there are more than three groups of reduced ones. */
export function groupAxes(input: Tensor, reduced: readonly boolean[]): Groups {
  const lengths = [1];
  for (const [axis, length] of input.shape.entries()) {
    if (length === 1) continue;
    if (reduced[axis] !== (lengths.length % 2 === 0)) lengths.push(1);
    lengths[lengths.length - 1] = (lengths.at(-1) as number) * length;
  }
  if (lengths.length % 2 === 0) lengths.push(1);
  requireThat(
    lengths.length <= 2 * maxReducedGroups + 1,
    `the axes reduced lie in more than three groups; ${maxReducedGroups} are supported`,
  );
  // Kernels walk the last groups in their innermost loops.
  while (lengths.length < 2 * maxReducedGroups + 1) lengths.unshift(1, 1);
  return lengths as Groups;
}

/** Shape of what is left of the input. */
function reducedShape({ shape }: Tensor, reduced: readonly boolean[], keepDims: boolean): number[] {
  return shape.flatMap((length, axis) => (!reduced[axis] ? [length] : keepDims ? [1] : []));
}

/** Type of a reduction's output where the input has one of these dtypes. Throws `NotRunnable`. */
export function inferReduced(node: BoundNode<ReduceAttributes>, dtypes: readonly DType[]): TensorType[] {
  const { input, reduced, elements } = reducedAxes(node);
  requireThat(dtypes.includes(input.dtype), `input is ${input.dtype}; ${alternatives(dtypes)} is expected`);
  requireThat(elements > 0, "a reduction of no elements; at least 1 is expected");
  groupAxes(input, reduced);
  return [{ dtype: input.dtype, shape: reducedShape(input, reduced, node.attributes.keepDims) }];
}

/**
 * What is left of the values: `next` over the elements of each output in the input's order.
 *
 * @param first what it starts with
 */
export function reduceValues(
  node: BoundNode<ReduceAttributes>,
  data: Values | undefined,
  first: number,
  next: (value: number, element: number) => number,
): Values {
  if (data === undefined) throw new NotRunnable("the input is missing");
  const { input, reduced, elements } = reducedAxes(node);
  const { shape } = input;
  const results = new Float64Array(data.length / elements).fill(first);
  const steps = shape.map((_, axis) => {
    const behind = shape.slice(axis + 1).filter((_, i) => !reduced[axis + 1 + i]);
    return reduced[axis] ? 0 : elementCount(behind);
  });
  const index = shape.map(() => 0);
  let to = 0;
  for (const element of data) {
    results[to] = next(results[to] as number, element);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [length, step] = [shape[axis] as number, steps[axis] as number];
      index[axis] = (index[axis] as number) + 1;
      to += step;
      if ((index[axis] as number) < length) break;
      index[axis] = 0;
      to -= step * length;
    }
  }
  const output = valuesLike(data, results.length);
  output.set(results);
  return output;
}

/** `multiplier` and `shift` (positive: to the left) of a sum, with 1 / elements for a mean, as `QuantizedMeanOrSum` has them. */
export function sumMultiplier(
  from: number,
  to: number,
  elements: number,
): { multiplier: bigint; shift: number } {
  const { multiplier, shift } = quantizeMultiplier(from / to);
  const bits = Math.min(31 - Math.clz32(elements), 31 + shift);
  return { multiplier: (BigInt(multiplier) << BigInt(bits)) / BigInt(elements), shift: shift - bits };
}

/** Checks that int32 holds the sums of a quantized input, and that they can be rescaled. Throws `NotRunnable`. */
export function requireSummable(node: BoundNode<ReduceAttributes>, isMean: boolean): void {
  const { input, elements } = reducedAxes(node);
  if (input.dtype !== "int8" && input.dtype !== "int16") return;
  const { scale, zeroPoint } = integerParameters(input);
  const largest = (input.dtype === "int8" ? 2 ** 7 : 2 ** 15) + Math.abs(zeroPoint);
  const most = Math.floor((2 ** 31 - 1) / largest);
  requireThat(elements <= most, `a sum of ${elements} elements; 1 to ${most} are supported`);
  for (const output of node.outputs)
    sumMultiplier(scale, integerParameters(output).scale, isMean ? elements : 1);
}

/** A reduction whose input's axes are in another order. */
export function reorderedReduction(
  node: BoundNode<ReduceAttributes>,
  order: readonly number[],
): Reordered<ReduceAttributes> {
  const { keepDims } = node.attributes;
  const { reduced } = reducedAxes(node);
  const axes = order.filter((_, axis) => reduced[axis]);
  if (keepDims) return { attributes: { axes, keepDims }, order };
  const kept = order.filter((_, axis) => !reduced[axis]);
  const ranks = kept.toSorted((a, b) => a - b);
  return { attributes: { axes, keepDims }, order: kept.map((axis) => ranks.indexOf(axis)) };
}

/** A reduction that gives one of its elements, or a product. */
function plainReduction(
  name: string,
  dtypes: readonly DType[],
  output: QuantizationRule["output"],
  first: number,
  next: (value: number, element: number) => number,
): Operator<ReduceAttributes> {
  return {
    name,
    quantization: { output },
    infer(node) {
      const types = inferReduced(node, dtypes);
      const [input, result] = [node.inputs[0] as Tensor, node.outputs[0]];
      const isQuantized = input.quantization !== undefined && ["int8", "int16"].includes(input.dtype);
      requireThat(
        !isQuantized || result === undefined || sameParameters(input, result),
        "the output has another scale or zero point than the input; equal ones are expected",
      );
      return types;
    },
    macs: () => 0,
    reordered: reorderedReduction,
    reference: (node, [data]) => [reduceValues(node, data, first, next)],
  };
}

/** Dtypes of sums, of products, and of extremes. */
export const sumTypes: readonly DType[] = ["float32", "int8", "int16", "int32", "int64"];
export const prodTypes: readonly DType[] = ["float32", "int32", "int64"];
export const extremeTypes: readonly DType[] = [...sumTypes, "uint8"];

/** Product over constant axes, of whole numbers modulo 2^32 or 2^64. */
export const prod = plainReduction("prod", prodTypes, "calibrated", 1, (a, b) => a * b);

/** Largest element over constant axes. */
export const reduceMax = plainReduction("reduceMax", extremeTypes, "as-input", -Infinity, Math.max);

/** Smallest element over constant axes. */
export const reduceMin = plainReduction("reduceMin", extremeTypes, "as-input", Infinity, Math.min);

/** Whether any element over constant axes is true. */
export const reduceAny = plainReduction("reduceAny", ["bool"], "as-input", 0, Math.max);

/** Whether all elements over constant axes are true. */
export const reduceAll = plainReduction("reduceAll", ["bool"], "as-input", 1, Math.min);

/** Sum over constant axes, of whole numbers modulo 2^32 or 2^64. */
export const sum: Operator<ReduceAttributes> = {
  name: "sum",
  quantization: { output: "calibrated" },
  infer(node) {
    const types = inferReduced(node, sumTypes);
    requireSummable(node, false);
    return types;
  },
  macs: () => 0,
  reordered: reorderedReduction,
  reference: (node, [data]) => [reduceValues(node, data, 0, (a, b) => a + b)],
};

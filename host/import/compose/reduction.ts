import type { DType, Tensor } from "../../graph/tensor.js";
import { elementCount } from "../../graph/tensor.js";
import { clamp } from "../../ops/elementwise/activations.js";
import { equal } from "../../ops/elementwise/comparisons.js";
import { abs, exp, log, sqrt, square } from "../../ops/elementwise/functions.js";
import { positiveAxis } from "../../ops/movement/moved.js";
import type { Operator } from "../../ops/operator.js";
import { type ArgAttributes, argMax } from "../../ops/reduction/arg.js";
import { mean } from "../../ops/reduction/mean.js";
import {
  prod,
  type ReduceAttributes,
  reduceAll,
  reduceAny,
  reduceMax,
  reduceMin,
  sum,
} from "../../ops/reduction/reduce.js";
import type { GraphWriter } from "../graph-writer.js";
import { differenceOf, quotientOf, sumOf } from "./arithmetic.js";
import { reshaped } from "./movement.js";
import { castTo, inWide, requireOrder, wide } from "./whole-numbers.js";

/** A tensor reduced over axes; without any, itself. */
export type Reduction = (write: GraphWriter, input: Tensor, over: ReduceAttributes) => Tensor;

/** An operator over axes; the input where there are none. */
function reduced(
  write: GraphWriter,
  operator: Operator<ReduceAttributes>,
  input: Tensor,
  over: ReduceAttributes,
): Tensor {
  return over.axes.length === 0 ? input : write.node(operator, over, [input]);
}

/** Sums, which of whole numbers wrap. */
export const sumOver: Reduction = (write, input, over) =>
  inWide(write, [input], (own) => reduced(write, sum, own, over));

/** Products, which of whole numbers wrap. */
export const productOver: Reduction = (write, input, over) =>
  inWide(write, [input], (own) => reduced(write, prod, own, over));

/** Extremes, of bools whether any holds, or all. */
function extreme(operator: Operator<ReduceAttributes>, ofBools: Operator<ReduceAttributes>): Reduction {
  return (write, input, over) => {
    if (input.dtype === "bool") return reduced(write, ofBools, input, over);
    requireOrder(input);
    return inWide(write, [input], (own) => reduced(write, operator, own, over));
  };
}

/** The largest elements. */
export const largestOver = extreme(reduceMax, reduceAny);

/** The smallest elements. */
export const smallestOver = extreme(reduceMin, reduceAll);

/** Means, of whole numbers towards zero. */
export const meanOver: Reduction = (write, input, over) => {
  if (input.dtype === "float32") return reduced(write, mean, input, over);
  requireOrder(input);
  const total = reduced(write, sum, castTo(write, input, "int64"), over);
  const elements = elementCount(input.shape) / elementCount(total.shape);
  return castTo(write, quotientOf(write, total, write.scalar(elements, "int64")), input.dtype);
};

/** Sums of magnitudes. */
export const norm1Over: Reduction = (write, input, over) =>
  inWide(write, [input], (own) => reduced(write, sum, write.node(abs, {}, [own]), over));

/** Sums of squares. */
export const squaresOver: Reduction = (write, input, over) =>
  inWide(write, [input], (own) => reduced(write, sum, write.node(square, {}, [own]), over));

/** What is computed of float32, in the type of the input. */
function inFloat(compute: Reduction): Reduction {
  return (write, input, over) =>
    castTo(write, compute(write, castTo(write, input, "float32"), over), input.dtype);
}

/** Roots of sums of squares. */
export const norm2Over: Reduction = inFloat((write, input, over) =>
  write.node(sqrt, {}, [squaresOver(write, input, over)]),
);

/** Logarithms of sums. */
export const logSumOver: Reduction = inFloat((write, input, over) =>
  write.node(log, {}, [sumOver(write, input, over)]),
);

/** The largest float32. */
const largest = (2 - 2 ** -23) * 2 ** 127;

/**
 * log(sum(exp(x))) = m + log(sum(exp(x - m))), m the largest x, so that nothing overflows; finite, as infinities have no
 * difference.
 */
export const logSumExpOver: Reduction = inFloat((write, input, over) => {
  if (over.axes.length === 0) return input;
  const top = write.node(reduceMax, { ...over, keepDims: true }, [input]);
  const finite = write.node(clamp, { low: -largest, high: largest }, [top]);
  const terms = write.node(exp, {}, [differenceOf(write, input, finite)]);
  const sums = write.node(log, {}, [write.node(sum, over, [terms])]);
  return sumOf(write, sums, reshaped(write, finite, sums.shape));
});

/** Indices of extremes along an axis, of any type; the axis stays, of length 1, or not. */
export function indexOfExtreme(
  write: GraphWriter,
  operator: Operator<ArgAttributes>,
  input: Tensor,
  { keepDims, ...attributes }: ArgAttributes & { keepDims: boolean },
): Tensor {
  requireOrder(input);
  const takesAsIs = input.dtype === "uint8" || input.dtype === "int8" || input.dtype === "int16";
  const index = write.node(operator, attributes, [takesAsIs ? input : wide(write, castBool(write, input))]);
  const axis = positiveAxis(attributes.axis, input.shape.length);
  return keepDims ? reshaped(write, index, input.shape.with(axis, 1)) : index;
}

/** Bools as whole numbers, others as they are. */
function castBool(write: GraphWriter, input: Tensor): Tensor {
  return input.dtype === "bool" ? castTo(write, input, "uint8") : input;
}

/** 1 where an element is the first largest along an axis, else 0, as elements of a type. */
export function hardmax(write: GraphWriter, input: Tensor, axis: number, dtype: DType = input.dtype): Tensor {
  const rank = input.shape.length;
  const at = positiveAxis(axis, rank);
  const attributes = { axis: at, index: "int32", keepDims: true } as const;
  const index = indexOfExtreme(write, argMax, input, attributes);
  const length = input.shape[at] as number;
  const places = write.constant(
    Int32Array.from({ length }, (_, i) => i),
    [length, ...Array.from({ length: rank - at - 1 }, () => 1)],
    "int32",
  );
  return castTo(write, write.node(equal, {}, [places, index]), dtype);
}

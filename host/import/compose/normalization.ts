import { elementCount, type Tensor } from "../../graph/tensor.js";
import { averagePool2d } from "../../ops/convolution/average-pool-2d.js";
import { abs, rsqrt, sqrt, square } from "../../ops/elementwise/functions.js";
import { mean } from "../../ops/reduction/mean.js";
import { sum } from "../../ops/reduction/reduce.js";
import type { GraphWriter } from "../graph-writer.js";
import { differenceOf, powerOf, productOf, quotientOf, scaled, sumOf } from "./arithmetic.js";
import { largerOf } from "./elementwise.js";
import { reshaped } from "./movement.js";

/** 1 / sqrt(variance + epsilon) */
export function inverseDeviation(write: GraphWriter, variance: Tensor, epsilon: number): Tensor {
  return write.node(rsqrt, {}, [sumOf(write, variance, write.scalar(epsilon))]);
}

/** A tensor less its mean over some axes, divided by its deviation; and these two, of the same rank. */
export function standardized(
  write: GraphWriter,
  input: Tensor,
  axes: readonly number[],
  epsilon: number,
): { output: Tensor; mean: Tensor; inverseDeviation: Tensor } {
  const over = { axes, keepDims: true };
  const average = write.node(mean, over, [input]);
  const difference = differenceOf(write, input, average);
  const variance = write.node(mean, over, [write.node(square, {}, [difference])]);
  const inverse = inverseDeviation(write, variance, epsilon);
  return { output: productOf(write, difference, inverse), mean: average, inverseDeviation: inverse };
}

/** A tensor divided by the square root of the mean of its squares over some axes. */
export function rootMeanSquareNormalized(
  write: GraphWriter,
  input: Tensor,
  axes: readonly number[],
  epsilon: number,
): Tensor {
  const squares = write.node(mean, { axes, keepDims: true }, [write.node(square, {}, [input])]);
  return productOf(write, input, inverseDeviation(write, squares, epsilon));
}

/** A tensor times a scale plus an offset, each where it is given; they broadcast. */
export function affine(
  write: GraphWriter,
  input: Tensor,
  scale: Tensor | undefined,
  offset: Tensor | undefined,
): Tensor {
  const product = scale === undefined ? input : productOf(write, input, scale);
  return offset === undefined ? product : sumOf(write, product, offset);
}

/** (input - mean) / sqrt(variance + epsilon) * scale + offset, as one factor and one offset where all else is constant. */
export function batchNormalized(
  write: GraphWriter,
  input: Tensor,
  { scale, offset, mean: center, variance }: Record<"scale" | "offset" | "mean" | "variance", Tensor>,
  epsilon: number,
): Tensor {
  const factor = productOf(write, scale, inverseDeviation(write, variance, epsilon));
  const rest = differenceOf(write, offset, productOf(write, center, factor));
  return affine(write, input, factor, rest);
}

/** The least float32 above 0. */
const least = 2 ** -149;

/** A tensor divided by its norm (p = 1: of magnitudes, 2: of squares) along an axis; where that is 0, zeros. */
export function normalizedTo(write: GraphWriter, input: Tensor, axis: number, p: 1 | 2): Tensor {
  const over = { axes: [axis], keepDims: true };
  const total = write.node(sum, over, [write.node(p === 1 ? abs : square, {}, [input])]);
  const norm = p === 1 ? total : write.node(sqrt, {}, [total]);
  return quotientOf(write, input, largerOf(write, norm, write.scalar(least)));
}

/** A local response: how many channels before and after take part, and its numbers. */
export interface LocalResponse {
  readonly before: number;
  readonly after: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/**
 * x / (bias + alpha * mean of the squares of neighbouring channels) ^ beta; channels beyond count as zeros.
 *
 * @param axis that of the channels
 * Source: Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural networks.
 */
export function responseNormalized(
  write: GraphWriter,
  input: Tensor,
  axis: number,
  { before, after, alpha, beta, bias }: LocalResponse,
): Tensor {
  const { shape } = input;
  const [outer, channels, inner] = [shape.slice(0, axis), [shape[axis] ?? 1], shape.slice(axis + 1)].map(
    elementCount,
  ) as [number, number, number];
  const padding = { top: before, bottom: after, left: 0, right: 0 };
  const mean = write.node(
    averagePool2d,
    {
      filterHeight: before + 1 + after,
      filterWidth: 1,
      strideHeight: 1,
      strideWidth: 1,
      padding,
      counted: padding,
      activation: "none",
    },
    [reshaped(write, write.node(square, {}, [input]), [outer, channels, inner, 1])],
  );
  const around = sumOf(write, scaled(write, reshaped(write, mean, shape), alpha), write.scalar(bias));
  return quotientOf(write, input, powerOf(write, around, write.scalar(beta)));
}

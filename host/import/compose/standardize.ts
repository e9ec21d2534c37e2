import type { Tensor } from "../../graph/tensor.js";
import { add } from "../../ops/elementwise/add.js";
import { squaredDifference } from "../../ops/elementwise/arithmetic.js";
import { rsqrt, square } from "../../ops/elementwise/functions.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sub } from "../../ops/elementwise/sub.js";
import { mean } from "../../ops/reduction/mean.js";
import type { GraphWriter } from "../graph-writer.js";
import { plus } from "./activations.js";

const plain = { activation: "none" } as const;

/** Mean and variance over axes, which stay with the length 1. */
export function moments(
  write: GraphWriter,
  input: Tensor,
  axes: readonly number[],
): { average: Tensor; variance: Tensor } {
  const average = write.node(mean, { axes, keepDims: true }, [input]);
  const distances = write.node(squaredDifference, plain, [input, average]);
  return { average, variance: write.node(mean, { axes, keepDims: true }, [distances]) };
}

/** `(x - mean) / sqrt(variance + epsilon)` over axes. */
export function standardized(
  write: GraphWriter,
  input: Tensor,
  axes: readonly number[],
  epsilon: number,
): Tensor {
  const { average, variance } = moments(write, input, axes);
  const centred = write.node(sub, plain, [input, average]);
  return write.node(mul, plain, [centred, write.node(rsqrt, {}, [plus(write, variance, epsilon)])]);
}

/** `x / sqrt(mean(x^2) + epsilon)` over axes. */
export function rootMeanSquareNormalized(
  write: GraphWriter,
  input: Tensor,
  axes: readonly number[],
  epsilon: number,
): Tensor {
  const power = write.node(mean, { axes, keepDims: true }, [write.node(square, {}, [input])]);
  return write.node(mul, plain, [input, write.node(rsqrt, {}, [plus(write, power, epsilon)])]);
}

/** A tensor times a factor plus an offset, either of which may be absent. */
export function scaledAndShifted(
  write: GraphWriter,
  input: Tensor,
  factor: Tensor | undefined,
  offset: Tensor | undefined,
): Tensor {
  const product = factor === undefined ? input : write.node(mul, plain, [input, factor]);
  return offset === undefined ? product : write.node(add, plain, [product, offset]);
}

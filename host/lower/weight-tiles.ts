import type { Tensor } from "../graph/tensor.js";
import type { WeightMatrix } from "../numerics/narrow-weights.js";
import { int8Parameters } from "../numerics/requantization.js";
import { rescaleFactor, weightsZeroPoint } from "../ops/weights.js";
import { rescaleOf } from "./stored-weights.js";
import type { WriteConstants } from "./tiles.js";

/** Whether the fast int8 kernels take it, if they have one for its storage: constant weights of int8 around 0. */
export function isInt8Product(input: Tensor, weights: Tensor): boolean {
  return input.dtype === "int8" && weights.data !== undefined && weightsZeroPoint(weights) === 0;
}

/** Bytes of a tile's header: bias, multiplier and shift of 4 output channels, int32 each. */
export const tileHeaderBytes = 48;

/** Constants of a matrix product's output channels, ready for tiles. */
export interface ChannelConstants {
  bias: Int32Array;
  multiplier: Int32Array;
  /**
   * Positive: right shift after the multiplication. Otherwise left shift by -shift before it. With `roundedOnce` added, one
   * rounding.
   */
  shift: Int32Array;
}

/**
 * Requantization constants of `channels` output channels: multiplier of the factor by which sums are rescaled
 * (`rescaleFactor`), bias with `-inputZeroPoint * weightSum[n]` folded in, modulo 2^32.
 */
export function channelConstants(
  product: "convolution" | "matrix",
  tensors: { input: Tensor; weights: Tensor; bias: Tensor | undefined; output: Tensor },
  channels: number,
  { depth, index }: WeightMatrix,
): ChannelConstants {
  const { zeroPoint } = int8Parameters(tensors.input);
  const weightSum = (n: number): number => {
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += Number(tensors.weights.data?.[index(n, k)] ?? 0);
    return sum;
  };
  const constants: ChannelConstants = {
    bias: new Int32Array(channels),
    multiplier: new Int32Array(channels),
    shift: new Int32Array(channels),
  };
  for (let n = 0; n < channels; n++) {
    const { multiplier, shift } = rescaleOf(rescaleFactor(product, tensors, n), "int32", tensors.output);
    constants.bias[n] = Number(tensors.bias?.data?.[n] ?? 0) - Math.imul(zeroPoint, weightSum(n));
    constants.multiplier[n] = multiplier;
    constants.shift[n] = shift;
  }
  return constants;
}

/** What writes these constants into the headers of tiles. */
export function channelWriter({ bias, multiplier, shift }: ChannelConstants): WriteConstants {
  return (view, at, lane, n) => {
    for (const [i, constants] of [bias, multiplier, shift].entries())
      view.setInt32(at + 16 * i + 4 * lane, constants[n] as number, true);
  };
}

/**
 * How many products a 21-bit lane takes before it must be emptied: the largest multiple of 4 with
 * `products * 128 * max|weight| < 2^20` (see assembly/math/lanes.ts). `maxWeight` is at most 128.
 */
export function laneCapacity(maxWeight: number): number {
  return Math.floor((2 ** 20 - 1) / (128 * Math.max(1, maxWeight)) / 4) * 4;
}

/** Largest magnitude among int8 weights. */
export function largestMagnitude(data: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i] as number));
  return largest;
}

import type { Tensor } from "../graph/tensor.js";
import { int8Parameters } from "../numerics/requantization.js";
import { rescaleFactor, weightsZeroPoint } from "../ops/weights.js";
import { rescaleOf, storageOf } from "./stored-weights.js";

/** Whether the fast int8 kernels take it: constant weights of 8 bits around 0. */
export function isPlainInt8(input: Tensor, weights: Tensor): boolean {
  const isInt8 = input.dtype === "int8" && storageOf(weights, input) === "as-computed";
  return isInt8 && weightsZeroPoint(weights) === 0;
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
  weightSum: (channel: number) => number,
): ChannelConstants {
  const { zeroPoint } = int8Parameters(tensors.input);
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

/**
 * Lays a matrix of int8 weights out in tiles: for every 4 outputs their constants, then for every 4 inputs
 * 4 outputs of 4 int8. Missing outputs and inputs are zero.
 *
 * @param at weight of output `n` and input `k`
 */
export function packTiles(
  outputs: number,
  inputs: number,
  at: (n: number, k: number) => number,
  constants: ChannelConstants,
): Uint8Array {
  const groups = Math.ceil(inputs / 4);
  const tileBytes = tileHeaderBytes + groups * 16;
  const tiles = Math.ceil(outputs / 4);
  const bytes = new Uint8Array(tiles * tileBytes);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < outputs; n++) {
    const tile = (n >> 2) * tileBytes;
    const column = (n & 3) * 4;
    view.setInt32(tile + column, constants.bias[n] as number, true);
    view.setInt32(tile + 16 + column, constants.multiplier[n] as number, true);
    view.setInt32(tile + 32 + column, constants.shift[n] as number, true);
    for (let k = 0; k < inputs; k++) {
      bytes[tile + tileHeaderBytes + (k >> 2) * 16 + column + (k & 3)] = at(n, k);
    }
  }
  return bytes;
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

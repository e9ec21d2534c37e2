import { elementCount, type Tensor } from "../../graph/tensor.js";
import { biasLimit, roundHalfAway } from "../../numerics/requantization.js";
import { leastScale } from "../affine-parameters.js";
import type { WeightKind } from "../scheme.js";

/** Largest magnitude of integer weights. */
export const weightLimits = { int8: 127, int4: 7 } as const;

/** Whether weights become integers. */
export type IntegerWeights = Exclude<WeightKind, "float32">;

/** Scales of weights of integers up to `limit`, one for each index of an axis. */
function channelScales(
  maxima: Float64Array,
  limit: number,
  bias: ArrayLike<number> | undefined,
  inputScale: number,
): number[] {
  const scales = Array.from(maxima, (max) => Math.fround(max / limit)).map((scale) =>
    scale < leastScale ? 0 : scale,
  );
  const forZero = Math.max(...scales) || Math.fround(1 / limit);
  return scales.map((scale, n) => Math.max(scale || forZero, leastForBias(bias?.[n] ?? 0, inputScale)));
}

/** The least scale of weights with which a bias fits into half of int32. */
export function leastForBias(bias: number, inputScale: number): number {
  return Math.fround(Math.fround(Math.abs(bias) / (inputScale * biasLimit)) * (1 + 2 ** -20));
}

/** Goes through weights run by run: `inner` neighbours are of one channel. */
function forEachRun(
  { shape }: Tensor,
  axis: number,
  visit: (channel: number, from: number, to: number) => void,
): void {
  const channels = shape[axis] as number;
  const inner = elementCount(shape.slice(axis + 1));
  const count = elementCount(shape);
  for (let from = 0, run = 0; from < count; from += inner, run++) visit(run % channels, from, from + inner);
}

/** What a node's weights are multiplied with, and in what. */
export interface WeightedInput {
  /** Scale of the activation; 1 where it is of float32. */
  scale: number;
  /** What the bias becomes: of int32 sums, of int64 ones, or what it was. */
  bias: "int32" | "int64" | "float32";
}

/** A bias in units of the input's scale times the weights'. */
export function quantizeBias(
  bias: Tensor,
  values: ArrayLike<number>,
  scales: readonly number[],
  input: WeightedInput,
): Tensor {
  if (input.bias === "float32") return { ...bias, data: Float32Array.from(values) };
  const whole = Array.from(values, (value, n) =>
    roundHalfAway(value / (input.scale * (scales[n] as number))),
  );
  const zeroPoint = scales.map(() => 0);
  const quantization = { scale: scales.map((value) => Math.fround(input.scale * value)), zeroPoint, axis: 0 };
  return input.bias === "int32"
    ? { ...bias, dtype: "int32", data: Int32Array.from(whole), quantization }
    : { ...bias, dtype: "int64", data: BigInt64Array.from(whole, BigInt), quantization };
}

/** Weights of the same shape as int8 with one scale for each index of an axis. */
export function integerWeights(
  weights: Tensor,
  data: Int8Array,
  scale: readonly number[],
  axis: number,
  kind: IntegerWeights,
): Tensor {
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis };
  return { ...weights, dtype: "int8", data, quantization, ...(kind === "int4" && { stored: "int4" }) };
}

/**
 * Constant weights as symmetric integers with one scale for each index of `axis`, the largest magnitude of a channel at
 * the limit, 127 or 7, and their bias with scale `inputScale * weightScale[n]` (TFLite 8-bit specification).
 * A channel of zeros takes the largest scale among the others. Where a bias would not fit into half of int32, the
 * channel's weight scale is enlarged until it does.
 *
 * @param weights constant float32 tensor
 * @param bias constant float32 tensor with one element for each index of `axis`, or undefined
 */
export function quantizeWeights(
  weights: Tensor,
  axis: number,
  bias: Tensor | undefined,
  input: WeightedInput,
  kind: IntegerWeights,
): { weights: Tensor; bias: Tensor | undefined } {
  const values = weights.data as Float32Array;
  const limit = weightLimits[kind];
  const maxima = new Float64Array(weights.shape[axis] as number);
  forEachRun(weights, axis, (channel, from, to) => {
    let most = maxima[channel] as number;
    for (let i = from; i < to; i++) most = Math.max(most, Math.abs(values[i] as number));
    maxima[channel] = most;
  });
  const biasValues = bias?.data as Float32Array | undefined;
  const scale = channelScales(maxima, limit, input.bias === "int32" ? biasValues : undefined, input.scale);
  const data = new Int8Array(values.length);
  forEachRun(weights, axis, (channel, from, to) => {
    const step = scale[channel] as number;
    for (let i = from; i < to; i++)
      data[i] = Math.min(limit, Math.max(-limit, roundHalfAway((values[i] as number) / step)));
  });
  return {
    weights: integerWeights(weights, data, scale, axis, kind),
    bias: bias && biasValues && quantizeBias(bias, biasValues, scale, input),
  };
}

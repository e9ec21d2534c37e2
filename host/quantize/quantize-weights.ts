import { elementCount, type Tensor } from "../graph/tensor.js";
import { biasLimit, roundHalfAway } from "../numerics/requantization.js";
import { leastScale } from "./affine-parameters.js";

/** Scales of int8 weights, one for each index of an axis. */
function channelScales(maxima: Float64Array, bias: Float32Array | undefined, inputScale: number): number[] {
  const scales = Array.from(maxima, (max) => Math.fround(max / 127)).map((scale) =>
    scale < leastScale ? 0 : scale,
  );
  const forZero = Math.max(...scales) || Math.fround(1 / 127);
  return scales.map((scale, n) => {
    const leastForBias = Math.fround(Math.abs(bias?.[n] ?? 0) / (inputScale * biasLimit)) * (1 + 2 ** -20);
    return Math.fround(Math.max(scale || forZero, leastForBias));
  });
}

/**
 * Constant weights as symmetric int8 in -127..127 with one scale for each index of `axis`, the largest magnitude of
 * a channel at 127, and their bias as int32 with scale `inputScale * weightScale[n]` (TFLite 8-bit specification).
 * A channel of zeros takes the largest scale among the others. Where a bias would not fit into half of int32, the
 * channel's weight scale is enlarged until it does.
 *
 * @param weights constant float32 tensor
 * @param bias constant float32 tensor with one element for each index of `axis`, or undefined
 * @param inputScale scale of the activation that the weights are multiplied with
 */
export function quantizeWeights(
  weights: Tensor,
  axis: number,
  bias: Tensor | undefined,
  inputScale: number,
): { weights: Tensor; bias: Tensor | undefined } {
  const values = weights.data as Float32Array;
  const channels = weights.shape[axis] as number;
  const inner = elementCount(weights.shape.slice(axis + 1));
  /** Goes through the weights run by run: `inner` neighbours are of one channel. */
  const forEachRun = (visit: (channel: number, from: number, to: number) => void): void => {
    for (let from = 0, run = 0; from < values.length; from += inner, run++)
      visit(run % channels, from, from + inner);
  };
  const maxima = new Float64Array(channels);
  forEachRun((channel, from, to) => {
    let most = maxima[channel] as number;
    for (let i = from; i < to; i++) most = Math.max(most, Math.abs(values[i] as number));
    maxima[channel] = most;
  });
  const biasValues = bias?.data as Float32Array | undefined;
  const scale = channelScales(maxima, biasValues, inputScale);
  const zeroPoint = scale.map(() => 0);
  const data = new Int8Array(values.length);
  forEachRun((channel, from, to) => {
    const step = scale[channel] as number;
    for (let i = from; i < to; i++)
      data[i] = Math.min(127, Math.max(-127, roundHalfAway((values[i] as number) / step)));
  });
  const quantizedBias = biasValues && {
    ...(bias as Tensor),
    dtype: "int32" as const,
    data: Int32Array.from(biasValues, (value, n) =>
      roundHalfAway(value / (inputScale * (scale[n] as number))),
    ),
    quantization: { scale: scale.map((value) => Math.fround(inputScale * value)), zeroPoint, axis: 0 },
  };
  return {
    weights: { ...weights, dtype: "int8", data, quantization: { scale, zeroPoint, axis } },
    bias: quantizedBias,
  };
}

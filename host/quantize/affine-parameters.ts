import { roundHalfAway } from "../numerics/requantization.js";
import type { Range } from "./calibrate.js";

/** Scale and zero point of a tensor quantized as a whole. */
export interface AffineParameters {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Smallest normal float32: scales below it are taken for zero. */
export const leastScale = 2 ** -126;

/**
 * int8 parameters for a range: `real = scale * (q - zeroPoint)`, the range widened to hold 0, 0 exact, the scale
 * a float32. A range of nothing but 0 gets scale 1. Arithmetic in float32 and rounding as in TFLite's
 * `GetAsymmetricQuantizationParams` (tensorflow/lite/tools/optimize/quantization_utils.cc).
 */
export function int8ParametersOf(range: Range): AffineParameters {
  const min = Math.fround(Math.min(range.min, 0));
  const max = Math.fround(Math.max(range.max, 0));
  const scale = Math.fround((max - min) / 255);
  if (scale < leastScale) return { scale: 1, zeroPoint: 0 };
  const zeroPoint = roundHalfAway(Math.fround(-128 - Math.fround(min / scale)));
  return { scale, zeroPoint: Math.min(127, Math.max(-128, zeroPoint)) };
}

/** Nearest int8 codes of real values, halves away from zero, clamped. */
export function toInt8(values: Float32Array, { scale, zeroPoint }: AffineParameters): Int8Array {
  return Int8Array.from(values, (value) =>
    Math.min(127, Math.max(-128, zeroPoint + roundHalfAway(Math.fround(value / scale)))),
  );
}

import { roundHalfAway } from "../numerics/requantization.js";
import type { Range } from "./ranges/range.js";
import type { Arithmetic } from "./scheme.js";

/** Scale and zero point of a tensor quantized as a whole. */
export interface AffineParameters {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** What integers are computed in. */
export type IntegerArithmetic = Exclude<Arithmetic, "float32">;

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

/** int16 parameters for a range: symmetric, its larger end at 32767 (TFLite's 16x8 quantization). */
function int16ParametersOf({ min, max }: Range): AffineParameters {
  const scale = Math.fround(Math.max(Math.abs(min), Math.abs(max)) / 32767);
  return { scale: scale < leastScale ? 1 : scale, zeroPoint: 0 };
}

/** Parameters for a range in some arithmetic. */
export function parametersOf(range: Range, arithmetic: IntegerArithmetic): AffineParameters {
  return arithmetic === "int8" ? int8ParametersOf(range) : int16ParametersOf(range);
}

/** Parameters that an operator fixes for int8, in some arithmetic: in int16 from -1 to 1, as TFLite has them. */
export function fixedParametersIn(fixed: AffineParameters, arithmetic: IntegerArithmetic): AffineParameters {
  if (arithmetic === "int8") return fixed;
  const most = Math.max(fixed.scale * (128 + fixed.zeroPoint), fixed.scale * (128 - fixed.zeroPoint));
  return { scale: most / 32768, zeroPoint: 0 };
}

/** Limits of the codes of an arithmetic. */
const codeLimits = { int8: [-128, 127], int16: [-32768, 32767] } as const;

/** Nearest codes of real values, halves away from zero, clamped. */
export function toCodes(
  values: Float32Array,
  { scale, zeroPoint }: AffineParameters,
  arithmetic: IntegerArithmetic,
): Int8Array | Int16Array {
  const [low, high] = codeLimits[arithmetic];
  const codes = arithmetic === "int8" ? new Int8Array(values.length) : new Int16Array(values.length);
  for (let i = 0; i < codes.length; i++) {
    const code = zeroPoint + roundHalfAway(Math.fround((values[i] as number) / scale));
    codes[i] = Math.min(high, Math.max(low, code));
  }
  return codes;
}

/** What real values become when they are codes in between. */
export function throughCodes(
  values: Float32Array,
  parameters: AffineParameters,
  arithmetic: IntegerArithmetic,
): Float32Array {
  const { scale, zeroPoint } = parameters;
  const codes = toCodes(values, parameters, arithmetic);
  return Float32Array.from(codes, (code) => scale * (code - zeroPoint));
}

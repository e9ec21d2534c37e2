/**
 * Operands of two scales at one: what sums, squared differences and comparisons of quantized integers begin with.
 *
 *   rescale((q - zeroPoint) * 2^leftShift, multiplier, shift)
 *
 * Source: TFLite reference kernels `AddElementwise`, `ComparisonWithScaling`.
 */
import { QuantizedPairParameters } from "../parameters";
import { rescale } from "./requantize";

// @ts-ignore: decorator
@inline
export function firstAtCommonScale(q: i32, given: QuantizedPairParameters): i32 {
  return rescale((q - given.firstZeroPoint) << given.leftShift, given.firstMultiplier, given.firstShift);
}

// @ts-ignore: decorator
@inline
export function secondAtCommonScale(q: i32, given: QuantizedPairParameters): i32 {
  return rescale((q - given.secondZeroPoint) << given.leftShift, given.secondMultiplier, given.secondShift);
}

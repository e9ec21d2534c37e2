/**
 * Arithmetic of two quantized integers, with broadcasting.
 *
 * first, second: the operands, both int8 or both int16; of prelu int16 and int8 too
 * output [shape] of that dtype, the operands' broadcast shape; may be the memory of an operand of that shape
 *
 *   a = first - firstZeroPoint, b = second - secondZeroPoint
 *   a', b' = rescale(a * 2^leftShift), rescale(b * 2^leftShift): at a common scale
 *
 *   sum                 clamp(outputZeroPoint + rescale(a' + secondSign * b'), low, high)
 *   squared difference  clamp(outputZeroPoint + rescale((a' - b')^2), low, high)
 *   product             clamp(outputZeroPoint + rescale(a * b), low, high)
 *   prelu               clamp(outputZeroPoint + (a >= 0 ? rescale(a) : rescale(a * b)), low, high)
 *   quotient            clamp(outputZeroPoint + rescale(a / b), low, high), by the reciprocal of |b| in fixed point;
 *                       where b is 0 an end of the range, by the sign of a
 *
 * Accumulator: int32, as in the reference kernels; products with multipliers int64.
 * Source: TFLite reference kernels `AddElementwise`, `SubElementwise`, `SquaredDifference`, `MulElementwise`, `Prelu`,
 * `DivElementwise`.
 */
import { walkMixedPairs, walkPairs } from "../../math/broadcast";
import { firstAtCommonScale, secondAtCommonScale } from "../../math/common-scale";
import { reciprocal } from "../../math/fixed-point";
import { clamp, rescale } from "../../math/requantize";
import { QuantizedPairParameters } from "../../parameters";

// @ts-ignore: decorator
@inline
function finish(value: i32, given: QuantizedPairParameters): i32 {
  return clamp(value + given.outputZeroPoint, given.low, given.high);
}

@unmanaged
class QuantizedSum extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    const sum = firstAtCommonScale(a, this) + this.secondSign * secondAtCommonScale(b, this);
    return finish(rescale(sum, this.multiplier, this.shift), this);
  }
}

export function walkedSumInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedSum, i16, i32, i16>(parameters, to);
}

export function walkedSumInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedSum, i8, i32, i8>(parameters, to);
}

@unmanaged
class QuantizedSquaredDifference extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    const difference = firstAtCommonScale(a, this) - secondAtCommonScale(b, this);
    return finish(rescale(difference * difference, this.multiplier, this.shift), this);
  }
}

export function squaredDifferenceInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedSquaredDifference, i16, i32, i16>(parameters, to);
}

export function squaredDifferenceInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedSquaredDifference, i8, i32, i8>(parameters, to);
}

@unmanaged
class QuantizedProduct extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    const product = (a - this.firstZeroPoint) * (b - this.secondZeroPoint);
    return finish(rescale(product, this.multiplier, this.shift), this);
  }
}

export function walkedProductInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedProduct, i16, i32, i16>(parameters, to);
}

export function walkedProductInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedProduct, i8, i32, i8>(parameters, to);
}

@unmanaged
class QuantizedPrelu extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    const value = a - this.firstZeroPoint;
    if (value >= 0) return finish(rescale(value, this.firstMultiplier, this.firstShift), this);
    return finish(rescale(value * (b - this.secondZeroPoint), this.secondMultiplier, this.secondShift), this);
  }
}

export function preluInt16(parameters: i32, to: usize): void {
  walkMixedPairs<QuantizedPrelu, i16, i8, i32, i16>(parameters, to);
}

export function preluInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedPrelu, i8, i32, i8>(parameters, to);
}

/**
 * a / b at the output's scale. The reciprocal of |b| is 2^-digits times a fraction, digits the bits of |b| below its
 * first; a is shifted to the left by its spare bits before it is multiplied with it.
 */
function quotient(a: i32, b: i32, given: QuantizedPairParameters): i32 {
  if (b == 0) return a < 0 ? given.low : given.high;
  const value = b < 0 ? -a : a, divisor = abs(b);
  if (value == 0) return finish(0, given);
  const headroom = clz(value ^ (value >> 31)) - 1, digits = 31 - clz(divisor);
  const product = rescale(value << headroom, <i32>reciprocal(<i64>(<u32>(divisor << clz(divisor)) >> 1)), 0);
  const shift = given.shift + digits + headroom;
  if (shift < 0) return value < 0 ? given.low : given.high;
  const t = (<i64>product * <i64>given.multiplier + 0x40000000) >> 31;
  const scaled = shift > 62 ? 0 : (t + (t >> 63) * i64(shift > 0) + ((<i64>1 << shift) >> 1)) >> shift;
  return finish(<i32>scaled, given);
}

@unmanaged
class QuantizedQuotient extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return quotient(a - this.firstZeroPoint, b - this.secondZeroPoint, this);
  }
}

export function quotientInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedQuotient, i8, i32, i8>(parameters, to);
}

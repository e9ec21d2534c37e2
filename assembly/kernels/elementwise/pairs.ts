/**
 * Arithmetic of two elements, with broadcasting: float32, and integers without scales.
 *
 * first, second: the operands, of one dtype: float32, int64, int32, int16 or int8
 * output [shape] of that dtype, the operands' broadcast shape; may be the memory of an operand of that shape
 *
 * float32     output = clamp(f(first, second), low, high), in float32 operations
 * int32       the same in int32 that wraps; division by 0 gives 0
 * int16, int8 maximum and minimum alone, of one scale and zero point
 * int64       maximum and minimum alone, no clamp
 *
 * No accumulator.
 * Source: TFLite reference kernels `Add`, `Sub`, `Mul`, `Div`, `SquaredDifference`, `MaximumMinimumBroadcastSlow`,
 * `FloorDiv`, `FloorMod`, `Pow`, `Prelu`.
 */
import { walkPairs } from "../../math/broadcast";
import { floorDiv, floorMod } from "../../math/floor";
import { pow } from "../../math/pow";
import { clamp } from "../../math/requantize";
import { FloatPairParameters, IntegerPairParameters, WalkParameters } from "../../parameters";

/** Limits a value to low..high; of NaN the canonical one, which is the same on every engine. */
// @ts-ignore: decorator
@inline
function clampFloat(value: f32, given: FloatPairParameters): f32 {
  if (value >= given.low) return value > given.high ? given.high : value;
  return value < given.low ? given.low : <f32>NaN;
}

@unmanaged
class FloatAdd extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(a + b, this);
  }
}

export function addFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatAdd, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatSub extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(a - b, this);
  }
}

export function subFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatSub, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatMul extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(a * b, this);
  }
}

export function mulFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatMul, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatDiv extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(a / b, this);
  }
}

export function divFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatDiv, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatMaximum extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(select(a, b, a > b), this);
  }
}

export function maximumFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatMaximum, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatMinimum extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(select(a, b, a < b), this);
  }
}

export function minimumFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatMinimum, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatSquaredDifference extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat((a - b) * (a - b), this);
  }
}

export function squaredDifferenceFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatSquaredDifference, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatFloorDiv extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(floorDiv(a, b), this);
  }
}

export function floorDivFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatFloorDiv, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatFloorMod extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(floorMod(a, b), this);
  }
}

export function floorModFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatFloorMod, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatPow extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(pow(a, b), this);
  }
}

export function powFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatPow, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatPrelu extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(a >= 0 ? a : a * b, this);
  }
}

export function preluFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatPrelu, f32, f32, f32>(parameters, to);
}

/** a / b towards zero; 0 where b is 0. */
function wholeQuotient(a: i32, b: i32): i32 {
  return b == 0 ? 0 : <i32>(<i64>a / <i64>b);
}

/** a / b rounded down; 0 where b is 0. */
function flooredQuotient(a: i32, b: i32): i32 {
  const q = wholeQuotient(a, b);
  return q - i32(q * b != a && (a ^ b) < 0 && b != 0);
}

/** a to the power of b, in int32 that wraps; of a negative b the whole part: 0 unless a is 1 or -1. */
function wholePower(a: i32, b: i32): i32 {
  if (b < 0) {
    if (a == 1) return 1;
    return a == -1 ? 1 - ((b & 1) << 1) : 0;
  }
  let power = 1;
  for (; b > 0; b >>= 1) {
    if (b & 1) power *= a;
    a *= a;
  }
  return power;
}

@unmanaged
class IntegerAdd extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(a + b, this.low, this.high);
  }
}

export function addInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerAdd, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerSub extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(a - b, this.low, this.high);
  }
}

export function subInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerSub, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerMul extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(a * b, this.low, this.high);
  }
}

export function mulInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerMul, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerDiv extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(wholeQuotient(a, b), this.low, this.high);
  }
}

export function divInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerDiv, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerMaximum extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(max(a, b), this.low, this.high);
  }
}

export function maximumInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerMaximum, i32, i32, i32>(parameters, to);
}

export function maximumInt16(parameters: i32, to: usize): void {
  walkPairs<IntegerMaximum, i16, i32, i16>(parameters, to);
}

export function maximumInt8(parameters: i32, to: usize): void {
  walkPairs<IntegerMaximum, i8, i32, i8>(parameters, to);
}

@unmanaged
class IntegerMinimum extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(min(a, b), this.low, this.high);
  }
}

export function minimumInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerMinimum, i32, i32, i32>(parameters, to);
}

export function minimumInt16(parameters: i32, to: usize): void {
  walkPairs<IntegerMinimum, i16, i32, i16>(parameters, to);
}

export function minimumInt8(parameters: i32, to: usize): void {
  walkPairs<IntegerMinimum, i8, i32, i8>(parameters, to);
}

@unmanaged
class WideMaximum extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return max(a, b);
  }
}

export function maximumInt64(parameters: i32, to: usize): void {
  walkPairs<WideMaximum, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideMinimum extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return min(a, b);
  }
}

export function minimumInt64(parameters: i32, to: usize): void {
  walkPairs<WideMinimum, i64, i64, i64>(parameters, to);
}

@unmanaged
class IntegerSquaredDifference extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp((a - b) * (a - b), this.low, this.high);
  }
}

export function squaredDifferenceInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerSquaredDifference, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerFloorDiv extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(flooredQuotient(a, b), this.low, this.high);
  }
}

export function floorDivInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerFloorDiv, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerFloorMod extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(a - b * flooredQuotient(a, b), this.low, this.high);
  }
}

export function floorModInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerFloorMod, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerPow extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(wholePower(a, b), this.low, this.high);
  }
}

export function powInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerPow, i32, i32, i32>(parameters, to);
}

/**
 * Arithmetic of two elements of float32, with broadcasting.
 *
 * first, second: the operands, float32
 * output [shape] float32, the operands' broadcast shape; may be the memory of an operand of that shape
 *
 *   output = clamp(f(first, second), low, high), in float32 operations
 *
 * No accumulator.
 * Source: TFLite reference kernels `Add`, `Sub`, `Mul`, `Div`, `SquaredDifference`, `MaximumMinimumBroadcastSlow`,
 * `FloorDiv`, `FloorMod`, `Pow`, `Prelu`.
 */
import { atan2 } from "../../math/arc";
import { walkPairs } from "../../math/broadcast";
import { floorDiv, floorMod, fmod } from "../../math/floor";
import { pow } from "../../math/pow";
import { FloatPairParameters } from "../../parameters";

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

@unmanaged
class FloatTruncMod extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(fmod(a, b), this);
  }
}

export function truncModFloat32(parameters: i32, to: usize): void {
  walkPairs<FloatTruncMod, f32, f32, f32>(parameters, to);
}

@unmanaged
class FloatAtan2 extends FloatPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: f32, b: f32): f32 {
    return clampFloat(atan2(a, b), this);
  }
}

export function atan2Float32(parameters: i32, to: usize): void {
  walkPairs<FloatAtan2, f32, f32, f32>(parameters, to);
}

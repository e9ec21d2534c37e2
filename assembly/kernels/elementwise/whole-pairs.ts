/**
 * Arithmetic of two whole numbers, with broadcasting.
 *
 * first, second: the operands, of one dtype: int32, and for maximum and minimum int16 or int8, of one scale and zero point
 * output [shape] of that dtype, the operands' broadcast shape; may be the memory of an operand of that shape
 *
 *   output = clamp(f(first, second), low, high), in int32 that wraps; division by 0 gives 0
 *
 * No accumulator.
 * Source: TFLite reference kernels `Add`, `Sub`, `Mul`, `Div`, `SquaredDifference`, `MaximumMinimumBroadcastSlow`,
 * `FloorDiv`, `FloorMod`, `Pow`.
 */
import { walkPairs } from "../../math/broadcast";
import { clamp } from "../../math/requantize";
import { flooredQuotient, wholePower, wholeQuotient } from "../../math/whole";
import { IntegerPairParameters } from "../../parameters";

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
    return clamp(wholeQuotient<i32>(a, b), this.low, this.high);
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
    return clamp(flooredQuotient<i32>(a, b), this.low, this.high);
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
    return clamp(a - b * flooredQuotient<i32>(a, b), this.low, this.high);
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
    return clamp(wholePower<i32>(a, b), this.low, this.high);
  }
}

export function powInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerPow, i32, i32, i32>(parameters, to);
}

@unmanaged
class IntegerTruncMod extends IntegerPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return clamp(a - b * wholeQuotient<i32>(a, b), this.low, this.high);
  }
}

export function truncModInt32(parameters: i32, to: usize): void {
  walkPairs<IntegerTruncMod, i32, i32, i32>(parameters, to);
}

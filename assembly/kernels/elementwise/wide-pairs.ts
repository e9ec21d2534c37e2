/**
 * Arithmetic of two whole numbers of 64 bits, with broadcasting.
 *
 * first, second: the operands, int64
 * output [shape] int64, the operands' broadcast shape; may be the memory of an operand of that shape
 *
 *   output = clamp(f(first, second), low, high), in int64 that wraps; division by 0 gives 0
 *
 * No accumulator.
 * Source: TFLite reference kernels `Add`, `Sub`, `Mul`, `Div`, `SquaredDifference`, `MaximumMinimumBroadcastSlow`,
 * `FloorDiv`, `FloorMod`, `Pow`.
 */
import { walkPairs } from "../../math/broadcast";
import { flooredQuotient, wholePower, wholeQuotient } from "../../math/whole";
import { WidePairParameters } from "../../parameters";

// @ts-ignore: decorator
@inline
function clampWide(value: i64, given: WidePairParameters): i64 {
  return max(min(value, given.high), given.low);
}

@unmanaged
class WideAdd extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(a + b, this);
  }
}

export function addInt64(parameters: i32, to: usize): void {
  walkPairs<WideAdd, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideSub extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(a - b, this);
  }
}

export function subInt64(parameters: i32, to: usize): void {
  walkPairs<WideSub, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideMul extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(a * b, this);
  }
}

export function mulInt64(parameters: i32, to: usize): void {
  walkPairs<WideMul, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideDiv extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(wholeQuotient<i64>(a, b), this);
  }
}

export function divInt64(parameters: i32, to: usize): void {
  walkPairs<WideDiv, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideMaximum extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(max(a, b), this);
  }
}

export function maximumInt64(parameters: i32, to: usize): void {
  walkPairs<WideMaximum, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideMinimum extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(min(a, b), this);
  }
}

export function minimumInt64(parameters: i32, to: usize): void {
  walkPairs<WideMinimum, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideSquaredDifference extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide((a - b) * (a - b), this);
  }
}

export function squaredDifferenceInt64(parameters: i32, to: usize): void {
  walkPairs<WideSquaredDifference, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideFloorDiv extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(flooredQuotient<i64>(a, b), this);
  }
}

export function floorDivInt64(parameters: i32, to: usize): void {
  walkPairs<WideFloorDiv, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideFloorMod extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(a - b * flooredQuotient<i64>(a, b), this);
  }
}

export function floorModInt64(parameters: i32, to: usize): void {
  walkPairs<WideFloorMod, i64, i64, i64>(parameters, to);
}

@unmanaged
class WideTruncMod extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(a - b * wholeQuotient<i64>(a, b), this);
  }
}

export function truncModInt64(parameters: i32, to: usize): void {
  walkPairs<WideTruncMod, i64, i64, i64>(parameters, to);
}

@unmanaged
class WidePow extends WidePairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i64, b: i64): i64 {
    return clampWide(wholePower<i64>(a, b), this);
  }
}

export function powInt64(parameters: i32, to: usize): void {
  walkPairs<WidePow, i64, i64, i64>(parameters, to);
}

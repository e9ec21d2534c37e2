/**
 * Comparisons of two elements, and logic of two bools, with broadcasting.
 *
 * first, second: the operands, of one dtype
 * output [shape] bool, the operands' broadcast shape
 *
 *   output = first == second, or !=, >, >=; of quantized integers both are rescaled to one scale first:
 *            rescale((first - firstZeroPoint) * 2^leftShift, firstMultiplier, firstShift), and the second alike
 *   output = first & second, or |, of bools
 *
 * Smaller is greater with the operands exchanged. No accumulator.
 * Source: TFLite reference kernels `Comparison`, `ComparisonWithScaling`, TFLite Micro's `LogicalImpl`.
 */
import { walkPairs } from "../../math/broadcast";
import { firstAtCommonScale, secondAtCommonScale } from "../../math/common-scale";
import { QuantizedPairParameters, WalkParameters } from "../../parameters";

@unmanaged
class Equal extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): i32 {
    return i32(a == b);
  }
}

@unmanaged
class QuantizedEqual extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return i32(firstAtCommonScale(a, this) == secondAtCommonScale(b, this));
  }
}

export function equalFloat32(parameters: i32, to: usize): void {
  walkPairs<Equal, f32, f32, u8>(parameters, to);
}

export function equalInt32(parameters: i32, to: usize): void {
  walkPairs<Equal, i32, i32, u8>(parameters, to);
}

export function equalInt64(parameters: i32, to: usize): void {
  walkPairs<Equal, i64, i64, u8>(parameters, to);
}

export function equalBool(parameters: i32, to: usize): void {
  walkPairs<Equal, u8, i32, u8>(parameters, to);
}

export function equalInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedEqual, i16, i32, u8>(parameters, to);
}

export function equalInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedEqual, i8, i32, u8>(parameters, to);
}

@unmanaged
class NotEqual extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): i32 {
    return i32(a != b);
  }
}

@unmanaged
class QuantizedNotEqual extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return i32(firstAtCommonScale(a, this) != secondAtCommonScale(b, this));
  }
}

export function notEqualFloat32(parameters: i32, to: usize): void {
  walkPairs<NotEqual, f32, f32, u8>(parameters, to);
}

export function notEqualInt32(parameters: i32, to: usize): void {
  walkPairs<NotEqual, i32, i32, u8>(parameters, to);
}

export function notEqualInt64(parameters: i32, to: usize): void {
  walkPairs<NotEqual, i64, i64, u8>(parameters, to);
}

export function notEqualBool(parameters: i32, to: usize): void {
  walkPairs<NotEqual, u8, i32, u8>(parameters, to);
}

export function notEqualInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedNotEqual, i16, i32, u8>(parameters, to);
}

export function notEqualInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedNotEqual, i8, i32, u8>(parameters, to);
}

@unmanaged
class Greater extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): i32 {
    return i32(a > b);
  }
}

@unmanaged
class QuantizedGreater extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return i32(firstAtCommonScale(a, this) > secondAtCommonScale(b, this));
  }
}

export function greaterFloat32(parameters: i32, to: usize): void {
  walkPairs<Greater, f32, f32, u8>(parameters, to);
}

export function greaterInt32(parameters: i32, to: usize): void {
  walkPairs<Greater, i32, i32, u8>(parameters, to);
}

export function greaterInt64(parameters: i32, to: usize): void {
  walkPairs<Greater, i64, i64, u8>(parameters, to);
}

export function greaterInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedGreater, i16, i32, u8>(parameters, to);
}

export function greaterInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedGreater, i8, i32, u8>(parameters, to);
}

@unmanaged
class GreaterEqual extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): i32 {
    return i32(a >= b);
  }
}

@unmanaged
class QuantizedGreaterEqual extends QuantizedPairParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return i32(firstAtCommonScale(a, this) >= secondAtCommonScale(b, this));
  }
}

export function greaterEqualFloat32(parameters: i32, to: usize): void {
  walkPairs<GreaterEqual, f32, f32, u8>(parameters, to);
}

export function greaterEqualInt32(parameters: i32, to: usize): void {
  walkPairs<GreaterEqual, i32, i32, u8>(parameters, to);
}

export function greaterEqualInt64(parameters: i32, to: usize): void {
  walkPairs<GreaterEqual, i64, i64, u8>(parameters, to);
}

export function greaterEqualInt16(parameters: i32, to: usize): void {
  walkPairs<QuantizedGreaterEqual, i16, i32, u8>(parameters, to);
}

export function greaterEqualInt8(parameters: i32, to: usize): void {
  walkPairs<QuantizedGreaterEqual, i8, i32, u8>(parameters, to);
}

@unmanaged
class LogicalAnd extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return a & b;
  }
}

export function logicalAndBool(parameters: i32, to: usize): void {
  walkPairs<LogicalAnd, u8, i32, u8>(parameters, to);
}

@unmanaged
class LogicalOr extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of(a: i32, b: i32): i32 {
    return a | b;
  }
}

export function logicalOrBool(parameters: i32, to: usize): void {
  walkPairs<LogicalOr, u8, i32, u8>(parameters, to);
}

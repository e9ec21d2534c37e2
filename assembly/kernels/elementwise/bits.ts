/**
 * Operations on the bits of two whole numbers, with broadcasting.
 *
 * first, second: the operands, both int32 or both int64
 * output [shape] of that dtype, the operands' broadcast shape; may be the memory of an operand of that shape
 *
 *   output = first & second, or |, ^, <<, >>; to the right the sign is shifted in; a number of bits that is negative, or
 *            as large as the dtype's, shifts all of them out
 *
 * No accumulator.
 */
import { walkPairs } from "../../math/broadcast";
import { WalkParameters } from "../../parameters";

/** Bits of T. */
// @ts-ignore: decorator
@inline
function bitsOf<T>(): T {
  return <T>(<i32>sizeof<T>() << 3);
}

@unmanaged
class BitwiseAnd extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): T {
    return (a & b) as T;
  }
}

export function bitwiseAndInt32(parameters: i32, to: usize): void {
  walkPairs<BitwiseAnd, i32, i32, i32>(parameters, to);
}

export function bitwiseAndInt64(parameters: i32, to: usize): void {
  walkPairs<BitwiseAnd, i64, i64, i64>(parameters, to);
}

@unmanaged
class BitwiseOr extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): T {
    return (a | b) as T;
  }
}

export function bitwiseOrInt32(parameters: i32, to: usize): void {
  walkPairs<BitwiseOr, i32, i32, i32>(parameters, to);
}

export function bitwiseOrInt64(parameters: i32, to: usize): void {
  walkPairs<BitwiseOr, i64, i64, i64>(parameters, to);
}

@unmanaged
class BitwiseXor extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): T {
    return (a ^ b) as T;
  }
}

export function bitwiseXorInt32(parameters: i32, to: usize): void {
  walkPairs<BitwiseXor, i32, i32, i32>(parameters, to);
}

export function bitwiseXorInt64(parameters: i32, to: usize): void {
  walkPairs<BitwiseXor, i64, i64, i64>(parameters, to);
}

@unmanaged
class ShiftLeft extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): T {
    return (b >= 0 && b < bitsOf<T>() ? a << b : 0) as T;
  }
}

export function shiftLeftInt32(parameters: i32, to: usize): void {
  walkPairs<ShiftLeft, i32, i32, i32>(parameters, to);
}

export function shiftLeftInt64(parameters: i32, to: usize): void {
  walkPairs<ShiftLeft, i64, i64, i64>(parameters, to);
}

@unmanaged
class ShiftRight extends WalkParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(a: T, b: T): T {
    return (a >> (b >= 0 && b < bitsOf<T>() ? b : bitsOf<T>() - 1)) as T;
  }
}

export function shiftRightInt32(parameters: i32, to: usize): void {
  walkPairs<ShiftRight, i32, i32, i32>(parameters, to);
}

export function shiftRightInt64(parameters: i32, to: usize): void {
  walkPairs<ShiftRight, i64, i64, i64>(parameters, to);
}

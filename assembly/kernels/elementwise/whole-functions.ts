/**
 * Functions of single whole numbers, and of bools.
 *
 * input, output [elements] int32, int64 or bool, both alike; the output may be the input's memory
 *
 *   output[i] = f(input[i]), which wraps
 *
 * No accumulator.
 */
import { map } from "../../math/map";
import { MapParameters } from "../../parameters";

@unmanaged
class WholeAbs extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(x: T): T {
    return abs<T>(x);
  }
}

export function absInt32(parameters: i32, to: usize): void {
  map<WholeAbs, i32, i32>(parameters, to);
}

export function absInt64(parameters: i32, to: usize): void {
  map<WholeAbs, i64, i64>(parameters, to);
}

@unmanaged
class WholeNeg extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(x: T): T {
    return (0 - x) as T;
  }
}

export function negInt32(parameters: i32, to: usize): void {
  map<WholeNeg, i32, i32>(parameters, to);
}

export function negInt64(parameters: i32, to: usize): void {
  map<WholeNeg, i64, i64>(parameters, to);
}

@unmanaged
class WholeSquare extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(x: T): T {
    return (x * x) as T;
  }
}

export function squareInt32(parameters: i32, to: usize): void {
  map<WholeSquare, i32, i32>(parameters, to);
}

export function squareInt64(parameters: i32, to: usize): void {
  map<WholeSquare, i64, i64>(parameters, to);
}

@unmanaged
class WholeSign extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of<T>(x: T): T {
    return (<T>i32(x > 0) - <T>i32(x < 0)) as T;
  }
}

export function signInt32(parameters: i32, to: usize): void {
  map<WholeSign, i32, i32>(parameters, to);
}

export function signInt64(parameters: i32, to: usize): void {
  map<WholeSign, i64, i64>(parameters, to);
}

@unmanaged
class LogicalNot extends MapParameters {
  // @ts-ignore: decorator
  @inline
  of(x: i32): i32 {
    return i32(x == 0);
  }
}

export function logicalNotBool(parameters: i32, to: usize): void {
  map<LogicalNot, u8, i32>(parameters, to);
}

/**
 * Index of the largest or the smallest element along an axis.
 *
 * input  [outer, length, inner] of any dtype
 * output [outer, inner] int32, or int64 where an index takes 8 bytes
 *
 *   output[o, i] = the first (last) l at which input[o, l, i] is largest (smallest)
 *
 * No accumulator. NaN is never larger or smaller than another value.
 * Source: TFLite reference kernel `ArgMinMax`.
 */
import { readParameters } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { ArgParameters } from "../../parameters";

/** Which of equal elements: AssemblyScript's compile-time parameters are types. */
type First = i8;
type Last = i16;

export function argFloat32(parameters: i32, to: usize): void {
  arg<f32, First>(parameters, to);
}

export function argInt8(parameters: i32, to: usize): void {
  arg<i8, First>(parameters, to);
}

export function argInt16(parameters: i32, to: usize): void {
  arg<i16, First>(parameters, to);
}

export function argInt32(parameters: i32, to: usize): void {
  arg<i32, First>(parameters, to);
}

export function argInt64(parameters: i32, to: usize): void {
  arg<i64, First>(parameters, to);
}

export function argUint8(parameters: i32, to: usize): void {
  arg<u8, First>(parameters, to);
}

export function lastArgFloat32(parameters: i32, to: usize): void {
  arg<f32, Last>(parameters, to);
}

export function lastArgInt8(parameters: i32, to: usize): void {
  arg<i8, Last>(parameters, to);
}

export function lastArgInt16(parameters: i32, to: usize): void {
  arg<i16, Last>(parameters, to);
}

export function lastArgInt32(parameters: i32, to: usize): void {
  arg<i32, Last>(parameters, to);
}

export function lastArgInt64(parameters: i32, to: usize): void {
  arg<i64, Last>(parameters, to);
}

export function lastArgUint8(parameters: i32, to: usize): void {
  arg<u8, Last>(parameters, to);
}

// @ts-ignore: decorator
@inline
function arg<T, Of>(parameters: i32, to: usize): void {
  const given = readParameters<ArgParameters>(parameters, to);
  const length = given.length, largest = given.largest, indexBytes = given.indexBytes;
  const step = given.inner * sizeof<T>();
  let input = given.input, output = given.output;
  for (let outer = given.outer; outer > 0; outer--) {
    for (const end = input + step; input < end; input += sizeof<T>()) {
      let best = load<T>(input), index = 0, p = input;
      for (let i = 1; i < length; i++) {
        p += step;
        const value = load<T>(p);
        if (isBetter<T, Of>(value, best, largest)) {
          best = value;
          index = i;
        }
      }
      store<i32>(output, index);
      if (indexBytes == 8) store<i32>(output, 0, 4);
      output += indexBytes;
    }
    input += (length - 1) * step;
  }
}

// @ts-ignore: decorator
@inline
function isBetter<T, Of>(value: T, best: T, largest: i32): bool {
  if (is<Of, Last>()) return largest != 0 ? value >= best : value <= best;
  return largest != 0 ? value > best : value < best;
}

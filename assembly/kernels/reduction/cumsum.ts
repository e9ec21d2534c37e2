/**
 * Cumulative sums along an axis.
 *
 * input  [outer, length, inner]
 * output [outer, length, inner] of the same dtype; may be the input's memory
 *
 *   sum[l] = start + input[0] + .. + input[l], or without input[l] where it is exclusive; from the end where it is reverse
 *   float32, int32, int64   output = sum, start = 0
 *   int8             output = clamp(outputZeroPoint + round(round(sum * multiplier / 2^12) / 2^right)), of
 *                    input - inputZeroPoint; the reference has start = -inputZeroPoint
 *
 * Accumulator: the dtype; of int8 int64.
 * Source: TFLite reference kernel `CumSum`.
 */
import { readParameters } from "../../host-imports/weights";
import { divideByPower } from "../../math/fixed-point";
import { CumsumParameters } from "../../parameters";

export function cumsumFloat32(parameters: i32, to: usize): void {
  cumsum<f32, f32>(parameters, to);
}

export function cumsumInt32(parameters: i32, to: usize): void {
  cumsum<i32, i32>(parameters, to);
}

export function cumsumInt64(parameters: i32, to: usize): void {
  cumsum<i64, i64>(parameters, to);
}

export function cumsumInt8(parameters: i32, to: usize): void {
  cumsum<i8, i64>(parameters, to);
}

// @ts-ignore: decorator
@inline
function cumsum<T, Accumulator>(parameters: i32, to: usize): void {
  const given = readParameters<CumsumParameters>(parameters, to);
  const length = given.length, inner = given.inner, exclusive = given.exclusive;
  const zero = (sizeof<T>() == 1 ? given.inputZeroPoint : 0) as Accumulator;
  const bytes = inner * sizeof<T>();
  const step = given.reverse != 0 ? -bytes : bytes;
  const first = given.reverse != 0 ? (length - 1) * bytes : 0;
  for (let outer = 0; outer < given.outer; outer++) {
    for (let i = 0; i < inner; i++) {
      let at = (outer * length * inner + i) * sizeof<T>() + first;
      let sum = (sizeof<T>() == 1 ? given.start : 0) as Accumulator;
      for (let l = 0; l < length; l++, at += step) {
        const before = sum;
        sum = (sum + (<Accumulator>load<T>(given.input + at) - zero)) as Accumulator;
        const value = exclusive != 0 ? before : sum;
        if (sizeof<T>() == 1) {
          const rounded = divideByPower((<i64>value * given.multiplier + 2048) >> 12, <i64>given.right);
          store<i8>(given.output + at, <i32>max(min(rounded + <i64>given.outputZeroPoint, 127), -128));
        } else {
          store<T>(given.output + at, <T>value);
        }
      }
    }
  }
}

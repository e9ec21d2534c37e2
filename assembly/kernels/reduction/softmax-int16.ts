/**
 * Softmax over the last axis, int16.
 *
 * input  [rows, depth] int16, zero point 0
 * output [rows, depth] int16, scale 2^-15, zero point 0; may be the input's memory
 * tables [2, 513] int16 at `weights`: exp on -10..0 and 1 / (1 + x) on 0..1, both 15 bits of fraction
 *
 *   e[i]      = exp table at clamp(requantize(input[i] - max, multiplier, shift) + 32767)
 *   headroom  = leading zeros of the sum of e
 *   factor    = reciprocal table at round(sum * 2^(headroom - 15)) - 98304
 *   output[i] = clamp(round(e[i] * factor / 2^(31 - headroom)), 0, 32767)
 *
 * How a table is looked up: math/int16-table.ts. Accumulator: int32, of up to 65535 elements.
 * scratch: 2052 bytes.
 * Source: TFLite reference kernel `SoftmaxInt16`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { interpolate, int16TableBytes } from "../../math/int16-table";
import { clamp, requantize } from "../../math/requantize";
import { SoftmaxInt16Parameters } from "../../parameters";

export function softmaxInt16(parameters: i32, to: usize): void {
  const given = readParameters<SoftmaxInt16Parameters>(parameters, to);
  let input = given.input, output = given.output;
  const scratch = given.scratch, rows = given.rows, bytes = given.depth << 1;
  const multiplier = given.multiplier, shift = given.shift;
  readWeights(scratch, given.weights, 2 * int16TableBytes);
  for (let row = 0; row < rows; row++, input += bytes, output += bytes) {
    let largest: i32 = i16.MIN_VALUE;
    for (let i = 0; i < bytes; i += 2) largest = max(largest, <i32>load<i16>(input + i));
    let sum = 0;
    for (let i = 0; i < bytes; i += 2) {
      const scaled = requantize(<i32>load<i16>(input + i) - largest, multiplier, shift);
      const e = interpolate(scratch, clamp(scaled + 32767, -32768, 32767));
      store<i16>(output + i, e);
      sum += e;
    }
    const headroom = clz(sum);
    const scaledSum = <i32>(((<i64>sum << (headroom - 1)) + (1 << 13)) >> 14);
    const factor = <i64>interpolate(scratch + int16TableBytes, clamp(scaledSum - 98304, -32768, 32767));
    const right = <i64>(31 - headroom);
    const rounding = <i64>1 << (right - 1);
    for (let i = 0; i < bytes; i += 2) {
      const value = (<i64>load<i16>(output + i) * factor + rounding) >> right;
      store<i16>(output + i, clamp(<i32>value, 0, 32767));
    }
  }
}

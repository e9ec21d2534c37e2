/**
 * Differences along rows, int8.
 *
 * input  [rows, length] int8
 * output [rows, length] int8, of the input's scale and zero point; the two do not overlap
 *
 *   output[r, 0] = zeroPoint
 *   output[r, i] = clamp(zeroPoint + input[r, i] - input[r, i - 1], -128, 127)
 *
 * No accumulator: a difference of two int8 and a zero point has 10 bits.
 */
import { readParameters } from "../host-imports/weights";
import { clamp } from "../math/requantize";
import { DeltaParameters } from "../parameters";

export function deltaInt8(parameters: i32, to: usize): void {
  const given = readParameters<DeltaParameters>(parameters, to);
  const length = given.length, zeroPoint = given.zeroPoint;
  let input = given.input, output = given.output;
  for (let rows = given.rows; rows > 0; rows--) {
    let before: i32 = load<i8>(input);
    for (const end = input + length; input < end; input++, output++) {
      const value: i32 = load<i8>(input);
      store<i8>(output, clamp(zeroPoint + value - before, -128, 127));
      before = value;
    }
  }
}

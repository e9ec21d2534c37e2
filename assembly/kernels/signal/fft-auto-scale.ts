/**
 * Samples scaled by the power of two that brings the largest of them to 16 bits, int16.
 *
 * input     [elements] int16
 * output    [elements] int16; may be the input's memory
 * scaleBits scalar int32
 *
 *   largest   = the largest magnitude, in int16: after -2^15, whose magnitude int16 does not hold, it starts anew
 *   scaleBits = max(0, 15 - bits of largest), 0 where largest is 0 or -2^15
 *   output[i] = input[i] * 2^scaleBits, in 16 bits
 *
 * No accumulator.
 * Source: TensorFlow Lite Micro's signal library, `FftAutoScale`, `MaxAbs16` and `MostSignificantBit32`.
 */
import { readParameters } from "../../host-imports/weights";
import { FftAutoScaleParameters } from "../../parameters";

export function fftAutoScaleInt16(parameters: i32, to: usize): void {
  const given = readParameters<FftAutoScaleParameters>(parameters, to);
  const scaleBits = given.scaleBits;
  let input = given.input, output = given.output;
  const end = input + (given.elements << 1);
  let largest = 0;
  for (let p = input; p < end; p += 2) {
    const value = <i32>load<i16>(p);
    if (value > largest) largest = value;
    else if (-value > largest) largest = <i32><i16>-value;
  }
  const bits = largest == 0 ? 0 : max(<i32>clz(largest) - 17, 0);
  store<i32>(scaleBits, bits);
  for (; input < end; input += 2, output += 2) store<i16>(output, <i32>load<i16>(input) << bits);
}

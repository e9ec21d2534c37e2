/**
 * Mean over one or two groups of neighbouring axes, int8.
 *
 * input  [kept0, reduced0, kept1, reduced1, kept2] int8: the tensor's axes, joined by the host
 * output [kept0, kept1, kept2] int8
 *
 * elements = reduced0 * reduced1; sum = sum of the input over reduced0 and reduced1
 *   scales or zero points differ:
 *     output = clamp(outputZeroPoint + requantize(sum - elements * inputZeroPoint, multiplier, shift), -128, 127)
 *     with 1 / elements in multiplier and shift, and -elements * inputZeroPoint as `offset`
 *   scale and zero point are the input's (`divisor` > 0, then `elements`):
 *     output = sum / elements, cut off towards zero
 *
 * Accumulator: int32; the host bounds elements * 256 < 2^31.
 * Source: TFLite Micro's `EvalIntegerMean`; reference kernels `reference_ops::Mean` and `QuantizedMeanOrSum`.
 */
import { readParameters } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";
import { MeanParameters } from "../parameters";

/** The output may take the input's memory: no element lies before the first input that it is made of. */
export function meanInt8(parameters: i32, to: usize): void {
  const given = readParameters<MeanParameters>(parameters, to);
  let input = given.input, output = given.output;
  const kept0 = given.kept0, reduced0 = given.reduced0, kept1 = given.kept1, reduced1 = given.reduced1, kept2 = given.kept2;
  const divisor = given.divisor, offset = given.offset, multiplier = given.multiplier, shift = given.shift;
  const zeroPoint = given.zeroPoint, sums = to;
  const runBytes = reduced1 * kept2;
  const rowBytes = kept1 * runBytes;
  const blockBytes = reduced0 * rowBytes;
  for (let i = 0; i < kept0; i++, input += blockBytes) {
    for (let j = 0; j < kept1; j++) {
      let first = input + j * runBytes;
      for (let k = kept2; k > 0; ) {
        const channels = k >= 4 ? 4 : 1;
        let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (let row = first, end = first + blockBytes; row < end; row += rowBytes) {
          if (channels == 4) {
            for (let p = row, last = row + runBytes; p < last; p += kept2) {
              s0 += load<i8>(p);
              s1 += load<i8>(p, 1);
              s2 += load<i8>(p, 2);
              s3 += load<i8>(p, 3);
            }
          } else {
            for (let p = row, last = row + runBytes; p < last; p += kept2) s0 += load<i8>(p);
          }
        }
        store<i32>(sums, s0);
        store<i32>(sums, s1, 4);
        store<i32>(sums, s2, 8);
        store<i32>(sums, s3, 12);
        const sumsEnd = sums + (channels << 2);
        for (let sum = sums; sum < sumsEnd; sum += 4, output++) {
          store<i8>(output, mean(load<i32>(sum), divisor, offset, multiplier, shift, zeroPoint));
        }
        first += channels;
        k -= channels;
      }
    }
  }
}

/** The mean of a sum, at the output's scale. */
function mean(sum: i32, divisor: i32, offset: i32, multiplier: i64, shift: i32, zeroPoint: i32): i32 {
  if (divisor) return sum / divisor;
  return clamp(requantize(sum + offset, multiplier, shift) + zeroPoint, -128, 127);
}

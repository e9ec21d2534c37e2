/**
 * Mean over one or two groups of neighbouring axes, int8.
 *
 * input  [kept0, reduced0, kept1, reduced1, kept2] int8: the tensor's axes, joined by the host
 * output [kept0, kept1, kept2] int8
 *
 * elements = reduced0 * reduced1; sum = sum of the input over reduced0 and reduced1
 * output = clamp(outputZeroPoint + requantize(sum - elements * inputZeroPoint, multiplier, shift), -128, 127)
 * with 1 / elements in multiplier and shift, and -elements * inputZeroPoint as `offset`; `meanOnce` rounds once
 *
 * Accumulator: int32; the host bounds elements * 256 < 2^31. All lengths are at least 1.
 * Source: TFLite Micro's `EvalIntegerMean`; reference kernel `QuantizedMeanOrSum`.
 */
import { readParameters } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { clamp, requantizeBy, requantizeEven, ShiftEitherWay, ShiftRight } from "../../math/requantize";
import { MeanParameters } from "../../parameters";

/** Beside the kinds of channels: one rounding, halves to even. */
type Even = i16;

/** Means that shift to the right. */
export function meanInt8(parameters: i32, to: usize): void {
  meanOf<ShiftRight>(parameters, to);
}

/** Any means. */
export function meanEitherWayInt8(parameters: i32, to: usize): void {
  meanOf<ShiftEitherWay>(parameters, to);
}

/** Means that are rounded once, halves to even. */
export function meanEvenInt8(parameters: i32, to: usize): void {
  meanOf<Even>(parameters, to);
}

/** The output may take the input's memory: no element lies before the first input that it is made of. */
// @ts-ignore: decorator
@inline
function meanOf<Shift>(parameters: i32, to: usize): void {
  const given = readParameters<MeanParameters>(parameters, to);
  let input = given.input, output = given.output;
  const kept0 = given.kept0, reduced0 = given.reduced0, kept1 = given.kept1, reduced1 = given.reduced1, kept2 = given.kept2;
  const offset = given.offset, multiplier = <i64>given.multiplier, shift = given.shift;
  const zeroPoint = given.zeroPoint, sums = to;
  const runBytes = reduced1 * kept2;
  const rowBytes = kept1 * runBytes;
  const blockBytes = reduced0 * rowBytes;
  let left = kept1, groups = kept0 * kept1;
  do {
    let k = kept2;
    do {
      const channels = k >= 4 ? 4 : 1;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      let row = input;
      const end = input + blockBytes;
      do {
        let p = row;
        const last = row + runBytes;
        do {
          s0 += load<i8>(p);
          if (channels == 4) {
            s1 += load<i8>(p, 1);
            s2 += load<i8>(p, 2);
            s3 += load<i8>(p, 3);
          }
          p += kept2;
        } while (p < last);
        row += rowBytes;
      } while (row < end);
      store<i32>(sums, s0);
      store<i32>(sums, s1, 4);
      store<i32>(sums, s2, 8);
      store<i32>(sums, s3, 12);
      let sum = sums;
      const sumsEnd = sums + (channels << 2);
      do {
        store<i8>(output, mean<Shift>(load<i32>(sum), offset, multiplier, shift, zeroPoint));
        output++;
        sum += 4;
      } while (sum < sumsEnd);
      input += channels;
      k -= channels;
    } while (k > 0);
    input += runBytes - kept2;
    if (--left == 0) {
      left = kept1;
      input += blockBytes - rowBytes;
    }
  } while (--groups > 0);
}

/** The mean of a sum, at the output's scale. */
function mean<Shift>(sum: i32, offset: i32, multiplier: i64, shift: i32, zeroPoint: i32): i32 {
  const value =
    is<Shift, Even>()
      ? requantizeEven(sum + offset, multiplier, shift)
      : requantizeBy<Shift>(sum + offset, multiplier, shift);
  return clamp(value + zeroPoint, -128, 127);
}

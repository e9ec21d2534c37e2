/**
 * Elementwise sum or difference of two tensors, int8.
 *
 * wide, narrow: the operands, of the larger and of the smaller scale (either order where the scales are equal), int8
 * output [shape] int8, the operands' broadcast shape
 *
 * TFLite's arithmetic, with both operands brought to twice the larger scale in 20 more bits:
 *   w = (wide - wideZeroPoint) * 2^19                                               exact: its scale factor is 1/2
 *   n = requantize((narrow - narrowZeroPoint) * 2^20, narrowMultiplier, narrowShift)
 *   output = clamp(outputZeroPoint + requantize(+-w +- n, multiplier, shift), low, high)
 *
 * The host folds zero points, signs and rounding into constants:
 *   t = (narrow * narrowFactor + narrowOffset) >> 31
 *   n = (t + (t >> 63) + narrowRounding) >> narrowShift                             narrowShift >= 1
 *   t = (wide * wideFactor + n * sumFactor + sumOffset) >> 31
 *   output = clamp((t + (t >> 63) + rounding) >> shift, low, high)                  shift >= 1
 *
 * Accumulator: int64; |narrow * narrowFactor| < 2^8 * 2^51, |wide * wideFactor| < 2^8 * 2^50, |n * sumFactor| < 2^58.
 * Source: TFLite reference kernels `reference_integer_ops::AddFunc`, `reference_ops::SubElementwise`.
 */
import { clamp } from "../math/requantize";

/** Operands of the output's own shape, `length` elements. The output may be one of them. */
export function addInt8(
  wide: usize, narrow: usize, output: usize, length: i32,
  narrowFactor: i64, narrowOffset: i64, narrowRounding: i64, narrowShift: i64,
  wideFactor: i64, sumFactor: i64, sumOffset: i64, rounding: i64, shift: i64, low: i32, high: i32,
): void {
  const end = output + length;
  for (const block = end - 3; <isize>output < <isize>block; output += 4, wide += 4, narrow += 4) {
    let n = scale(<i64>load<i8>(narrow), narrowFactor, narrowOffset, narrowRounding, narrowShift);
    let t = (<i64>load<i8>(wide) * wideFactor + n * sumFactor + sumOffset) >> 31;
    store<i8>(output, clamp(<i32>((t + (t >> 63) + rounding) >> shift), low, high));
    n = scale(<i64>load<i8>(narrow, 1), narrowFactor, narrowOffset, narrowRounding, narrowShift);
    t = (<i64>load<i8>(wide, 1) * wideFactor + n * sumFactor + sumOffset) >> 31;
    store<i8>(output, clamp(<i32>((t + (t >> 63) + rounding) >> shift), low, high), 1);
    n = scale(<i64>load<i8>(narrow, 2), narrowFactor, narrowOffset, narrowRounding, narrowShift);
    t = (<i64>load<i8>(wide, 2) * wideFactor + n * sumFactor + sumOffset) >> 31;
    store<i8>(output, clamp(<i32>((t + (t >> 63) + rounding) >> shift), low, high), 2);
    n = scale(<i64>load<i8>(narrow, 3), narrowFactor, narrowOffset, narrowRounding, narrowShift);
    t = (<i64>load<i8>(wide, 3) * wideFactor + n * sumFactor + sumOffset) >> 31;
    store<i8>(output, clamp(<i32>((t + (t >> 63) + rounding) >> shift), low, high), 3);
  }
  for (; output < end; output++, wide++, narrow++) {
    const n = scale(<i64>load<i8>(narrow), narrowFactor, narrowOffset, narrowRounding, narrowShift);
    const t = (<i64>load<i8>(wide) * wideFactor + n * sumFactor + sumOffset) >> 31;
    store<i8>(output, clamp(<i32>((t + (t >> 63) + rounding) >> shift), low, high));
  }
}

/**
 * Broadcasting: rows of `length` elements in four loops. A step is what an operand's address advances by at the end
 * of that loop's body, over what the loop within has added; within a row it is 1 or 0.
 */
export function addBroadcastInt8(
  wide: usize, narrow: usize, output: usize,
  count0: i32, count1: i32, count2: i32, count3: i32, length: i32,
  wideStep0: i32, wideStep1: i32, wideStep2: i32, wideStep3: i32, wideStep: i32,
  narrowStep0: i32, narrowStep1: i32, narrowStep2: i32, narrowStep3: i32, narrowStep: i32,
  narrowFactor: i64, narrowOffset: i64, narrowRounding: i64, narrowShift: i64,
  wideFactor: i64, sumFactor: i64, sumOffset: i64, rounding: i64, shift: i64, low: i32, high: i32,
): void {
  for (let i = 0; i < count0; i++, wide += wideStep0, narrow += narrowStep0) {
    for (let j = 0; j < count1; j++, wide += wideStep1, narrow += narrowStep1) {
      for (let k = 0; k < count2; k++, wide += wideStep2, narrow += narrowStep2) {
        for (let l = 0; l < count3; l++, wide += wideStep3, narrow += narrowStep3, output += length) {
          if (wideStep & narrowStep) {
            addInt8(
              wide, narrow, output, length, narrowFactor, narrowOffset, narrowRounding, narrowShift,
              wideFactor, sumFactor, sumOffset, rounding, shift, low, high,
            );
            continue;
          }
          let w = wide, n = narrow;
          for (let o = output, end = output + length; o < end; o++, w += wideStep, n += narrowStep) {
            const scaled = scale(<i64>load<i8>(n), narrowFactor, narrowOffset, narrowRounding, narrowShift);
            const t = (<i64>load<i8>(w) * wideFactor + scaled * sumFactor + sumOffset) >> 31;
            store<i8>(o, clamp(<i32>((t + (t >> 63) + rounding) >> shift), low, high));
          }
        }
      }
    }
  }
}

/** The operand of the smaller scale at the common scale. */
// @ts-ignore: decorator
@inline
function scale(value: i64, factor: i64, offset: i64, rounding: i64, shift: i64): i64 {
  const t = (value * factor + offset) >> 31;
  return (t + (t >> 63) + rounding) >> shift;
}

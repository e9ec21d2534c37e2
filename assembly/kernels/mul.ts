/**
 * Elementwise product of two tensors, int8.
 *
 * first, second: the operands, int8
 * output [shape] int8, the operands' broadcast shape
 *
 *   output = clamp(outputZeroPoint
 *                  + requantize((first - firstZeroPoint) * (second - secondZeroPoint), multiplier, shift), low, high)
 *
 * The host folds zero points and rounding into constants:
 *   t = ((first + firstOffset) * (second + secondOffset) * factor + 2^30) >> 31
 *   output = clamp((t + ((t + bias) >> 63) + rounding) >> shift, low, high)
 * bias is 0, or where shift is 0, which rounds nothing, 2^62: the term is then 0.
 *
 * Accumulator: int64; factor = multiplier << left shift < 2^45, so the product is below 2^16 * 2^45.
 * Source: TFLite reference kernel `reference_integer_ops::MulElementwise`.
 */
import { clamp } from "../math/requantize";

/** Operands of the output's own shape, `length` elements. The output may be one of them. */
export function mulInt8(
  first: usize, second: usize, output: usize, length: i32, firstOffset: i32, secondOffset: i32,
  factor: i64, bias: i64, rounding: i64, shift: i64, low: i32, high: i32,
): void {
  const end = output + length;
  for (const block = end - 3; <isize>output < <isize>block; output += 4, first += 4, second += 4) {
    let p = (load<i8>(first) + firstOffset) * (load<i8>(second) + secondOffset);
    store<i8>(output, clamp(scale(p, factor, bias, rounding, shift), low, high));
    p = (load<i8>(first, 1) + firstOffset) * (load<i8>(second, 1) + secondOffset);
    store<i8>(output, clamp(scale(p, factor, bias, rounding, shift), low, high), 1);
    p = (load<i8>(first, 2) + firstOffset) * (load<i8>(second, 2) + secondOffset);
    store<i8>(output, clamp(scale(p, factor, bias, rounding, shift), low, high), 2);
    p = (load<i8>(first, 3) + firstOffset) * (load<i8>(second, 3) + secondOffset);
    store<i8>(output, clamp(scale(p, factor, bias, rounding, shift), low, high), 3);
  }
  for (; output < end; output++, first++, second++) {
    const p = (load<i8>(first) + firstOffset) * (load<i8>(second) + secondOffset);
    store<i8>(output, clamp(scale(p, factor, bias, rounding, shift), low, high));
  }
}

/**
 * Broadcasting: rows of `length` elements in four loops. A step is what an operand's address advances by at the end
 * of that loop's body, over what the loop within has added; within a row it is 1 or 0.
 */
export function mulBroadcastInt8(
  first: usize, second: usize, output: usize,
  count0: i32, count1: i32, count2: i32, count3: i32, length: i32,
  firstStep0: i32, firstStep1: i32, firstStep2: i32, firstStep3: i32, firstStep: i32,
  secondStep0: i32, secondStep1: i32, secondStep2: i32, secondStep3: i32, secondStep: i32,
  firstOffset: i32, secondOffset: i32, factor: i64, bias: i64, rounding: i64, shift: i64, low: i32, high: i32,
): void {
  for (let i = 0; i < count0; i++, first += firstStep0, second += secondStep0) {
    for (let j = 0; j < count1; j++, first += firstStep1, second += secondStep1) {
      for (let k = 0; k < count2; k++, first += firstStep2, second += secondStep2) {
        for (let l = 0; l < count3; l++, first += firstStep3, second += secondStep3, output += length) {
          if (firstStep & secondStep) {
            mulInt8(
              first, second, output, length, firstOffset, secondOffset, factor, bias, rounding, shift, low, high,
            );
            continue;
          }
          let a = first, b = second;
          for (let o = output, end = output + length; o < end; o++, a += firstStep, b += secondStep) {
            const p = (load<i8>(a) + firstOffset) * (load<i8>(b) + secondOffset);
            store<i8>(o, clamp(scale(p, factor, bias, rounding, shift), low, high));
          }
        }
      }
    }
  }
}

/** A product of operands at the output's scale, with its zero point. */
// @ts-ignore: decorator
@inline
function scale(product: i32, factor: i64, bias: i64, rounding: i64, shift: i64): i32 {
  const t = (<i64>product * factor + 0x40000000) >> 31;
  return <i32>((t + ((t + bias) >> 63) + rounding) >> shift);
}

/**
 * Elementwise product of two tensors, int8.
 *
 * first, second: the operands, int8
 * output [shape] int8, the operands' broadcast shape
 *
 *   output = clamp(outputZeroPoint
 *                  + requantize((first - firstZeroPoint) * (second - secondZeroPoint), multiplier, shift), low, high)
 *
 * Zero points and rounding are folded into constants:
 *   t = ((first + firstOffset) * (second + secondOffset) * factor + 2^30) >> 31
 *   output = clamp((t + ((t + bias) >> 63) + rounding) >> shift, low, high)
 * bias is 0, or where shift is 0, which rounds nothing, 2^62: the term is then 0.
 *
 * Accumulator: int64; factor = multiplier << left shift < 2^45, so the product is below 2^16 * 2^45.
 * Source: TFLite reference kernel `reference_integer_ops::MulElementwise`.
 */
import { readParameters } from "../../host-imports/weights";
import { clamp, roundingOffset } from "../../math/requantize";
import { BroadcastParameters, MulParameters } from "../../parameters";

/** Operands of the output's own shape. The output may be one of them. */
export function mulInt8(parameters: i32, to: usize): void {
  const given = readParameters<MulParameters>(parameters, to);
  const shift = <i64>max(given.shift, 0);
  mulRow(
    given.first, given.second, given.output, given.length, -given.firstZeroPoint, -given.secondZeroPoint, factorOf(given), biasOf(given),
    roundingOffset(shift, given.outputZeroPoint), shift, given.low, given.high,
  );
}

function mulRow(
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

/** Any operands: rows in four loops, whose counts and steps lie behind the parameters. */
export function mulBroadcastInt8(parameters: i32, to: usize): void {
  const given = readParameters<MulParameters>(parameters, to);
  let first = given.first, second = given.second, output = given.output;
  const length = given.length, firstOffset = -given.firstZeroPoint, secondOffset = -given.secondZeroPoint;
  const factor = factorOf(given), bias = biasOf(given), shift = <i64>max(given.shift, 0), low = given.low, high = given.high;
  const rounding = roundingOffset(shift, given.outputZeroPoint);
  const by = readParameters<BroadcastParameters>(parameters + <i32>offsetof<MulParameters>(), to);
  const count0 = by.count0, count1 = by.count1, count2 = by.count2, count3 = by.count3;
  const firstStep0 = by.firstStep0, firstStep1 = by.firstStep1, firstStep2 = by.firstStep2;
  const firstStep3 = by.firstStep3, firstStep = by.firstStep;
  const secondStep0 = by.secondStep0, secondStep1 = by.secondStep1, secondStep2 = by.secondStep2;
  const secondStep3 = by.secondStep3, secondStep = by.secondStep;
  for (let i = 0; i < count0; i++, first += firstStep0, second += secondStep0) {
    for (let j = 0; j < count1; j++, first += firstStep1, second += secondStep1) {
      for (let k = 0; k < count2; k++, first += firstStep2, second += secondStep2) {
        for (let l = 0; l < count3; l++, first += firstStep3, second += secondStep3, output += length) {
          if (firstStep & secondStep) {
            mulRow(
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

/** The multiplier with the shift to the left, where there is one. */
// @ts-ignore: decorator
@inline
function factorOf(given: MulParameters): i64 {
  return <i64>given.multiplier << <i64>max(-given.shift, 0);
}

// @ts-ignore: decorator
@inline
function biasOf(given: MulParameters): i64 {
  return given.shift > 0 ? 0 : <i64>1 << 62;
}

/** A product of operands at the output's scale, with its zero point. */
// @ts-ignore: decorator
@inline
function scale(product: i32, factor: i64, bias: i64, rounding: i64, shift: i64): i32 {
  const t = (<i64>product * factor + 0x40000000) >> 31;
  return <i32>((t + ((t + bias) >> 63) + rounding) >> shift);
}

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
 * Zero points, signs and rounding are folded into constants:
 *   t = (narrow * narrowFactor + narrowOffset) >> 31
 *   n = (t + (t >> 63) + narrowRounding) >> narrowShift                             narrowShift >= 1
 *   t = (wide * wideFactor + n * sumFactor + sumOffset) >> 31
 *   output = clamp((t + (t >> 63) + rounding) >> shift, low, high)                  shift >= 1
 *
 * Accumulator: int64; |narrow * narrowFactor| < 2^8 * 2^51, |wide * wideFactor| < 2^8 * 2^50, |n * sumFactor| < 2^58.
 * Source: TFLite reference kernels `reference_integer_ops::AddFunc`, `reference_ops::SubElementwise`.
 */
import { readParameters } from "../../host-imports/weights";
import { clamp, roundingOffset } from "../../math/requantize";
import { AddParameters, BroadcastParameters } from "../../parameters";

/** Operands of the output's own shape. The output may be one of them. */
export function addInt8(parameters: i32, to: usize): void {
  const given = readParameters<AddParameters>(parameters, to);
  const narrowShift = narrowShiftOf(given), shift = <i64>given.shift;
  addRow(
    given.wide, given.narrow, given.output, given.length,
    narrowFactorOf(given), narrowOffsetOf(given), roundingOffset(narrowShift, 0), narrowShift,
    wideFactorOf(given), sumFactorOf(given), sumOffsetOf(given), roundingOffset(shift, given.outputZeroPoint), shift,
    given.low, given.high,
  );
}

function addRow(
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

/** Any operands: rows in four loops, whose counts and steps lie behind the parameters. */
export function addBroadcastInt8(parameters: i32, to: usize): void {
  const given = readParameters<AddParameters>(parameters, to);
  let wide = given.wide, narrow = given.narrow, output = given.output;
  const length = given.length, low = given.low, high = given.high;
  const shift = <i64>given.shift, rounding = roundingOffset(shift, given.outputZeroPoint);
  const narrowFactor = narrowFactorOf(given), narrowOffset = narrowOffsetOf(given), narrowShift = narrowShiftOf(given);
  const wideFactor = wideFactorOf(given), sumFactor = sumFactorOf(given), sumOffset = sumOffsetOf(given);
  const narrowRounding = roundingOffset(narrowShift, 0);
  const by = readParameters<BroadcastParameters>(parameters + <i32>offsetof<AddParameters>(), to);
  const count0 = by.count0, count1 = by.count1, count2 = by.count2, count3 = by.count3;
  const wideStep0 = by.firstStep0, wideStep1 = by.firstStep1, wideStep2 = by.firstStep2, wideStep3 = by.firstStep3;
  const narrowStep0 = by.secondStep0, narrowStep1 = by.secondStep1, narrowStep2 = by.secondStep2;
  const narrowStep3 = by.secondStep3, wideStep = by.firstStep, narrowStep = by.secondStep;
  for (let i = 0; i < count0; i++, wide += wideStep0, narrow += narrowStep0) {
    for (let j = 0; j < count1; j++, wide += wideStep1, narrow += narrowStep1) {
      for (let k = 0; k < count2; k++, wide += wideStep2, narrow += narrowStep2) {
        for (let l = 0; l < count3; l++, wide += wideStep3, narrow += narrowStep3, output += length) {
          if (wideStep & narrowStep) {
            addRow(
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

/** A factor of 1/2 needs no rounding: 2^31 and a shift of 1 say the same as 2^30 and none. */
// @ts-ignore: decorator
@inline
function narrowShiftOf(given: AddParameters): i64 {
  return <i64>max(given.narrowShift, 1);
}

// @ts-ignore: decorator
@inline
function narrowFactorOf(given: AddParameters): i64 {
  return <i64>given.narrowMultiplier << (given.narrowShift > 0 ? 20 : 21);
}

// @ts-ignore: decorator
@inline
function narrowOffsetOf(given: AddParameters): i64 {
  return 0x40000000 - <i64>given.narrowZeroPoint * narrowFactorOf(given);
}

// @ts-ignore: decorator
@inline
function wideFactorOf(given: AddParameters): i64 {
  return <i64>(given.wideSign * given.multiplier) << 19;
}

// @ts-ignore: decorator
@inline
function sumFactorOf(given: AddParameters): i64 {
  return <i64>(given.narrowSign * given.multiplier);
}

// @ts-ignore: decorator
@inline
function sumOffsetOf(given: AddParameters): i64 {
  return 0x40000000 - <i64>given.wideZeroPoint * wideFactorOf(given);
}

/** The operand of the smaller scale at the common scale. */
// @ts-ignore: decorator
@inline
function scale(value: i64, factor: i64, offset: i64, rounding: i64, shift: i64): i64 {
  const t = (value * factor + offset) >> 31;
  return (t + (t >> 63) + rounding) >> shift;
}

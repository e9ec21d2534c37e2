/**
 * Integers of one scale to integers of another, by one factor for differences of at least 0 from the zero point and
 * another for those below: requantizations, and the functions of int16 that are two straight lines (rectifiers, absolute
 * values, negations).
 *
 * input  [elements] int8, uint8, int16 or int32
 * output [elements] int8, uint8, int16 or int32; may be the input's memory where its elements are no wider
 *
 *   d = input - inputZeroPoint
 *   output = clamp(outputZeroPoint + (d >= 0 ? rescale(d, positive) : negativeSign * rescale(d, negative)), low, high)
 *
 * Accumulator: int32, which saturates where the input is int32.
 * Source: TFLite reference kernels `Requantize`, `QuantizeLeakyRelu`, TFLite Micro's `ReluQuantized`, `AbsEvalQuantized`.
 */
import { readParameters } from "../../host-imports/weights";
import { clamp, rescale } from "../../math/requantize";
import { RescaleParameters } from "../../parameters";

/** Limits to int32, which is needed where the input is int32. */
function saturate(value: i64): i32 {
  return <i32>min(max(value, <i64>i32.MIN_VALUE), <i64>i32.MAX_VALUE);
}

// @ts-ignore: decorator
@inline
function difference<T>(input: usize, zeroPoint: i32): i32 {
  if (sizeof<T>() < 4) return <i32>load<T>(input) - zeroPoint;
  return saturate(<i64>load<T>(input) - <i64>zeroPoint);
}

// @ts-ignore: decorator
@inline
function rescaleOf<T>(d: i32, multiplier: i32, shift: i32): i32 {
  if (sizeof<T>() < 4) return rescale(d, multiplier, shift);
  return rescale(saturate(<i64>d << <i64>max(-shift, 0)), multiplier, max(shift, 0));
}

// @ts-ignore: decorator
@inline
function rescaleElements<T, O>(parameters: i32, to: usize): void {
  const given = readParameters<RescaleParameters>(parameters, to);
  let input = given.input, output = given.output;
  for (const end = output + given.elements * sizeof<O>(); output < end; output += sizeof<O>(), input += sizeof<T>()) {
    const d = difference<T>(input, given.inputZeroPoint);
    const rescaled = d >= 0
      ? rescaleOf<T>(d, given.positiveMultiplier, given.positiveShift)
      : given.negativeSign * rescaleOf<T>(d, given.negativeMultiplier, given.negativeShift);
    store<O>(output, clamp(rescaled + given.outputZeroPoint, given.low, given.high));
  }
}

export function rescaleInt8ToInt16(parameters: i32, to: usize): void {
  rescaleElements<i8, i16>(parameters, to);
}

export function rescaleInt8ToInt32(parameters: i32, to: usize): void {
  rescaleElements<i8, i32>(parameters, to);
}

export function rescaleUint8ToInt16(parameters: i32, to: usize): void {
  rescaleElements<u8, i16>(parameters, to);
}

export function rescaleUint8ToInt32(parameters: i32, to: usize): void {
  rescaleElements<u8, i32>(parameters, to);
}

export function rescaleInt16ToInt8(parameters: i32, to: usize): void {
  rescaleElements<i16, i8>(parameters, to);
}

export function rescaleInt16ToUint8(parameters: i32, to: usize): void {
  rescaleElements<i16, u8>(parameters, to);
}

export function rescaleInt16ToInt16(parameters: i32, to: usize): void {
  rescaleElements<i16, i16>(parameters, to);
}

export function rescaleInt16ToInt32(parameters: i32, to: usize): void {
  rescaleElements<i16, i32>(parameters, to);
}

export function rescaleInt32ToInt8(parameters: i32, to: usize): void {
  rescaleElements<i32, i8>(parameters, to);
}

export function rescaleInt32ToUint8(parameters: i32, to: usize): void {
  rescaleElements<i32, u8>(parameters, to);
}

export function rescaleInt32ToInt16(parameters: i32, to: usize): void {
  rescaleElements<i32, i16>(parameters, to);
}

export function rescaleInt32ToInt32(parameters: i32, to: usize): void {
  rescaleElements<i32, i32>(parameters, to);
}

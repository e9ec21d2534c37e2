/**
 * Rows of int8, each over its own sum, in the fixed point of TFLite's reference kernels: softmax to int16, its logarithm,
 * and L2 normalization.
 *
 * input  [rows, depth] int8
 * output [rows, depth] int16 of the softmax (scale 2^-16, zero point -32768), else int8: of scale 1/16 and zero point 127,
 *        of scale 1/128 and zero point 0; that of int8 may be the input's memory
 * table  [entries] int32 at `weights`, as the int8 softmax has: exp of the scaled differences -entries+1 .. 0
 *
 *   softmax             sum and factor as in the int8 softmax; clamp(round(factor * e / 2^(27 - headroom)) - 32768)
 *   log softmax         clamp(127 + round((round(d * multiplier * 2^(left - 31)) - log(sum)) / 2^22)), d = input[i] - max,
 *                       smaller ones counted as `least`
 *   L2 normalization    clamp(requantize(d, 1 / sqrt(sum of d^2))), d = input[i] - zero point
 *
 * Accumulators: int32. Rows of a softmax have at most 4095 elements, of a normalization at most 2^15.
 * scratch: 1024 bytes for the softmaxes.
 * Source: TFLite reference kernels `Softmax`, `LogSoftmaxQuantized`, `reference_integer_ops::L2Normalization`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import {
  divideByPower, highMultiply, inverseRoot, inverseRootShift, logarithm, reciprocal,
} from "../../math/fixed-point";
import { clamp, requantize } from "../../math/requantize";
import { NormalizeQuantizedParameters, SoftmaxParameters } from "../../parameters";

export function softmaxInt8Int16(parameters: i32, to: usize): void {
  const given = readParameters<SoftmaxParameters>(parameters, to);
  let input = given.input, output = given.output;
  const depth = given.depth, scratch = given.scratch, rows = given.rows;
  readTable(scratch, given.weights, given.entries);
  for (let row = 0; row < rows; row++) {
    const end = input + depth;
    const table = scratch + ((255 - largest(input, end)) << 2);
    const sum = sumOf(table, input, end);
    const headroom = clz(sum);
    const factor = reciprocal(<i64>((sum << headroom) >> 1));
    for (; input < end; input++, output += 2) {
      const product = highMultiply(factor, <i64>load<u32>(table + (<i32>load<i8>(input) << 2)));
      const value = divideByPower(product, <i64>(27 - headroom)) - 32768;
      store<i16>(output, <i32>min(value, 32767));
    }
  }
}

export function logSoftmaxInt8(parameters: i32, to: usize): void {
  const given = readParameters<NormalizeQuantizedParameters>(parameters, to);
  let input = given.input, output = given.output;
  const depth = given.depth, scratch = given.scratch, rows = given.rows;
  const multiplier = given.multiplier, left = <i64>given.left, least = given.least;
  readTable(scratch, given.weights, given.entries);
  for (let row = 0; row < rows; row++) {
    const end = input + depth;
    const top = largest(input, end);
    const log = logarithm(<i64>sumOf(scratch + ((255 - top) << 2), input, end));
    for (; input < end; input++, output++) {
      const difference = <i64>max(<i32>load<i8>(input) - top, least);
      const value = divideByPower(highMultiply(difference << left, multiplier) - log, 22) + 127;
      store<i8>(output, <i32>max(min(value, 127), -128));
    }
  }
}

export function l2NormalizationInt8(parameters: i32, to: usize): void {
  const given = readParameters<NormalizeQuantizedParameters>(parameters, to);
  let input = given.input, output = given.output;
  const depth = given.depth, zeroPoint = given.zeroPoint;
  for (let rows = given.rows; rows > 0; rows--) {
    const end = input + depth;
    let sum = 0;
    for (let p = input; p < end; p++) {
      const value = <i32>load<i8>(p) - zeroPoint;
      sum += value * value;
    }
    // One, or none at all, counts as 1.
    const multiplier: i64 = sum > 1 ? inverseRoot(sum) : 0x7fffffff;
    const right = sum > 1 ? inverseRootShift(sum) : 0;
    for (; input < end; input++, output++) {
      const value = <i32>load<i8>(input) - zeroPoint;
      store<i8>(output, clamp(requantize(value, multiplier, right - 7), -128, 127));
    }
  }
}

/** Reads the table behind as many zeros as make 256 entries with it. */
function readTable(scratch: usize, weights: i32, entries: i32): void {
  const zeros = 1024 - (<usize>entries << 2);
  memory.fill(scratch, 0, zeros);
  readWeights(scratch + zeros, weights, entries << 2);
}

/** The largest element of a row. */
function largest(row: usize, end: usize): i32 {
  let top: i32 = -128;
  for (; row < end; row++) top = max(top, <i32>load<i8>(row));
  return top;
}

/** Sum of a row's exponentials, with 12 integer bits; `table` is that of the row's largest element. */
function sumOf(table: usize, row: usize, end: usize): u32 {
  let sum: u32 = 0;
  for (; row < end; row++) sum += (load<u32>(table + (<i32>load<i8>(row) << 2)) + 2048) >> 12;
  return sum;
}
